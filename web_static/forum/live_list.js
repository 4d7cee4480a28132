/** A list of threads that moves while one looks: who is written to goes up, and is marked for a moment. */

import { who } from "../app/who.js";
import { threadRow } from "./thread_row.js";

const FRESH_MS = 8000;
const MOVE_MS = 300;

export class LiveList {
	#list;
	#sort;
	#cards = new Map();

	/** `sort()` answers how the list is sorted: "active", "newest" or "unanswered". */
	constructor(list, sort) {
		this.#list = list;
		this.#sort = sort;
	}

	/** Make the row of a card that was read. */
	row(card) {
		this.#cards.set(card.id, card);
		return threadRow(card);
	}

	/** Take in what the hub tells about a thread; answer whether somebody wrote in it. */
	heard(card) {
		const before = this.#cards.get(card.id);
		const written = card.posts - (before?.posts ?? 0);
		if (written < 0 || (!before && !this.#takesNew(card))) return false;
		const mine = card.last_post_by?.id === who()?.id;
		const unread = who() && card.id ? (mine ? 0 : (before?.unread ?? 0) + written) : null;
		this.#put({ ...before, ...card, unread }, written > 0);
		return written > 0 && !mine;
	}

	/** A thread that is not shown comes to the list if its place is at the top. */
	#takesNew(card) {
		return this.#sort() === "active" || card.posts <= 1;
	}

	#put(card, written) {
		const old = this.#node(card.id);
		const focused = old?.contains(document.activeElement);
		const tops = new Map([...this.#list.children].map((node) => [node, node.getBoundingClientRect().top]));
		const node = this.row(card);
		if (old && (this.#sort() !== "active" || !written)) old.replaceWith(node);
		else this.#toTop(card, node, old);
		if (focused) node.querySelector("a").focus({ preventScroll: true });
		if (old) tops.set(node, tops.get(old));
		this.#glide(tops);
		if (written) this.#mark(node);
	}

	/** Pinned threads stay above all others. */
	#toTop(card, node, old) {
		old?.remove();
		const below = [...this.#list.children].find(({ dataset }) => card.pinned || !this.#cards.get(dataset.id)?.pinned);
		this.#list.insertBefore(node, below ?? null);
	}

	#mark(node) {
		node.classList.add("fresh");
		setTimeout(() => node.classList.remove("fresh"), FRESH_MS);
	}

	#glide(tops) {
		if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
		for (const node of this.#list.children) {
			const way = tops.has(node) ? tops.get(node) - node.getBoundingClientRect().top : 0;
			if (way) node.animate([{ transform: `translateY(${way}px)` }, { transform: "none" }], { duration: MOVE_MS, easing: "ease-out" });
		}
	}

	#node(id) {
		return [...this.#list.children].find(({ dataset }) => dataset.id === id);
	}
}
