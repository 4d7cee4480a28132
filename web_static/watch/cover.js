/** What lies over the film while there is nothing to see: the lobby and its countdown, an empty queue, the end. */

import { make } from "../app/dom.js";
import { present } from "./party_view.js";

const NAMES = 6;

export class Cover {
	#place;
	#party;
	#shown = "";
	#count = null;

	constructor(place, party) {
		this.#place = place;
		this.#party = party;
	}

	/** Show how it stands; what is the same stays, with the focus in it. */
	draw() {
		const [facts, parts, veil] = this.#wanted();
		const shown = JSON.stringify(facts);
		if (shown !== this.#shown) {
			this.#shown = shown;
			this.#count = null;
			this.#replace(parts().filter(Boolean));
			this.#place.dataset.veil = veil ?? "thick";
		}
		this.tick();
	}

	/** Count down to the beginning. */
	tick() {
		const startsAt = this.#party.view?.timeline.starts_at;
		if (this.#count && startsAt) this.#count.textContent = countdown(startsAt - this.#party.hubNow());
	}

	/** Who was at a button stays at it. */
	#replace(parts) {
		const name = this.#place.contains(document.activeElement) && document.activeElement.name;
		this.#place.replaceChildren(...parts);
		if (name) this.#place.querySelector(`[name="${name}"]`)?.focus();
	}

	#wanted() {
		const { view, figures, ended, hosting } = this.#party;
		if (!view) return ["connecting", spinner];
		const { status, item, starts_at: startsAt } = view.timeline;
		if (ended) return ["ended", () => this.#over()];
		if (status === "lobby") {
			const ready = present(view).map(({ id, ready: is }) => [id, Boolean(is)]);
			return [["lobby", ready, view.title, item?.title, Boolean(startsAt), this.#party.may("play"), hosting], () => this.#lobby(startsAt, item)];
		}
		if (!item) return [["empty", this.#party.may("queue")], () => this.#empty()];
		if (figures.problem) return [["problem", figures.problem, this.#party.may("media")], () => this.#problem(figures.problem), "thin"];
		if (figures.blocked) return [["blocked", figures.blocked], () => this.#blocked(figures.blocked), figures.blocked === "play" ? "thin" : "none"];
		if (figures.state === "loading" || figures.state === "stalled") return ["loading", spinner, "none"];
		return ["", () => []];
	}

	#lobby(startsAt, item) {
		const { view, me } = this.#party;
		const here = present(view);
		const ready = here.filter((member) => member.ready);
		const mine = here.find(({ id }) => id === me)?.ready;
		const others = here.filter((member) => !member.ready).map(({ display_name: name }) => name);
		this.#count = startsAt ? make("p.count", { role: "timer", "aria-live": "off" }) : null;
		return [
			make("small", {}, item ? "First on the screen" : "Nothing is in the queue yet"),
			item && make("h2", { dir: "auto" }, item.title),
			this.#count ?? make("p", {}, "The party begins when somebody presses play."),
			make("small", {}, `${ready.length} of ${here.length} ready`, others.length > 0 && others.length <= NAMES && ` · not yet: ${others.join(", ")}`),
			this.#lobbyActs(mine, item),
		];
	}

	#lobbyActs(mine, item) {
		const ready = make("button", { type: "button", name: "ready", "aria-pressed": Boolean(mine), onclick: () => this.#party.give("ready", { ready: !mine }) }, mine ? "✓ I am ready" : "I am ready");
		const start = this.#party.may("play") && item && make("button.main", { type: "button", name: "start", onclick: () => this.#party.give("play") }, "Start now");
		return make("div.row", {}, ready, start);
	}

	#empty() {
		const add = make("button.main", { type: "button", onclick: () => document.getElementById("tab-queue").click() }, "Add a film");
		return [make("h2", {}, "Nothing to watch yet"), make("small", {}, "What is added to the queue plays here, for everybody at once."), this.#party.may("queue") && add];
	}

	/** Who chooses what plays can help it; others learn why they see nothing. */
	#problem(words) {
		const why = "Its address may be wrong, its server away, or its format unknown to this browser. It is tried again by itself.";
		const other = make("button", { type: "button", onclick: () => document.getElementById("tab-queue").click() }, "Choose another film");
		return [make("h2", {}, words), make("small", {}, why), this.#party.may("media") && other];
	}

	/** Any click gives the player what it lacks: this is where one clicks. */
	#blocked(what) {
		return [make("button.main", { type: "button" }, what === "sound" ? "Turn the sound on" : "Start watching")];
	}

	#over() {
		const again = make("a.button.main", { href: `${location.pathname}?again` }, "Watch it again");
		return [make("h2", {}, "The party is over"), make("small", {}, "It can be watched again, with what was said where it was said."), make("div.row", {}, again, make("a.button", { href: "/watch" }, "All parties"))];
	}
}

const spinner = () => [make("p.spinner", { role: "status" }, make("span.unseen", {}, "Loading…"))];

/** Say how long it still is: 1 d 02:03:04, or 02:03. */
export function countdown(ms) {
	const seconds = Math.max(0, Math.ceil(ms / 1000));
	const two = (value) => String(Math.floor(value)).padStart(2, "0");
	const days = Math.floor(seconds / 86_400);
	const hours = Math.floor(seconds / 3600) % 24;
	const clock = `${two((seconds / 60) % 60)}:${two(seconds % 60)}`;
	return [days && `${days} d`, days || hours ? `${two(hours)}:${clock}` : clock].filter(Boolean).join(" ");
}
