/** Where the media is: by the player's own word, which is fine, and by the pictures, which come in steps but are what is seen. */

import { median } from "./timeline/timeline.js";

const LOOKS = 5;
const PICTURES = 16;
const FRESH_MS = 500;

export class Sensor {
	#video;
	#now;
	#looks = [];
	#pictures = [];
	#asked;

	constructor(video, now) {
		this.#video = video;
		this.#now = now;
		this.#ask();
	}

	/** What was seen before a seek or a start says nothing about now. */
	forget() {
		this.#looks = [];
		this.forgetPictures();
	}

	/** Another speed brings the pictures out of step with the screen. */
	forgetPictures() {
		this.#pictures = [];
	}

	/** Look at the player's clock, ten times a second. */
	look() {
		this.#looks = [...this.#looks, { at: this.#now(), positionMs: this.#video.currentTime * 1000 }].slice(-LOOKS);
	}

	/** Tell how far the media is ahead of where `wanted(at)` says that it should be, null before enough was seen. */
	error(wanted) {
		return this.#looks.length < LOOKS ? null : ahead(this.#looks, wanted);
	}

	/** Tell how far the pictures are ahead, and by how much each goes on: {errorMs, stepMs}; null before enough were shown. */
	picture(wanted) {
		const pictures = this.#pictures;
		if (pictures.length < PICTURES || pictures.at(-1).at < this.#now() - FRESH_MS) return null;
		const stepMs = median(pictures.slice(1).map(({ positionMs }, index) => positionMs - pictures[index].positionMs));
		return { errorMs: ahead(pictures, wanted), stepMs };
	}

	stop() {
		this.#video.cancelVideoFrameCallback?.(this.#asked);
	}

	#ask() {
		this.#asked = this.#video.requestVideoFrameCallback?.((_, picture) => this.#shown(picture));
	}

	/** The browser tells times by its own clock, which need not be ours: only differences count. */
	#shown({ expectedDisplayTime, mediaTime }) {
		const at = this.#now() + expectedDisplayTime - performance.now();
		this.#pictures = [...this.#pictures, { at, positionMs: mediaTime * 1000 }].slice(-PICTURES);
		this.#ask();
	}
}

const ahead = (seen, wanted) => median(seen.map(({ at, positionMs }) => positionMs - wanted(at)));
