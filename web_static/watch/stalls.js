/** Tells the party when this player cannot go on, and when it can again. */

const TELL_AFTER_MS = 400;
const TELL_AGAIN_MS = 1000;

export class Stalls {
	#command;
	#now;
	#ableAt = null;
	#told = null;
	#toldAt = -Infinity;

	constructor({ command, now }) {
		this.#command = command;
		this.#now = now;
	}

	get stalled() {
		return this.#told === true;
	}

	/** Another item, or another connection: the party has to hear of us anew. */
	begin() {
		this.#told = null;
		this.#toldAt = -Infinity;
		this.#ableAt = this.#now();
	}

	/** Look whether the player is able to be where it should. */
	look(able) {
		const now = this.#now();
		if (able) this.#ableAt = now;
		const stalled = !able && now - this.#ableAt > TELL_AFTER_MS;
		if ((able || stalled) && stalled !== this.#told && now > this.#toldAt + (this.#told === null ? TELL_AGAIN_MS : 0)) this.#tell(stalled, now);
	}

	#tell(stalled, now) {
		this.#told = stalled;
		this.#toldAt = now;
		Promise.resolve(this.#command({ type: "buffering", stalled })).catch(() => (this.#told = null));
	}
}
