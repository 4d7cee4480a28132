/** The room of a conversation that is told again: it ends with what was said by now. */

const TOGETHER_MAX = 20;

export class SaidSoFar {
	state = "subscribed";
	#chat;
	#posts = [];
	#shown = 0;
	#turns = 0;

	/** `chat` are the handlers of the conversation. */
	constructor(chat) {
		this.#chat = chat;
	}

	/** Take what was said, in the order in which it is told. */
	take(posts) {
		this.#posts = posts.map((post, at) => ({ offset: at + 1, data: { ...post, type: "post" } }));
		this.#begin(0);
	}

	/** Tell what was `said` by now; who goes back hears it from there on again. */
	show(said) {
		const first = this.#posts.findIndex(({ data }) => !said(data));
		const count = first < 0 ? this.#posts.length : first;
		if (count < this.#shown || count > this.#shown + TOGETHER_MAX) this.#begin(count);
		else while (this.#shown < count) this.#chat.publication(this.#posts[this.#shown++]);
	}

	async history({ limit, reverse, since }) {
		const said = this.#posts.slice(0, this.#shown);
		const page = reverse ? said.filter(({ offset }) => !since || offset < since.offset).reverse() : said.filter(({ offset }) => offset > (since?.offset ?? 0));
		return { publications: page.slice(0, limit), epoch: this.#epoch, offset: this.#shown };
	}

	/** Nothing is said any more. */
	async publish() {
		throw new Error("the party is over");
	}

	get #epoch() {
		return `${this.#turns}`;
	}

	#begin(count) {
		this.#turns += 1;
		this.#shown = count;
		this.#chat.subscribed({ recovered: false, streamPosition: { epoch: this.#epoch, offset: count } });
	}
}
