/** The queue: what plays, what comes, who brought it, and what one may do with it. */

import { post } from "../app/api.js";
import { make } from "../app/dom.js";
import { onSubmit, refill } from "../app/form.js";
import { clockOf } from "../app/words.js";
import { inPlainWords } from "./mistakes.js";
import { nameOf } from "./party_view.js";
import { drawRows } from "./rows.js";

export class Queue {
	#list;
	#party;
	#form;

	constructor({ list, form, party }) {
		this.#list = list;
		this.#form = form;
		this.#party = party;
		onSubmit(form, async ({ url }, key) => {
			await inPlainWords(() => post(`/api/parties/${party.id}/items`, { url }, { key, as: party.visitor }));
			refill(form, { url }, { url: "" });
		});
	}

	draw() {
		const { view, me } = this.#party;
		const { item: now } = view.timeline;
		const rules = ["media", "queue"].map((word) => this.#party.may(word));
		const waiting = view.queue.length ? view.queue : [{ id: "empty" }];
		const shown = [...(now ? [{ ...now, id: `now ${now.id}`, now: true }] : []), ...waiting];
		const facts = (item) => [item, view.votes[item.id], view.queue.indexOf(item), view.queue.length, rules, me, nameOf(view, item.by)];
		this.#form.hidden = !this.#party.may("queue") && !this.#party.may("media");
		drawRows(this.#list, shown, facts, (item) => (item.url ? this.#row(item) : make("li.empty", {}, now ? "Nothing comes after this yet." : "Nothing is queued yet.")));
	}

	#row(item) {
		const { view } = this.#party;
		const facts = [item.now ? "On the screen" : `by ${nameOf(view, item.by)}`, item.duration_ms && clockOf(item.duration_ms / 1000), item.kind.toUpperCase()].filter(Boolean);
		const words = make("div.grow", {}, make("b", { dir: "auto" }, item.title), make("span.quiet", { dir: "auto" }, facts.join(" · ")));
		return make("li", { "data-now": `${Boolean(item.now)}` }, !item.now && this.#vote(item), words, !item.now && this.#tools(item));
	}

	#vote({ id, title }) {
		const { view, me } = this.#party;
		const voters = view.votes[id] ?? [];
		const mine = voters.includes(me);
		const label = `${mine ? "Take your vote back from" : "Vote for"} ${title}: ${voters.length}`;
		const vote = () => this.#party.give("vote", { item: id, vote: !mine });
		return make("button.vote", { type: "button", name: "vote", disabled: !this.#party.may("queue"), "aria-pressed": mine, "aria-label": label, title: label, onclick: vote }, `▲ ${voters.length}`);
	}

	#tools(item) {
		const { view, me } = this.#party;
		const all = this.#party.may("media");
		if (!all && !(item.by === me && this.#party.may("queue"))) return null;
		const place = view.queue.findIndex(({ id }) => id === item.id);
		const move = (to) => () => this.#party.give("move", { item: item.id, place: to });
		const tool = (name, sign, label, onclick) => make("button", { type: "button", name, title: label, "aria-label": `${label}: ${item.title}`, onclick }, sign);
		return make(
			"div.tools.plain", {},
			all && tool("next", "▶", "Play now", () => this.#party.give("next", { item: item.id })),
			place > 0 && tool("up", "↑", "Move up", move(place - 1)),
			place < view.queue.length - 1 && tool("down", "↓", "Move down", move(place + 1)),
			tool("remove", "✕", "Remove", () => this.#party.give("remove", { item: item.id })),
		);
	}
}
