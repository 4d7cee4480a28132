/** A party's timeline from the bench's relay, for measuring the player without a hub. */
import { Relay } from "./relay.js";

export class RelayLine {
	#relay;
	#opened;

	constructor(config, { follow }) {
		this.#opened = new Promise((resolve) => {
			this.#relay = new Relay(config.socket, (state) => {
				follow({ ...state, item: { id: "clip", url: config.clip, kind: "mp4", duration_ms: null } });
				resolve();
			});
		});
	}

	async connect() {
		await this.#relay.say({ type: "hello" });
		await this.#opened;
	}

	opened() {
		return this.#opened;
	}

	async rpc() {
		return { data: { ...(await this.#relay.clock()), node: "relay" } };
	}

	report({ delay_ms: delayMs }) {
		this.#relay.say({ type: "delay", ms: delayMs });
	}

	async publish() {
		return null;
	}

	change(command) {
		return this.#relay.say(command);
	}
}
