/**
 * What OpenTogetherTube does: no clock; the server tells the position at each change, which counts from when it is
 * heard. A client looks each second and seeks when it is more than a second off.
 */
import { Relay, load } from "./relay.js";

const LOOK_EVERY_MS = 1000;
const SEEK_FROM_S = 1;

class Client {
	#video;
	#config;
	#relay;
	#room = null;
	#heardAt = 0;

	constructor({ video, config }) {
		this.#video = video;
		this.#config = config;
		this.#relay = new Relay(config.socket, (message) => this.#heard(message));
	}

	async join() {
		await load(this.#video, this.#config.clip);
		this.#relay.say({ type: "hello" });
		setInterval(() => this.#look(), LOOK_EVERY_MS);
	}

	command(word, positionMs) {
		return this.#relay.say({ type: word, position_ms: positionMs });
	}

	#heard(room) {
		this.#room = room;
		this.#heardAt = performance.now();
		if (room.playing !== this.#video.paused) return this.#look();
		if (room.playing) this.#video.play();
		else this.#video.pause();
		this.#look();
	}

	#look() {
		if (!this.#room) return;
		const { position_ms: told, playing } = this.#room;
		const position = (told + (playing ? performance.now() - this.#heardAt : 0)) / 1000;
		if (Math.abs(position - this.#video.currentTime) > SEEK_FROM_S) this.#video.currentTime = position;
	}
}

/** Come into the room. */
export async function join(where) {
	const client = new Client(where);
	await client.join();
	return client;
}
