/** A party as this page takes part in it: what it is, who one is in it, and what one asks of it. */

import { notice } from "../app/notice.js";
import { Commands } from "./commands.js";
import { hosts, may, positionAt, roleOf } from "./party_view.js";

export class Party {
	/** Whether it is over and watched again. */
	replayed = false;
	/** What the player says of itself: {state, errorMs, blocked, problem, positionMs, durationMs, …}. */
	figures = { state: "loading", errorMs: null };
	/** How others play, by their ids: {state, error_ms, delay_ms}. */
	states = new Map();
	player = null;
	/** Who one is, with a token. */
	visitor = null;
	#line;
	#commands;
	#entering = false;
	#measured = "";

	/** `line` is the Line to it. */
	constructor({ id, line }) {
		this.id = id;
		this.#line = line;
		this.#commands = new Commands({ room: () => line, view: () => this.view, tell: notice });
	}

	get view() {
		return this.#line.feed.view;
	}

	get me() {
		return this.visitor?.user?.id ?? "";
	}

	get role() {
		return this.view ? roleOf(this.view, this.me) : "";
	}

	get hosting() {
		return Boolean(this.view) && hosts(this.view, this.me);
	}

	get present() {
		return this.view?.members.has(this.me) ?? false;
	}

	get ended() {
		return this.view?.timeline.status === "ended";
	}

	get connected() {
		return this.#line.client?.state === "connected";
	}

	/** Tell whether one may do what a grant is about, now. */
	may(word) {
		return this.present && !this.ended && may(this.view, this.me, word);
	}

	/** The hub's time, by which parties go. */
	hubNow() {
		return this.player.hubNow();
	}

	/** Where the film is, in ms. */
	positionMs() {
		return positionAt(this.view.timeline, this.hubNow());
	}

	/** Give a command; what is refused is told. Answers whether it was done. */
	give(type, fields) {
		return this.#commands.give(type, fields);
	}

	/** Give a command that nobody pressed; throws what is refused. */
	async tell({ type, ...fields }) {
		const error = await this.#commands.try(type, fields);
		if (error) throw error;
	}

	/** Ask the hub by a method of its own; a report that is lost is followed by the next. */
	rpc = (method, data) => this.#line.rpc(method, data);
	report = (figures) => this.rpc("report", { channel: this.#line.channel, ...figures }).catch((error) => console.debug("not reported:", error));

	/** Be among those who are there; answer why not, null when one is. */
	async enter() {
		if (this.#entering || this.present || this.ended) return null;
		this.#entering = true;
		const error = await this.#commands.try("enter");
		this.#entering = false;
		return error;
	}

	/** Take in how the others play; null is who is not heard any more. */
	heard({ members }) {
		for (const [id, state] of Object.entries(members)) state ? this.states.set(id, state) : this.states.delete(id);
	}

	/** Ask how all others play. */
	async askRoster() {
		this.heard(await this.rpc("roster", { channel: this.#line.channel }));
	}

	/** Nothing of this party moves by this page's clock. */
	tick() {}

	/** Say how long a film is of which nobody knew. */
	measure({ durationMs }) {
		const { item } = this.view.timeline;
		if (!item || item.duration_ms || !durationMs || this.#measured === item.id || !["play", "media"].some((word) => this.may(word))) return;
		this.#measured = item.id;
		this.give("duration", { item: item.id, duration_ms: Math.round(durationMs) });
	}
}
