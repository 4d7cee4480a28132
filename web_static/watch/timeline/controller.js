/** How a player that is early or late comes back: a little faster or slower, seldom by a seek. */

import { median } from "./clock.js";

/**
 * Where there is sound, Chromium loses some 20 ms once each time that the rate leaves 1. So a correction begins seldom, goes on
 * until nothing is left of the error, and the next one waits for a while.
 */
const ENGAGE_MS = 15;
const START_ENGAGE_MS = 8;
const LET_GO_MS = 3;
const REST_MS = 1000;

/**
 * A screen shows pictures in steps, and keeps one that is half a step off as long as the media goes at the same speed. So the
 * media is moved by as little as brings the next picture, and stays there.
 */
const PICTURE_SURPLUS_MS = 1;
const AIM_MAX_MS = 8;
const PICTURE_TRIES = 3;

/** A device that tells its position coarsely comes no nearer than it can see. */
const PULL_MIN_MS = 500;
const NEARER_MS = 1;
const STUCK_MS = 1500;

/** Below this nobody hears the other speed. */
const GENTLE = 0.03;
const GENTLE_MS = 100;
const FIRM = 0.08;
const FIRM_MS = 600;

/** Just after a start everything has moved anyway: a seek hurts less than seconds of another speed. */
const SETTLING_SEEK_MS = 200;
const SETTLING_GENTLE_MS = 40;

const CLOSING_MS = 500;
const RATE_STEPS = 400;

const SEEK_PAUSE_MS = 3000;
const SEEKS_SPAN_MS = 15_000;
const SEEKS_MAX = 3;
const BACK_OFF_MS = 15_000;
const BACK_OFF_MAX_MS = 120_000;

const LATENCIES_KEPT = 5;
const LATENCY_MAX_MS = 3000;

export class Controller {
	/** How long the device takes from play() to moving pictures, and from a seek to being able to play. */
	play = new Latency(90);
	seek = new Latency(250);
	#budget = new SeekBudget();
	#pull = null;
	#starts = true;
	#aimMs = 0;
	#tries = 0;
	#restsUntil = -Infinity;

	/**
	 * Decide what to do about `errorMs` (ahead is positive) while the party plays at `rate`; `settling` for some seconds after a
	 * start. Where pictures are seen, `picture` tells their {errorMs, stepMs}. Answers {act: "none" | "rate" | "seek", rate, lowerQuality}.
	 */
	steer({ nowMs, errorMs, rate, picture = null, settling = false }) {
		const size = Math.abs(errorMs);
		if (size > (settling ? SETTLING_SEEK_MS : FIRM_MS) && this.#budget.allows(nowMs)) return this.#leap(nowMs, rate);
		this.#engage(nowMs, errorMs, picture);
		if (!this.#pull) return { act: "none", rate, lowerQuality: false };
		const most = size > (settling ? SETTLING_GENTLE_MS : GENTLE_MS) ? FIRM : GENTLE;
		const share = Math.max(-most, Math.min(most, (this.#aimMs - errorMs) / CLOSING_MS));
		return { act: "rate", rate: rate * (1 + Math.round(share * RATE_STEPS) / RATE_STEPS), lowerQuality: false };
	}

	/** The player starts, or starts elsewhere: come near at once. */
	begin() {
		this.#pull = null;
		this.#starts = true;
		this.#aimMs = 0;
		this.#tries = 0;
		this.#restsUntil = -Infinity;
	}

	/** Somebody asks to be synced, or plays something else: the seeks of before no longer count. */
	reset() {
		this.#budget = new SeekBudget();
	}

	/** Begin or end a correction. */
	#engage(nowMs, errorMs, picture) {
		if (!this.#pull && nowMs >= this.#restsUntil && this.#isOff(errorMs, picture)) this.#pull = { beganMs: nowMs, leastMs: Infinity, sinceMs: nowMs };
		this.#starts = false;
		if (!this.#pull || !this.#isNear(nowMs, Math.abs(errorMs - this.#aimMs))) return;
		this.#pull = null;
		this.#restsUntil = nowMs + REST_MS;
	}

	#isOff(errorMs, picture) {
		if (picture && this.#tries < PICTURE_TRIES) return this.#isPictureOff(picture);
		return Math.abs(errorMs - this.#aimMs) > (this.#starts ? START_ENGAGE_MS : ENGAGE_MS);
	}

	/** Where tries do not help the browser tells wrong times of its pictures. */
	#isPictureOff({ errorMs, stepMs }) {
		const off = Math.abs(errorMs) > Math.max(stepMs / 2 + PICTURE_SURPLUS_MS, ENGAGE_MS);
		this.#tries = off ? this.#tries + 1 : 0;
		if (off) this.#aimMs = Math.max(-AIM_MAX_MS, Math.min(AIM_MAX_MS, errorMs - Math.sign(errorMs) * stepMs));
		return off;
	}

	#isNear(nowMs, size) {
		const pull = this.#pull;
		if (size < pull.leastMs - NEARER_MS) Object.assign(pull, { leastMs: size, sinceMs: nowMs });
		if (nowMs - pull.beganMs < PULL_MIN_MS) return false;
		return size < LET_GO_MS || (size < ENGAGE_MS && nowMs - pull.sinceMs > STUCK_MS);
	}

	#leap(nowMs, rate) {
		return { act: "seek", rate, lowerQuality: this.#budget.spend(nowMs) };
	}
}

/** How many seeks are left: when they do not help, the device is too slow for what it plays. */
class SeekBudget {
	#spent = [];
	#closedUntil = -Infinity;
	#backOffMs = BACK_OFF_MS;

	allows(nowMs) {
		return nowMs >= this.#closedUntil;
	}

	/** Note a seek; answer whether there were too many. */
	spend(nowMs) {
		this.#spent = [...this.#spent.filter((at) => at > nowMs - SEEKS_SPAN_MS), nowMs];
		const tooMany = this.#spent.length >= SEEKS_MAX;
		this.#closedUntil = nowMs + (tooMany ? this.#backOffMs : SEEK_PAUSE_MS);
		if (tooMany) {
			this.#spent = [];
			this.#backOffMs = Math.min(2 * this.#backOffMs, BACK_OFF_MAX_MS);
		}
		return tooMany;
	}
}

/** A duration learned from the last few times. */
class Latency {
	#known;
	#ms;

	constructor(firstMs) {
		this.#known = [];
		this.#ms = firstMs;
	}

	get ms() {
		return this.#ms;
	}

	learn(ms) {
		this.#known = [...this.#known, Math.max(0, Math.min(LATENCY_MAX_MS, ms))].slice(-LATENCIES_KEPT);
		this.#ms = median(this.#known);
	}
}
