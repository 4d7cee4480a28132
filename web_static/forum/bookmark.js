/** How far one has read a thread, told to the hub now and then. */

import { put } from "../app/api.js";
import { who } from "../app/who.js";

const PAUSE_MS = 1500;

export class Bookmark {
	#path;
	#told = 0;
	#offset = 0;
	#timer = null;

	constructor(path) {
		this.#path = `${path}/read`;
		addEventListener("pagehide", () => this.#tell());
	}

	/** The end of what is held is before somebody's eyes, or not. */
	reached({ high, empty }, toEnd) {
		if (!toEnd || empty || high <= this.#offset || !who()) return;
		this.#offset = high;
		this.#timer ??= setTimeout(() => this.#tell(), PAUSE_MS);
	}

	/** It is told again with the next message when it could not be told now. */
	async #tell() {
		clearTimeout(this.#timer);
		this.#timer = null;
		if (this.#offset <= this.#told) return;
		const offset = this.#offset;
		const done = await put(this.#path, { offset }).then(() => true, (error) => console.info("Not kept how far was read:", error.message));
		if (done) this.#told = offset;
	}
}
