/** The hub's clock as this device knows it, from exchanges of four timestamps. */

const WINDOW_MS = 120_000;
const SAMPLES_MAX = 240;
const SAMPLES_TO_TRUST = 4;

/** An exchange counts for the skew when its round trip is about as short as the shortest. */
const SURPLUS_MS = 2;
const SURPLUS_SHARE = 0.15;

/** Crystals are off by tens of millionths; before this much was seen, the skew is noise. */
const SKEW_MAX = 300e-6;
const SKEW_SPAN_MS = 30_000;
const SKEW_SAMPLES = 8;

/** Small errors are worked off too slowly to be seen, larger ones at once. */
const SLEW = 5e-3;
const STEP_MS = 50;

const BURST = 10;
const BURST_PAUSE_MS = 60;
const PLAYING_PAUSE_MS = 2000;
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
		return this.#burst > 0 ? BURST_PAUSE_MS : playing ? PLAYING_PAUSE_MS : IDLE_PAUSE_MS;
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

/** Whatever delays a message only ever adds to its way: the least of each way, freed of the skew, bounds the offset from both sides. */
function estimate(samples, at) {
	const skew = skewOf(samples);
	const up = Math.min(...samples.map((sample) => sample.up - skew * (sample.at - at)));
	const down = Math.min(...samples.map((sample) => sample.down + skew * (sample.at - at)));
	return { at, skew, offset: (up - down) / 2 };
}

/** Estimate by how much the hub's clock runs faster, by Theil and Sen over the quickest exchanges. */
function skewOf(samples) {
	const most = floor(samples);
	const quick = samples.filter(({ rtt }) => rtt <= most + Math.max(SURPLUS_MS, SURPLUS_SHARE * most));
	if (quick.length < SKEW_SAMPLES || quick.at(-1).at - quick[0].at < SKEW_SPAN_MS) return 0;
	const slopes = quick.flatMap((a, index) => quick.slice(index + 1).map((b) => (b.up - b.down - a.up + a.down) / 2 / (b.at - a.at)));
	return Math.max(-SKEW_MAX, Math.min(SKEW_MAX, median(slopes.filter(Number.isFinite))));
}

/** The middle one of some numbers, NaN of none. */
export function median(numbers) {
	const sorted = [...numbers].sort((a, b) => a - b);
	const middle = sorted.length >> 1;
	return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
