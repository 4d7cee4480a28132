/** Where the picture is: from the frames as they are shown, or from the player's own clock where no frames are counted. */

import { median } from "./timeline/timeline.js";

const FRAMES = 5;
const FRESH_MS = 500;

export class Sensor {
	#video;
	#now;
	#frames = [];
	#looks = [];
	#asked = null;

	constructor(video, now) {
		this.#video = video;
		this.#now = now;
		this.#ask();
	}

	/** What was seen before a seek or a start says nothing about now. */
	forget() {
		this.#frames = [];
		this.#looks = [];
	}

	/** Look at the player's own clock, ten times a second. */
	look() {
		this.#looks = [...this.#looks, { at: this.#now(), positionMs: this.#video.currentTime * 1000 }].slice(-FRAMES);
	}

	/** Tell how far the picture is ahead of where `wanted(at)` says that it should be, null before enough was seen. */
	error(wanted) {
		const fresh = this.#frames.at(-1)?.at > this.#now() - FRESH_MS;
		const seen = fresh ? this.#frames : this.#looks;
		return seen.length < FRAMES ? null : median(seen.map(({ at, positionMs }) => positionMs - wanted(at)));
	}

	stop() {
		this.#video.cancelVideoFrameCallback?.(this.#asked);
	}

	#ask() {
		this.#asked = this.#video.requestVideoFrameCallback?.((_, frame) => this.#shown(frame));
	}

	/** The browser tells times by its own clock, which need not be ours: only differences count. */
	#shown({ expectedDisplayTime, mediaTime }) {
		const at = this.#now() + expectedDisplayTime - performance.now();
		this.#frames = [...this.#frames, { at, positionMs: mediaTime * 1000 }].slice(-FRAMES);
		this.#ask();
	}
}
