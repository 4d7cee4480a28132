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

	/** By how much the media goes on from one picture to the next; 0 where that is not seen. */
	get stepMs() {
		const steps = this.#seen.slice(1).map(({ positionMs }, index) => positionMs - this.#seen[index].positionMs);
		return this.#seen === this.#frames && steps.length ? median(steps) : 0;
	}

	/** Tell how far the picture is ahead of where `wanted(at)` says that it should be, null before enough was seen. */
	error(wanted) {
		if (this.#seen.length < FRAMES) return null;
		return median(this.#seen.map(({ at, positionMs }) => positionMs - wanted(at)));
	}

	get #seen() {
		return this.#frames.at(-1)?.at > this.#now() - FRESH_MS ? this.#frames : this.#looks;
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
