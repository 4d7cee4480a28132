/** The line to a party: one subscription, heard by the party's view and by the conversation beside it. */

import { Ahead } from "./ahead.js";
import { PartyFeed } from "./party_feed.js";

const PASSED = { type: "passed" };

/** For the conversation what is said in a party is a post; what else happens has no words there. */
const asSaid = (data) => (data.type === "chat" ? { ...data, type: "post" } : data.type === "delete" ? data : PASSED);
const asCommand = (data) => (data.type === "post" ? { type: "chat", id: data.id, text: data.text } : data);
const published = ({ offset, data }) => ({ offset, data: asSaid(data) });

export class Line {
	feed;
	client = null;
	channel = "";
	#door;
	#guest = null;
	#ahead = new Ahead(() => this.#door.token(this.#guest));
	#room = null;
	#connected;
	#stands;

	/** `door` gives tokens; calls `heard(event)` as the feed does, `connected()` and `stands()` when connection and subscription do. */
	constructor({ door, heard, connected, stands }) {
		this.#door = door;
		this.#connected = connected;
		this.#stands = stands;
		this.feed = new PartyFeed({ history: (options) => this.history(options), ahead: this.#ahead, heard });
	}

	history(options) {
		return this.#room.history(options);
	}

	publish(data) {
		return this.#room.publish(data);
	}

	/** Ask the hub by a method of its own, now or not at all: questions that wait would tell wrong times. */
	async rpc(method, data) {
		if (this.client.state !== "connected") throw new Error("not connected");
		return (await this.client.rpc(method, data)).data;
	}

	/** Stand between a realtime connection and its conversation: answer what gives the conversation its room. */
	through(realtime, guest) {
		this.client = realtime.client;
		this.#guest = guest;
		this.client.on("connecting", () => this.feed.view || (this.#door.open(guest) && this.#ahead.token()));
		this.client.on("connected", () => this.#reached());
		return { room: (...given) => this.#open(realtime, ...given) };
	}

	#reached() {
		const open = this.#door.open(this.#guest);
		if (open && this.#room.state === "unsubscribed") this.#room.subscribe();
		if (open) this.feed.connected(this.client, this.channel);
		this.#connected();
	}

	#open(realtime, channel, chat) {
		this.channel = channel;
		const handlers = {
			subscribing: chat.subscribing,
			subscribed: (context) => (this.feed.subscribed(context), chat.subscribed(context), this.#stands()),
			publication: (publication) => (this.feed.live(publication), publication.offset && chat.publication(published(publication))),
			unsubscribed: (context) => (this.#door.closed(context), chat.unsubscribed(context)),
		};
		this.#room = realtime.room(channel, handlers, { recoverable: true, getToken: () => this.#ahead.takeToken() });
		return new SaidRoom(this.#room);
	}
}

/** The room as the conversation knows rooms. */
class SaidRoom {
	#room;

	constructor(room) {
		this.#room = room;
	}

	get state() {
		return this.#room.state;
	}

	/** Nobody is told who is writing in a party. */
	publish(data) {
		return data.type === "typing" ? Promise.resolve() : this.#room.publish(asCommand(data));
	}

	async history(options) {
		const page = await this.#room.history(options);
		return { ...page, publications: page.publications.map(published) };
	}
}
