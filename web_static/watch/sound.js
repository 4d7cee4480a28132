/** Starts a player where the browser forbids sound before a click: silently then, and with sound from the first click on. */

const CLICKS = ["pointerup", "keydown"];

export class Sound {
	#video;
	#changed;
	#blocked = "";
	#click = () => this.give();

	/** Calls `changed()` when `blocked` does. */
	constructor(video, changed) {
		this.#video = video;
		this.#changed = changed;
	}

	/** What one click would bring: "sound", or "play" where even silent playing is forbidden; "" when nothing is missing. */
	get blocked() {
		return this.#blocked;
	}

	/** Play; answer whether it plays, be it without sound. */
	async play() {
		if (await this.#tried()) return true;
		if (this.#video.muted) return false;
		this.#video.muted = true;
		this.#set("sound");
		return this.#tried();
	}

	/** Somebody clicked: give what was held back. */
	give() {
		if (this.#blocked) this.#video.muted = false;
		this.#set("");
	}

	stop() {
		for (const name of CLICKS) removeEventListener(name, this.#click);
	}

	async #tried() {
		try {
			await this.#video.play();
			return true;
		} catch (error) {
			if (error.name === "NotAllowedError" && this.#video.muted) this.#set("play");
			return error.name !== "NotAllowedError";
		}
	}

	#set(blocked) {
		if (blocked === this.#blocked) return;
		this.#blocked = blocked;
		for (const name of CLICKS) (blocked ? addEventListener : removeEventListener)(name, this.#click);
		this.#changed();
	}
}
