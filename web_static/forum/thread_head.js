/** What stands above a thread's conversation: its title, how it stands, and its menu. */

import { get } from "../app/api.js";
import { find, make } from "../app/dom.js";
import { signInAddress } from "../app/shell.js";
import { can, who } from "../app/who.js";

const LOCKED = "This thread is locked: it can be read, and nobody can write in it.";
const MEMBERS_ONLY = "Only those who are signed in write here.";

export class ThreadHead {
	#path;
	#changed;
	#card = null;
	#since = {};
	#shown = "";

	/** Calls `changed(thread, why)` whenever the thread at `path` stands another way, and `why` one may not write in it. */
	constructor(path, changed) {
		this.#path = path;
		this.#changed = changed;
	}

	/** Read the thread's card; what it says counts where the conversation has no later word. */
	async read() {
		try {
			this.#card = await get(this.#path);
		} catch (error) {
			if (error.status === undefined) throw error;
			return this.#missing(error);
		}
		this.#showBoard();
		this.#settle();
	}

	/** The conversation tells the last events of each kind. */
	after(since) {
		this.#since = since;
		if (this.#card) this.#settle();
	}

	#settle() {
		const thread = standing(this.#card, this.#since);
		if (this.#shown === JSON.stringify(thread)) return;
		this.#shown = JSON.stringify(thread);
		this.#show(thread);
		this.#changed(thread, this.#showClosed(thread));
	}

	#show(thread) {
		const { title, tags, pinned, locked, hidden, solution, slow_s: slow } = thread;
		const badge = (name, text) => make(`span.badge.${name}`, {}, text);
		const badges = [
			pinned && badge("pinned", "Pinned"),
			locked && badge("locked", "Locked"),
			hidden && badge("locked", "Taken down"),
			solution && badge("solved", "Solved"),
		].filter(Boolean);
		find("title").textContent = title;
		document.title = `${title} · CosmoHub`;
		find("badges").replaceChildren(...badges, ...tags.map((tag) => make("span.tag", { dir: "auto" }, `#${tag}`)));
		find("pace").textContent = slow ? `Slow mode: a message each ${slow} s` : "";
		if (who()) this.#showActs(thread);
	}

	async #showActs(thread) {
		const { showActs } = await import("./thread_acts.js");
		showActs(find("acts"), { thread, path: this.#path, reread: () => this.read() });
	}

	#showClosed({ locked, guests }) {
		const [words, link] = find("closed").children;
		const why = locked && !can("thread.moderate") ? LOCKED : who() || guests ? "" : MEMBERS_ONLY;
		find("closed").hidden = !why;
		words.textContent = why;
		link.href = signInAddress();
		link.hidden = why !== MEMBERS_ONLY;
		return why;
	}

	async #showBoard() {
		const { board } = this.#card;
		const { items } = await get("/api/boards").catch(() => ({ items: [] }));
		find("board").href = `/forum/${board}`;
		find("board").textContent = items.find(({ slug }) => slug === board)?.title ?? board;
	}

	#missing({ status, message }) {
		if (this.#card) return;
		const gone = status === 404 || status === 410;
		find("title").textContent = gone ? "This thread is not here" : "This thread cannot be shown";
		find("log").replaceChildren(make("p.edge", { role: "alert" }, gone ? "It may have been taken down, or the address is mistyped." : message));
		for (const each of ["connection", "people", "newest", "closed"]) find(each).hidden = true;
	}
}

/** Answer the card {title, tags, locked, pinned, hidden, solution, slow_s, …} after the last events of each kind. */
function standing(card, { lock, pin, withdraw, solve, title, slow }) {
	return {
		...card,
		title: title?.title ?? card.title,
		tags: title?.tags ?? card.tags,
		locked: lock ? lock.type === "lock" : card.locked,
		pinned: pin ? pin.type === "pin" : card.pinned,
		hidden: withdraw ? withdraw.type === "withdraw" : card.hidden,
		solution: solve ? (solve.post ?? null) : card.solution,
		slow_s: slow?.seconds ?? card.slow_s,
	};
}
