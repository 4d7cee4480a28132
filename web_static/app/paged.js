/** A list that is read page by page, and says how it stands: loading, empty, failed, or more to come. */

import { make } from "./dom.js";

/**
 * Fills `list`, which stands for itself in the page; what is said about it comes right behind it. `read(cursor, signal)` answers
 * {items, next}, `draw(item)` a node; `empty` is said, or shown if a node, when there is nothing.
 */
export class Paged {
	#list;
	#read;
	#draw;
	#empty;
	#foot = make("div.edge");
	#words = make("span", { role: "status" });
	#button = make("button", { type: "button", hidden: true, onclick: () => this.#more() });
	#next = null;
	#reading = null;

	constructor({ list, read, draw, empty }) {
		this.#list = list;
		this.#read = read;
		this.#draw = draw;
		this.#empty = empty;
		this.#foot.append(this.#words, " ", this.#button);
		list.after(this.#foot);
	}

	/** Read from the beginning; what is shown stays until it is there. */
	begin() {
		this.#next = null;
		return this.#take((items) => this.#list.replaceChildren(...items));
	}

	/** Say that there is nothing if what was shown last has gone. */
	gone() {
		if (!this.#list.childElementCount && !this.#next) this.#say(this.#empty);
	}

	async #more() {
		const before = this.#list.childElementCount;
		await this.#take((items) => this.#list.append(...items));
		const first = this.#list.children[before];
		(first?.querySelector("a, button") ?? first)?.focus();
	}

	async #take(put) {
		this.#reading?.abort();
		const reading = (this.#reading = new AbortController());
		this.#list.ariaBusy = "true";
		this.#say("Loading…");
		const page = await this.#read(this.#next, reading.signal).catch((error) => ({ error }));
		if (reading.signal.aborted) return;
		this.#list.ariaBusy = "false";
		if (page.error) return this.#failed(page.error);
		put(page.items.map((item) => this.#draw(item)));
		this.#next = page.next;
		this.#say(this.#list.childElementCount ? "" : this.#empty, page.next && "Show more");
	}

	#failed(error) {
		this.#say(error.message, "Try again");
		if (error.status === undefined) throw error;
	}

	#say(words, button = "") {
		this.#words.replaceChildren(words);
		this.#button.textContent = button;
		this.#button.hidden = !button;
		this.#foot.hidden = !words && !button;
	}
}
