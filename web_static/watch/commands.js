/** Commands to a party: each done once, on the state that its giver saw, and answered in words where it was not. */

import { sentence } from "../app/api.js";
import { clockOf } from "../app/words.js";
import { nameOf } from "./party_view.js";

/** These change nothing if they come twice. */
const WITHOUT_OPERATION = new Set(["enter", "leave", "ask", "react"]);
const ON_WHAT_WAS_SEEN = new Set(["play", "pause", "seek", "rate", "next"]);
const STALE = /^stale: the party is at (\{.*\})$/;
const TRIED_MS = 10_000;
const AGAIN_MS = 500;
const TOLD_AFTER_MS = 400;

export class Commands {
	#room;
	#view;
	#tell;

	/** `room()` answers the subscription, `view()` the party; `tell(text)` says what was refused. */
	constructor({ room, view, tell }) {
		this.#room = room;
		this.#view = view;
		this.#tell = tell;
	}

	/** Give a command and answer whether it was done; why not is told. */
	async give(type, fields = {}) {
		const error = await this.try(type, fields);
		if (error) setTimeout(() => this.#tell(inWords(error, this.#view())), TOLD_AFTER_MS);
		return !error;
	}

	/** Give a command and answer why it was not done, null if it was. */
	async try(type, fields = {}) {
		const { epoch, seq } = this.#view()?.timeline ?? {};
		const command = {
			type,
			...fields,
			...(!WITHOUT_OPERATION.has(type) && { op: crypto.getRandomValues(new Uint32Array(4)).join("-") }),
			...(ON_WHAT_WAS_SEEN.has(type) && { seen: { epoch, seq } }),
		};
		const giveUpMs = performance.now() + TRIED_MS;
		for (;;) {
			const error = await this.#room().publish(command).then(() => null, (reason) => reason);
			if (!error || !passes(error) || performance.now() > giveUpMs) return error;
			await new Promise((resume) => setTimeout(resume, AGAIN_MS));
		}
	}
}

/** The same operation may be sent again: the party does it once. */
const passes = ({ code, temporary }) => temporary || code < 100;

/** Say why a command was not done; of a stale one who was faster, and how the party stands now. */
function inWords({ code, message }, view) {
	if (code < 100) return "You are not connected; try again.";
	const [, stated] = STALE.exec(message) ?? [];
	if (!stated || !view) return sentence(message);
	const state = JSON.parse(stated);
	const { cause, seq } = view.timeline;
	const faster = cause?.user && seq >= state.seq ? nameOf(view, cause.user) : "Somebody";
	return `${faster} was faster: ${state.status} at ${clockOf(state.position_ms / 1000)}.`;
}
