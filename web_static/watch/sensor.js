/** Where the media is, by the player's own word, which is finer than the pictures: those come in steps. */

import { median } from "./timeline/timeline.js";

const LOOKS = 5;

export class Sensor {
	#video;
	#now;
	#looks = [];

	constructor(video, now) {
		this.#video = video;
		this.#now = now;
	}

	/** What was seen before a seek or a start says nothing about now. */
	forget() {
		this.#looks = [];
	}

	/** Look at the player's clock, ten times a second. */
	look() {
		this.#looks = [...this.#looks, { at: this.#now(), positionMs: this.#video.currentTime * 1000 }].slice(-LOOKS);
	}

	/** Tell how far the media is ahead of where `wanted(at)` says that it should be, null before enough was seen. */
	error(wanted) {
		if (this.#looks.length < LOOKS) return null;
		return median(this.#looks.map(({ at, positionMs }) => positionMs - wanted(at)));
	}
}
