/** A player that exists only in numbers: late to start, late to seek, drifting, and seen with some noise. */

import { Controller, Timeline, median } from "/static/watch/timeline/timeline.js";

const LOOKS = 5;

export class VirtualPlayer {
	controller = new Controller();
	seeks = 0;
	rate = 1;

	/** `seekMs` is what a seek takes; the media runs `ppm` too fast; what it tells is off by up to `noiseMs`. */
	constructor({ random, positionMs, seekMs = 150, ppm = 0, noiseMs = 3 }) {
		Object.assign(this, { random, positionMs, seekMs, ppm, noiseMs, looks: [], readyAtMs: 0, landedAtMs: 0 });
	}

	/** Play for 100 ms and steer towards where the party is; answers the true error. */
	step(hubMs, device, timeline) {
		this.positionMs += hubMs > this.readyAtMs ? 100 * this.rate * (1 + this.ppm * 1e-6) : 0;
		const wantedMs = timeline.at(device.clock.hubNow()).positionMs;
		const error = this.positionMs + this.noiseMs * (2 * this.random() - 1) - wantedMs;
		this.looks = [...this.looks, error].slice(-LOOKS);
		if (hubMs > this.readyAtMs && this.looks.length === LOOKS) this.#steer(hubMs, wantedMs);
		return this.positionMs - timeline.at(hubMs + device.hubAheadMs).positionMs;
	}

	#steer(nowMs, wantedMs) {
		const settling = nowMs - this.landedAtMs < 3000;
		const { act, rate } = this.controller.steer({ nowMs, errorMs: median(this.looks), rate: 1, settling });
		this.rate = rate;
		if (act !== "seek") return;
		this.seeks += 1;
		this.looks = [];
		this.positionMs = wantedMs + this.controller.seek.ms;
		this.readyAtMs = this.landedAtMs = nowMs + this.seekMs;
		this.controller.seek.learn(this.seekMs);
	}
}

/** A party that plays from the beginning of time. */
export function playing() {
	const timeline = new Timeline();
	timeline.take({ epoch: "e", seq: 1, status: "playing", item: { id: "i" }, position_ms: 0, rate: 1, t0: 0 });
	return timeline;
}
