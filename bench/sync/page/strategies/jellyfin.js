/**
 * What Jellyfin's SyncPlay does (its web client, `syncPlay/core`): the clock is the quickest of the last 8 exchanges,
 * of which there are 4 in the first seconds and then one a minute; commands are dated by the server. Correction is
 * off as it comes (`config.correction`); when on, an error of 60 ms to 3 s is made good by speed within a second.
 */
import { Relay, load, measured, once } from "./relay.js";

const TRACKED = 8;
const GREEDY_PINGS = 3;
const GREEDY_MS = 1000;
const LAZY_MS = 60_000;
const SPEED_FROM_MS = 60;
const SPEED_TO_MS = 3000;
const SPEED_FOR_MS = 1000;
const SKIP_FROM_MS = 400;
const SPEED_MIN = 0.2;

class Group {
	#video;
	#config;
	#relay;
	#samples = [];
	#command = null;
	#timer = 0;
	#syncTimer = 0;
	#syncing = false;
	#lookedAt = 0;

	constructor({ video, config }) {
		this.#video = video;
		this.#config = config;
		this.#relay = new Relay(config.socket, (message) => this.#heard(message));
		video.addEventListener("timeupdate", () => this.#correct());
	}

	async join() {
		await load(this.#video, this.#config.clip);
		await this.#ping();
		this.#keepPinging(0);
		await this.#relay.say({ type: "ready", ...this.#where() });
	}

	command(word, positionMs) {
		return this.#relay.say({ type: word, position_ms: positionMs });
	}

	async #ping() {
		this.#samples = [...this.#samples, measured(await this.#relay.clock())].slice(-TRACKED);
		this.#relay.say({ type: "ping", ms: this.#best().delay / 2 });
	}

	async #keepPinging(pings) {
		await new Promise((resolve) => setTimeout(resolve, pings < GREEDY_PINGS ? GREEDY_MS : LAZY_MS));
		await this.#ping();
		this.#keepPinging(pings + 1);
	}

	#best() {
		return this.#samples.reduce((best, each) => (each.delay < best.delay ? each : best));
	}

	#serverNow() {
		return performance.now() + this.#best().offset;
	}

	#where() {
		return { position_ms: this.#video.currentTime * 1000, playing: !this.#video.paused, at: this.#serverNow() };
	}

	#heard(command) {
		if (!this.#samples.length) return;
		this.#command = command;
		clearTimeout(this.#timer);
		clearTimeout(this.#syncTimer);
		this.#syncing = false;
		this.#video.playbackRate = 1;
		const waitMs = command.when - this.#serverNow();
		const act = { unpause: () => this.#unpause(waitMs), pause: () => this.#pause(), seek: () => this.#seek() };
		if (command.type === "unpause" && waitMs > 0 && this.#video.currentTime * 1000 - command.position_ms > SKIP_FROM_MS)
			this.#go(command.position_ms);
		this.#timer = setTimeout(act[command.type], Math.max(0, waitMs));
	}

	#go(positionMs) {
		this.#video.currentTime = positionMs / 1000;
	}

	async #unpause(waitMs) {
		this.#syncTimer = setTimeout(() => (this.#syncing = true), SPEED_TO_MS / 2);
		await this.#video.play();
		if (waitMs <= 0) this.#go(this.#expectedMs());
	}

	async #pause() {
		const { position_ms: positionMs } = this.#command;
		const paused = this.#video.paused ? null : once(this.#video, "pause");
		this.#video.pause();
		await paused;
		this.#go(positionMs);
	}

	async #seek() {
		const { position_ms: positionMs } = this.#command;
		const playing = once(this.#video, "playing");
		this.#video.play();
		this.#go(positionMs);
		await playing;
		this.#video.pause();
		this.#relay.say({ type: "ready", ...this.#where() });
	}

	#expectedMs() {
		return this.#command.position_ms + this.#serverNow() - this.#command.when;
	}

	#correct() {
		if (!this.#config.correction || this.#command?.type !== "unpause" || !this.#syncing) return;
		if (performance.now() - this.#lookedAt < SPEED_TO_MS / 2) return;
		this.#lookedAt = performance.now();
		const errorMs = this.#expectedMs() - this.#video.currentTime * 1000;
		const size = Math.abs(errorMs);
		if (size >= SPEED_FROM_MS && size < SPEED_TO_MS) this.#speed(errorMs);
		else if (size >= SKIP_FROM_MS) this.#skip();
	}

	#speed(errorMs) {
		const forMs = errorMs <= -SPEED_FOR_MS * SPEED_MIN ? Math.abs(errorMs) / (1 - SPEED_MIN) : SPEED_FOR_MS;
		this.#video.playbackRate = 1 + errorMs / forMs;
		this.#pauseSyncing(forMs);
	}

	#skip() {
		this.#go(this.#expectedMs());
		this.#pauseSyncing(SPEED_TO_MS / 2);
	}

	#pauseSyncing(forMs) {
		this.#syncing = false;
		this.#syncTimer = setTimeout(() => {
			this.#video.playbackRate = 1;
			this.#syncing = true;
		}, forMs);
	}
}

/** Come into the group. */
export async function join(where) {
	const group = new Group(where);
	await group.join();
	return group;
}
