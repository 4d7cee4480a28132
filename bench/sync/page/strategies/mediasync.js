/**
 * What MediaSync of the Timing Object library does (`mediasync.js`): a shared motion on a shared clock, here the
 * quickest exchange of the last 30 s. At each timeupdate the mean of three errors chooses a speed by tiers, without
 * a dead zone; beyond a second, or when nothing moves, it skips and learns from how far it missed.
 */
import { Relay, load, measured } from "./relay.js";

const TIERS = [
	{ from: 0.5, limit: 0.5, gain: 0.75 },
	{ from: 0.1, limit: 0.4, gain: 0.75 },
	{ from: 0.025, limit: 0.3, gain: 0.6 },
	{ from: 0, limit: 0.02, gain: 0.07 },
];
const SKIP_FROM_S = 1;
const SKIP_PAUSE_MS = 150;
const ADJUST_MAX_S = 5;
const CLOCK_EVERY_MS = 1000;
const KEPT = 30;

class Sync {
	#video;
	#config;
	#relay;
	#clock = [];
	#motion = null;
	#errors = [];
	#skipped = null;
	#skippedAt = 0;

	constructor({ video, config }) {
		this.#video = video;
		this.#config = config;
		this.#relay = new Relay(config.socket, (motion) => this.#heard(motion));
		video.addEventListener("timeupdate", () => this.#update());
		video.addEventListener("pause", () => this.#motion?.velocity && video.play());
	}

	async join() {
		await load(this.#video, this.#config.clip);
		for (let exchange = 0; exchange < 5; exchange++) await this.#ask();
		setInterval(() => this.#ask(), CLOCK_EVERY_MS);
		this.#relay.say({ type: "hello" });
	}

	command(word, positionMs) {
		return this.#relay.say({ type: word, position_ms: positionMs });
	}

	async #ask() {
		this.#clock = [...this.#clock, measured(await this.#relay.clock())].slice(-KEPT);
	}

	#position() {
		const { offset } = this.#clock.reduce((best, each) => (each.delay < best.delay ? each : best));
		const { position_s: position, velocity, at } = this.#motion;
		return position + (velocity * (performance.now() + offset - at)) / 1000;
	}

	#heard(motion) {
		this.#motion = motion;
		this.#errors = [];
		this.#skipped = null;
		this.#update();
	}

	#update() {
		if (!this.#motion) return;
		const video = this.#video;
		const { velocity } = this.#motion;
		if (velocity && video.paused) video.play();
		else if (!velocity && !video.paused) video.pause();
		const position = this.#position();
		const error = position - video.currentTime;
		if (!velocity || Math.abs(error) > SKIP_FROM_S) return this.#skip(position);
		this.#errors.push(error);
		if (this.#errors.length < 3) return;
		this.#speed(this.#errors.reduce((sum, each) => sum + each) / this.#errors.length);
	}

	#speed(error) {
		const { from, limit, gain } = TIERS.find((tier) => Math.abs(error) > tier.from) ?? TIERS.at(-1);
		this.#errors = from ? [] : this.#errors.slice(0, 1);
		this.#video.playbackRate = 1 + Math.min(limit, Math.max(-limit, error * gain));
	}

	#skip(position) {
		const now = performance.now();
		if (now - this.#skippedAt < SKIP_PAUSE_MS) return;
		this.#skippedAt = now;
		if (!this.#motion.velocity) {
			this.#video.currentTime = position;
			return;
		}
		const adjust = this.#adjustment(now);
		this.#video.playbackRate = 1;
		this.#video.currentTime = position + adjust;
		this.#skipped = { now, position, adjust };
	}

	#adjustment(now) {
		if (!this.#skipped) return 0;
		const missed = this.#skipped.position + (now - this.#skipped.now) / 1000 - this.#video.currentTime;
		const adjust = this.#skipped.adjust + missed;
		return Math.abs(adjust) > ADJUST_MAX_S ? 0 : adjust;
	}
}

/** Come to the motion. */
export async function join(where) {
	const sync = new Sync(where);
	await sync.join();
	return sync;
}
