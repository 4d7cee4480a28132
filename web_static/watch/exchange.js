/** Asks the hub for the time: in bursts at first and after a sleep, then now and then. */

const UNDER_WAY_MAX = 12;

export class Exchange {
	#clock;
	#rpc;
	#now;
	#playing;
	#timer = null;
	#underWay = 0;

	/** `rpc(method, data)` asks the hub; `playing()` tells whether the time is needed often. */
	constructor({ clock, rpc, now, playing }) {
		this.#clock = clock;
		this.#rpc = rpc;
		this.#now = now;
		this.#playing = playing;
	}

	start() {
		this.stop();
		this.#clock.wake();
		this.#next();
	}

	stop() {
		clearTimeout(this.#timer);
	}

	#next() {
		this.#ask();
		this.#timer = setTimeout(() => this.#next(), this.#clock.nextPauseMs(this.#playing()));
	}

	/** A lost answer is no loss: the next one comes soon, and the SDK says when the hub is away. */
	async #ask() {
		if (this.#underWay >= UNDER_WAY_MAX) return;
		this.#underWay += 1;
		const t0 = this.#now();
		const answer = await this.#rpc("clock", { t0 }).catch(() => null);
		this.#underWay -= 1;
		if (answer) this.#clock.take({ ...(answer.data ?? answer), t0, t3: this.#now() });
	}
}
