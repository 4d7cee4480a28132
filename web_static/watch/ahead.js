/** Asks early for what a party's subscription needs and brings: on a long line its round trips are then made side by side. */

export class Ahead {
	#ask;
	#token = null;
	#taken = null;
	#page = null;

	/** `ask()` answers a token for the party's channel. */
	constructor(ask) {
		this.#ask = ask;
	}

	/** Ask for the token while the connection is made. Why there is none is told to who takes it. */
	token() {
		this.#token = this.#ask();
		this.#token.catch(() => {});
	}

	/** Answer the token that was asked for, once; a later one is asked for when it is wanted. */
	takeToken() {
		this.#taken = this.#token ?? this.#ask();
		this.#token = null;
		return this.#taken;
	}

	/** Ask for the newest page of the log right behind the subscription, which goes out as soon as its token is there. */
	page(client, channel, options) {
		const asked = () => client.history(channel, options);
		this.#page = Promise.resolve(this.#taken).then(sent).then(asked).catch(() => null);
	}

	/** Answer the page that was asked for, once; null when there is none, or when it is older than the subscription at `position`. */
	async takePage(position) {
		const page = await this.#page;
		this.#page = null;
		return page && page.epoch === position.epoch && page.offset >= position.offset ? page : null;
	}
}

/** The SDK sends what is due before the next task. */
const sent = () => new Promise((resolve) => setTimeout(resolve));
