/** Where a satellite is between two positions: the last one, carried on at the same pace. */

import { wrapLongitude } from "./projection.js";

/** Positions come each second; after five without one the marker stands still. */
const CARRIED_ON_MAX_MS = 5000;

export class Motion {
	#last = null;
	#pace = { latitude: 0, longitude: 0 };

	/** Take a position that arrived at a local time in ms. */
	add(position, arrivedMs) {
		const before = this.#last?.position;
		const passedMs = position.at - before?.at;
		if (passedMs > 0) this.#pace = pace(before, position, passedMs);
		this.#last = { position, arrivedMs };
	}

	/** Tell {latitude, longitude} at a local time in ms, or null before the first position. */
	at(nowMs) {
		if (!this.#last) return null;
		const { position, arrivedMs } = this.#last;
		const passedMs = Math.min(nowMs - arrivedMs, CARRIED_ON_MAX_MS);
		const latitude = position.latitude + this.#pace.latitude * passedMs;
		return { latitude, longitude: wrapLongitude(position.longitude + this.#pace.longitude * passedMs) };
	}
}

function pace(from, to, passedMs) {
	const east = wrapLongitude(to.longitude - from.longitude);
	return { latitude: (to.latitude - from.latitude) / passedMs, longitude: east / passedMs };
}
