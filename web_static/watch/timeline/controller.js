/** How a player that is early or late comes back: a little faster or slower, seldom by a seek. */

import { median } from "./clock.js";

const ENGAGE_MS = 20;
const LET_GO_MS = 8;

/**
 * Pictures come in steps: half a step is as near as one can be for sure. Who has come as near and crossed to the other side, or
 * comes no nearer, is content: who asks for more swings to and fro.
 */
const STEP_MAX_MS = 50;
const STEP_SURPLUS_MS = 4;
const NEARER_MS = 2;
const STUCK_MS = 500;

/** Below this nobody hears the other speed. */
const GENTLE = 0.03;
const GENTLE_MS = 100;
const FIRM = 0.08;
const FIRM_MS = 600;

/** Just after a start everything has moved anyway: a seek hurts less than seconds of another speed. */
const SETTLING_SEEK_MS = 200;
const SETTLING_GENTLE_MS = 40;

const CLOSING_MS = 1000;
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
	#pull = fresh();

	/**
	 * Decide what to do about `errorMs` (ahead is positive), which is known in steps of `stepMs`, while the party plays at `rate`;
	 * `settling` for some seconds after a start. Answers {act: "none" | "rate" | "seek", rate, lowerQuality}.
	 */
	steer({ nowMs, errorMs, rate, stepMs = 0, settling = false }) {
		const size = Math.abs(errorMs);
		if (size > (settling ? SETTLING_SEEK_MS : FIRM_MS) && this.#budget.allows(nowMs)) return this.#leap(nowMs, rate);
		const halfMs = Math.min(stepMs, STEP_MAX_MS) / 2;
		if (!this.#pull && size > Math.max(ENGAGE_MS, halfMs + STEP_SURPLUS_MS)) this.#pull = fresh();
		if (this.#pull && this.#isNear(nowMs, errorMs, halfMs)) this.#pull = null;
		if (!this.#pull) return { act: "none", rate, lowerQuality: false };
		const most = size > (settling ? SETTLING_GENTLE_MS : GENTLE_MS) ? FIRM : GENTLE;
		const share = Math.max(-most, Math.min(most, -errorMs / CLOSING_MS));
		return { act: "rate", rate: rate * (1 + Math.round(share * RATE_STEPS) / RATE_STEPS), lowerQuality: false };
	}

	/** The player starts, or starts elsewhere: come as near as can be once. */
	begin() {
		this.#pull = fresh();
	}

	/** Somebody asks to be synced, or plays something else: the seeks of before no longer count. */
	reset() {
		this.#budget = new SeekBudget();
	}

	#isNear(nowMs, errorMs, halfMs) {
		const pull = this.#pull;
		const size = Math.abs(errorMs);
		pull.ahead ??= errorMs > 0;
		if (size < pull.leastMs - NEARER_MS) Object.assign(pull, { leastMs: size, sinceMs: nowMs });
		return size < LET_GO_MS || (size <= halfMs && (pull.ahead !== errorMs > 0 || nowMs - pull.sinceMs > STUCK_MS));
	}

	#leap(nowMs, rate) {
		return { act: "seek", rate, lowerQuality: this.#budget.spend(nowMs) };
	}
}

/** A correction that begins: which side it comes from, and since when it has been how near. */
const fresh = () => ({ ahead: undefined, leastMs: Infinity, sinceMs: 0 });

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
