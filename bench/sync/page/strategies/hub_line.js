/** A party on a hub: its channel, its timeline, and the commands that change it. */
import { Ahead } from "/static/watch/ahead.js";
import { PartyFeed } from "/static/watch/party_feed.js";

const operation = () => crypto.randomUUID();

/** Answer a token for the party's channel. */
async function enter(address, token) {
	const headers = { "Authorization": `Bearer ${token}`, "Content-Type": "application/json" };
	const answer = await fetch(address, { method: "POST", headers, body: "{}" });
	if (!answer.ok) throw new Error(`${address} was answered ${answer.status}`);
	return (await answer.json()).token;
}

export class HubLine {
	#client;
	#room;
	#channel;
	#feed;
	#opened;

	/** `hub` is its address over this member's line, `token` tells who one is, `party` which party it is. */
	constructor({ hub, token, party }, { follow, askTime, rebind }) {
		this.#channel = `watch:${party}`;
		this.#client = new globalThis.Centrifuge(`${hub.replace("http", "ws")}/connection/websocket`, { token });
		const ahead = new Ahead(() => enter(`${hub}/api/parties/${party}/join`, token));
		this.#room = this.#client.newSubscription(this.#channel, { getToken: () => ahead.takeToken(), recoverable: true });
		this.#feed = new PartyFeed({
			history: (options) => this.#room.history(options),
			ahead,
			heard: () => follow(this.#feed.view.timeline),
		});
		this.#client.on("connecting", () => this.#feed.view || ahead.token());
		this.#client.on("connected", () => (this.#feed.connected(this.#client, this.#channel), askTime()));
		this.#room.on("publication", (publication) => this.#feed.live(publication));
		this.#room.on("subscribed", (context) => {
			this.#feed.subscribed(context);
			this.#room.publish({ type: "enter" });
			rebind();
		});
	}

	/** Answer when the hub can be asked for the time. */
	connect() {
		this.#opened = new Promise((resolve) => this.#room.once("subscribed", resolve));
		const connected = new Promise((resolve) => this.#client.once("connected", resolve));
		this.#room.subscribe();
		this.#client.connect();
		return connected;
	}

	/** Answer when the party is heard. */
	opened() {
		return this.#opened;
	}

	rpc(method, data) {
		return this.#client.rpc(method, data);
	}

	report(report) {
		return this.#client.rpc("report", { channel: this.#channel, ...report }).catch((error) => console.debug(error));
	}

	publish(command) {
		return this.#room.publish({ ...command, op: operation() });
	}

	change(command) {
		const { epoch, seq } = this.#feed.view.timeline;
		return this.publish({ ...command, seen: { epoch, seq } });
	}
}
