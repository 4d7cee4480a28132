/** Suggestions below a search field, chosen with the arrow keys or the mouse. */

import { get } from "../app/api.js";
import { make } from "../app/dom.js";

const PAUSE_MS = 120;

function option({ text, type }, at) {
	const words = [make("span", { dir: "auto" }, text), make("small", {}, type)];
	return make("li", { id: `suggestion-${at}`, role: "option", "aria-selected": "false" }, words);
}

export class Suggestions {
	#field;
	#list;
	#choose;
	#items = [];
	#at = -1;
	#timer;
	#asking = null;

	/** Calls `choose({text, type, id})`, or leaves Enter to the form when nothing is picked. */
	constructor(field, list, choose) {
		this.#field = field;
		this.#list = list;
		this.#choose = choose;
		field.addEventListener("input", () => this.#typed());
		field.addEventListener("keydown", (event) => event.isComposing || this.#key(event));
		field.addEventListener("blur", () => this.close());
		list.addEventListener("pointerdown", (event) => event.preventDefault());
		list.addEventListener("click", ({ target }) => this.#take([...list.children].indexOf(target.closest("li"))));
	}

	close() {
		clearTimeout(this.#timer);
		this.#asking?.abort();
		this.#show([]);
	}

	#typed() {
		clearTimeout(this.#timer);
		const typed = this.#field.value.trim();
		if (typed) this.#timer = setTimeout(() => this.#ask(typed), PAUSE_MS);
		else this.close();
	}

	/** What cannot be suggested is not missed: one can search without. */
	async #ask(q) {
		this.#asking?.abort();
		const asking = (this.#asking = new AbortController());
		const { items } = await get("/api/suggest", { q }, { signal: asking.signal }).catch(() => ({ items: [] }));
		if (!asking.signal.aborted && document.activeElement === this.#field) this.#show(items);
	}

	#show(items) {
		this.#items = items;
		this.#at = -1;
		this.#list.replaceChildren(...items.map(option));
		this.#list.hidden = !items.length;
		this.#field.ariaExpanded = String(items.length > 0);
		this.#field.removeAttribute("aria-activedescendant");
	}

	#key(event) {
		const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
		if (event.key === "Escape" && this.#items.length) this.close();
		else if (event.key === "Enter" && this.#at >= 0) this.#take(this.#at);
		else if (step && this.#items.length) this.#move(step);
		else return;
		event.preventDefault();
	}

	/** One step beyond either end is the field itself. */
	#move(step) {
		const places = this.#items.length + 1;
		this.#at = ((this.#at + 1 + step + places) % places) - 1;
		for (const [at, node] of [...this.#list.children].entries()) node.ariaSelected = String(at === this.#at);
		if (this.#at < 0) return this.#field.removeAttribute("aria-activedescendant");
		this.#field.setAttribute("aria-activedescendant", `suggestion-${this.#at}`);
		this.#list.children[this.#at].scrollIntoView({ block: "nearest" });
	}

	#take(at) {
		const item = this.#items[at];
		this.close();
		if (item) this.#choose(item);
	}
}
