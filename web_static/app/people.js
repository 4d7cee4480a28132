/** Who is in a room: counted and named beside the conversation. */

import { element } from "./dom.js";

const NAMES_SHOWN = 100;

export class People {
	#place;
	#presence = new Presence();

	/** Shows itself in `place`, a details element with a summary and a list. */
	constructor(place) {
		this.#place = place;
	}

	/** Begin with the clients of a presence reply. */
	replace(clients) {
		this.#presence.replace(clients);
		this.show();
	}

	join(info) {
		this.#presence.join(info);
	}

	leave(info) {
		this.#presence.leave(info);
	}

	/** Show who is here, if somebody came or went since. */
	show() {
		if (!this.#presence.changed) return;
		const { names, readers } = this.#presence.list();
		const items = names.slice(0, NAMES_SHOWN).map((name) => element("li", "", name, "auto"));
		const watching = readers ? `${readers} watching` : "";
		const [summary, list] = this.#place.children;
		this.#place.dataset.count = names.length;
		summary.textContent = [names.length && `${names.length} here`, watching].filter(Boolean).join(" · ");
		list.replaceChildren(...items, element("li", "quiet", watching));
	}
}

class Presence {
	/** Whether somebody came or went since they were listed. */
	changed = false;
	#clients = new Map();

	/** Begin with the clients of a presence reply. */
	replace(clients) {
		this.#clients = new Map(Object.entries(clients));
		this.changed = true;
	}

	join(info) {
		this.#clients.set(info.client, info);
		this.changed = true;
	}

	leave(info) {
		this.#clients.delete(info.client);
		this.changed = true;
	}

	/** List {names, readers}: each person once, and how many connections gave no name. */
	list() {
		this.changed = false;
		const named = [...this.#clients.values()].filter(({ user }) => user);
		const names = new Map(named.map(({ user, connInfo }) => [user, connInfo?.display_name ?? user]));
		return { names: [...names.values()].sort(), readers: this.#clients.size - named.length };
	}
}
