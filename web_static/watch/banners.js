/** What slides over the film for a while: who is waited for, and what somebody asks. */

import { make } from "../app/dom.js";
import { nameOf } from "./party_view.js";

const ASKED_MS = 15_000;
const NAMES = 2;

export class Banners {
	#party;
	#waiting;
	#asked;
	#shown = "";
	#count = make("b", { "aria-hidden": "true" });
	#timer;

	/** `waiting` and `asked` are the places of the two. */
	constructor({ waiting, asked, party }) {
		this.#party = party;
		this.#waiting = waiting;
		this.#asked = asked;
	}

	/** Show who is waited for. */
	draw() {
		const { view, me } = this.#party;
		const { status, waiting_for: ids = [] } = view.timeline;
		const names = ids.map((id) => (id === me ? "you" : nameOf(view, id)));
		const words = status === "waiting" ? `Waiting for ${listed(names)}` : "";
		if (words === this.#shown) return this.tick();
		this.#shown = words;
		this.#waiting.hidden = !words;
		this.#waiting.replaceChildren(...(words ? [make("span", { dir: "auto" }, words), this.#count, ...this.#goingOn()] : []));
		return this.tick();
	}

	/** Who may play may also go on without those who are waited for. */
	#goingOn() {
		return this.#party.may("play") ? [make("button", { type: "button", onclick: () => this.#party.give("play") }, "Go on")] : [];
	}

	/** Count down how long it may still take. */
	tick() {
		const { until } = this.#party.view.timeline;
		const words = until ? `${Math.max(0, Math.ceil((until - this.#party.hubNow()) / 1000))} s at most` : "";
		if (this.#shown && this.#count.textContent !== words) this.#count.textContent = words;
	}

	/** Tell who may do it what somebody asks. */
	heard({ user, word }) {
		if (user.id === this.#party.me || !this.#party.may("play")) return;
		const act = /\b(pause|play)\b/.exec(word)?.[1];
		const does = act && make("button.main", { type: "button", onclick: () => (this.#close(), this.#party.give(act)) }, act === "pause" ? "Pause" : "Play");
		const close = make("button", { type: "button", onclick: () => this.#close() }, "Not now");
		this.#asked.replaceChildren(make("span", { dir: "auto" }, make("strong", {}, user.display_name), ` asks: ${word}`), ...[does, close].filter(Boolean));
		this.#asked.hidden = false;
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => this.#close(), ASKED_MS);
	}

	#close() {
		this.#asked.hidden = true;
		this.#asked.replaceChildren();
	}
}

function listed(names) {
	const more = names.length - NAMES;
	return more > 0 ? `${names.slice(0, NAMES).join(", ")} and ${more} more` : names.join(" and ") || "somebody";
}
