/** The line to a party: one subscription, heard by the party's view and by the conversation beside it. */

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
	#room = null;
	#stands;

	/** `door` gives tokens; calls `heard(event)` as the feed does, `stands()` when the subscription does. */
	constructor({ door, heard, stands }) {
		this.#door = door;
		this.#stands = stands;
		this.feed = new PartyFeed({ history: (options) => this.history(options), heard });
	}

	history(options) {
		return this.#room.history(options);
	}

	publish(data) {
		return this.#room.publish(data);
	}

	/** Ask the hub by a method of its own. */
	async rpc(method, data) {
		return (await this.client.rpc(method, data)).data;
	}

	/** Stand between a realtime connection and its conversation: answer what gives the conversation its room. */
	through(realtime, guest) {
		this.client = realtime.client;
		this.client.on("connected", () => this.#room.state === "unsubscribed" && this.#door.open(guest) && this.#room.subscribe());
		return { room: (...given) => this.#open(realtime, guest, ...given) };
	}

	#open(realtime, guest, channel, chat) {
		this.channel = channel;
		const handlers = {
			subscribing: chat.subscribing,
			subscribed: (context) => (this.feed.subscribed(context), chat.subscribed(context), this.#stands()),
			publication: (publication) => (this.feed.live(publication), publication.offset && chat.publication(published(publication))),
			unsubscribed: (context) => (this.#door.closed(context), chat.unsubscribed(context)),
		};
		this.#room = realtime.room(channel, handlers, { recoverable: true, getToken: () => this.#door.token(guest) });
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
