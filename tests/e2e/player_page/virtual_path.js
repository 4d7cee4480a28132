/** Exchanges of time over a path of a seeded temper, in time that passes as fast as it can be reckoned. */

import { Clock } from "/static/watch/timeline/timeline.js";

const LOOK_EVERY_MS = 100;
const HUB_TAKES_MS = 0.1;

/** Numbers from 0 to 1 that are the same for the same seed. */
export function seeded(seed) {
	let state = seed;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
	};
}

/** One direction: a delay, give or take its jitter, in order, and nothing arrives while it is frozen. */
class Way {
	#lastMs = 0;

	constructor({ delayMs, jitterMs = 0 }, { everyMs, forMs } = { everyMs: 1, forMs: 0 }, random) {
		Object.assign(this, { delayMs, jitterMs, everyMs, forMs, random });
	}

	arrivalMs(sentMs) {
		const dueMs = sentMs + this.delayMs + this.jitterMs * (2 * this.random() - 1);
		const intoFreezeMs = dueMs % this.everyMs;
		const freeMs = intoFreezeMs < this.forMs ? dueMs + this.forMs - intoFreezeMs : dueMs;
		this.#lastMs = Math.max(this.#lastMs, freeMs);
		return this.#lastMs;
	}
}

/**
 * A device whose clock is `offsetMs` off and `ppm` too fast asks over a path {up, down, freeze} and looks at the hub's time as it
 * knows it each 100 ms; `seen(device)` gets every look. Its tasks are up to `busyMs` late.
 */
export class Device {
	#hubMs = 0;
	#askAtMs = 0;
	#answers = [];

	constructor({ up, down, freeze, ppm = 0, offsetMs = 5000, busyMs = 8, seed = 1, node = "one" }) {
		this.random = seeded(seed);
		this.up = new Way(up, freeze, this.random);
		this.down = new Way(down, freeze, this.random);
		this.own = (hubMs) => hubMs * (1 + ppm * 1e-6) + offsetMs;
		this.busyMs = busyMs;
		this.node = node;
		this.hubAheadMs = 0;
		this.clock = new Clock({ now: () => this.own(this.#hubMs) });
	}

	/** The time that has passed, by the machine's truth. */
	get hubMs() {
		return this.#hubMs;
	}

	/** By how much the hub's time as it is known here is off. */
	get errorMs() {
		return this.clock.hubNow() - this.#hubMs - this.hubAheadMs;
	}

	/** Let time pass; `look()` is called each 100 ms of it. */
	pass(ms, look = () => {}, playing = true) {
		const endMs = this.#hubMs + ms;
		let lookAtMs = this.#hubMs + LOOK_EVERY_MS;
		while (this.#hubMs < endMs) {
			const answerAtMs = this.#answers[0]?.atMs ?? Infinity;
			this.#hubMs = Math.min(endMs, lookAtMs, this.#askAtMs, answerAtMs);
			if (this.#hubMs === answerAtMs) this.#take();
			if (this.#hubMs >= this.#askAtMs) this.#ask(playing);
			if (this.#hubMs >= lookAtMs) look(), (lookAtMs += LOOK_EVERY_MS);
		}
	}

	/** Ask afresh, as after a sleep. */
	wake() {
		this.clock.wake();
		this.#askAtMs = this.#hubMs;
	}

	#late() {
		return this.busyMs * this.random() * this.random();
	}

	#ask(playing) {
		const t0 = this.own(this.#hubMs);
		const hubMs = this.up.arrivalMs(this.#hubMs + this.#late());
		const [t1, t2] = [hubMs + this.hubAheadMs, hubMs + this.hubAheadMs + HUB_TAKES_MS];
		const atMs = this.down.arrivalMs(hubMs + HUB_TAKES_MS) + this.#late();
		this.#answers.push({ atMs, t0, t1, t2, node: this.node });
		this.#answers.sort((one, other) => one.atMs - other.atMs);
		this.#askAtMs = this.#hubMs + this.clock.nextPauseMs(playing);
	}

	#take() {
		const { t0, t1, t2, node } = this.#answers.shift();
		this.clock.take({ t0, t1, t2, t3: this.own(this.#hubMs), node });
	}
}
