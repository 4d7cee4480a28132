/**
 * What Syncplay does (`client.py`, `constants.py`): no clock; the server tells each second where the slowest member
 * is, aged by half a smoothed round trip. Who is 4 s ahead goes back, who is 1.5 s ahead slows down to 95 % until it
 * is under 0.1 s. Who presses play plays at once, the others when they hear of it.
 */
import { Relay, load } from "./relay.js";

const REWIND_S = 4;
const SLOW_FROM_S = 1.5;
const SLOW_UNTIL_S = 0.1;
const SLOW_RATE = 0.95;
const SMOOTHING = 0.85;

class Client {
	#video;
	#config;
	#relay;
	#smoothedS = null;
	#known = false;

	constructor({ video, config }) {
		this.#video = video;
		this.#config = config;
		this.#relay = new Relay(config.socket, (message) => this.#heard(message));
	}

	async join() {
		await load(this.#video, this.#config.clip);
		this.#tell({ type: "hello" });
	}

	async command(word, positionMs) {
		if (word === "seek") this.#video.currentTime = positionMs / 1000;
		else if (word === "play") this.#video.play();
		else this.#video.pause();
		this.#tell({ type: "state", changed: true, seeked: word === "seek", paused: this.#pausedBy(word) });
	}

	#pausedBy(word) {
		return word === "seek" ? this.#video.paused : word === "pause";
	}

	#tell(more) {
		const { currentTime, paused } = this.#video;
		this.#relay.say({ position_s: currentTime, paused, stamp: performance.now(), ...more });
	}

	#heard({ position_s: told, paused, seek, stamp, rtt_s: theirRttS, own }) {
		const ageS = stamp === null ? 0 : this.#ageS((performance.now() - stamp) / 1000, theirRttS);
		if (!own) this.#follow(paused ? told : told + ageS, paused, seek);
		this.#tell({ type: "state" });
	}

	#ageS(rttS, theirRttS) {
		this.#smoothedS = this.#smoothedS === null ? rttS : this.#smoothedS * SMOOTHING + rttS * (1 - SMOOTHING);
		return this.#smoothedS / 2 + (theirRttS < rttS ? rttS - theirRttS : 0);
	}

	#follow(position, paused, seek) {
		const video = this.#video;
		const ahead = video.currentTime - position;
		if (!this.#known || seek || ahead > REWIND_S) video.currentTime = position;
		else if (!paused && ahead > SLOW_FROM_S) video.playbackRate = SLOW_RATE;
		else if (ahead < SLOW_UNTIL_S) video.playbackRate = 1;
		this.#known = true;
		if (paused === video.paused) return;
		if (!paused) return void video.play();
		video.currentTime = position;
		video.pause();
	}
}

/** Come into the room. */
export async function join(where) {
	const client = new Client(where);
	await client.join();
	return client;
}
