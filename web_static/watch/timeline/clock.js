/** The hub's clock as this device knows it, from exchanges of four timestamps. */

const WINDOW_MS = 120_000;
const SAMPLES_MAX = 240;
const SAMPLES_TO_TRUST = 4;

/** Crystals are off by tens of millionths. A skew has to explain more than this much time times itself, else it is noise. */
const SKEW_MAX = 300e-6;
const SKEW_SPAN_MS = 30_000;
const SKEW_NOISE_MS = 20_000;
const SKEW_HALVINGS = 24;

/** Small errors are worked off too slowly to be seen, larger ones at once. */
const SLEW = 5e-3;
const STEP_MS = 50;

const BURST = 10;
const BURST_PAUSE_MS = 60;
const PLAYING_PAUSE_MS = 2000;
const UNEVEN_PAUSE_MS = 1000;
const UNEVEN_MS = 20;
const IDLE_PAUSE_MS = 10_000;

export class Clock {
	#now;
	#samples = [];
	#node = null;
	#burst = BURST;
	#estimate = null;
	#shown = null;

	/** `now()` is this device's own clock in ms, which never steps. */
	constructor({ now = () => performance.now() } = {}) {
		this.#now = now;
	}

	/** Take an exchange: asked at `t0` and answered at `t3` by this clock, at the hub from `t1` to `t2`; another `node` is another clock. */
	take({ t0, t1, t2, t3, node }) {
		if (![t0, t1, t2, t3].every(Number.isFinite) || t3 < t0 || t2 < t1) return;
		if (node !== this.#node) this.#forget(node);
		this.#samples.push({ at: (t0 + t3) / 2, up: t1 - t0, down: t3 - t2, rtt: t3 - t0 - (t2 - t1) });
		this.#samples = this.#samples.filter(({ at }) => at > t3 - WINDOW_MS).slice(-SAMPLES_MAX);
		this.#estimate = estimate(this.#samples, t3);
	}

	/** Tell the hub's time in ms, NaN while nothing is known. */
	hubNow() {
		return this.hubAt(this.#now());
	}

	/** Tell the hub's time at a time near now of this device's clock. */
	hubAt(ms) {
		return ms + this.#offset(this.#now()) + (this.#estimate?.skew ?? 0) * (ms - this.#now());
	}

	/** What a message takes one way, as far as that can be known. */
	get delayMs() {
		return median(this.#samples.slice(-20).map(({ rtt }) => rtt)) / 2;
	}

	/** The hub's clock is as told, give or take this: half the shortest round trip. */
	get errorBoundMs() {
		return this.#samples.length ? floor(this.#samples) / 2 : Infinity;
	}

	get synced() {
		return this.#samples.length >= SAMPLES_TO_TRUST;
	}

	/** Tell how long to wait before the next exchange, and count it as made. */
	nextPauseMs(playing) {
		if (this.#burst > 0) this.#burst -= 1;
		if (this.#burst > 0) return BURST_PAUSE_MS;
		if (!playing) return IDLE_PAUSE_MS;
		return this.delayMs > this.errorBoundMs + UNEVEN_MS / 2 ? UNEVEN_PAUSE_MS : PLAYING_PAUSE_MS;
	}

	/** After a sleep or a new connection a burst of exchanges looks afresh. */
	wake() {
		this.#burst = BURST;
	}

	#forget(node) {
		this.#node = node;
		this.#samples = [];
		this.#shown = null;
		this.wake();
	}

	#offset(nowMs) {
		if (!this.#estimate) return NaN;
		const wanted = this.#estimate.offset + this.#estimate.skew * (nowMs - this.#estimate.at);
		const surplus = this.#shown ? wanted - this.#shown.offset : Infinity;
		const most = this.#burst > 0 || Math.abs(surplus) > STEP_MS ? Infinity : SLEW * Math.max(0, nowMs - this.#shown.at);
		this.#shown = { at: nowMs, offset: Math.abs(surplus) <= most ? wanted : this.#shown.offset + Math.sign(surplus) * most };
		return this.#shown.offset;
	}
}

const floor = (samples) => Math.min(...samples.map(({ rtt }) => rtt));

/**
 * Whatever delays a message only ever adds to its way, so the least of each way bounds the offset from one side, and the skew is
 * the one that leaves the most between the bounds. Measured against a median of the quickest round trips, with Theil and Sen for
 * the skew, the error is half as large: there the least of one way need not meet the least of the other.
 */
function estimate(samples, at) {
	const skew = at - samples[0].at < SKEW_SPAN_MS ? 0 : skewOf(samples, at);
	const [up, down] = least(samples, skew, at);
	return { at, skew, offset: (up - down) / 2 };
}

const least = (samples, skew, at) => [
	Math.min(...samples.map((sample) => sample.up - skew * (sample.at - at))),
	Math.min(...samples.map((sample) => sample.down + skew * (sample.at - at))),
];

/** Find by how much the hub's clock runs faster; what is left between the bounds has one summit over all skews. */
function skewOf(samples, at) {
	const between = (skew) => least(samples, skew, at).reduce((up, down) => up + down) - SKEW_NOISE_MS * Math.abs(skew);
	let [low, high] = [-SKEW_MAX, SKEW_MAX];
	for (let turn = 0; turn < SKEW_HALVINGS; turn += 1) {
		const middle = (low + high) / 2;
		if (between(middle - 1e-9) < between(middle + 1e-9)) low = middle;
		else high = middle;
	}
	return (low + high) / 2;
}

/** The middle one of some numbers, NaN of none. */
export function median(numbers) {
	const sorted = [...numbers].sort((a, b) => a - b);
	const middle = sorted.length >> 1;
	return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
