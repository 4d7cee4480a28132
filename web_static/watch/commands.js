/** Commands to a party: each done once, on the state that its giver saw, and answered in words where it was not. */

import { sentence } from "../app/api.js";
import { clockOf } from "../app/words.js";
import { nameOf } from "./party_view.js";

/** These change nothing if they come twice. */
const WITHOUT_OPERATION = new Set(["enter", "leave", "ask"]);
const ON_WHAT_WAS_SEEN = new Set(["play", "pause", "seek", "rate", "next"]);
const STALE = /^stale: the party is at (\{.*\})$/;
const TRIED_MS = 10_000;
const AGAIN_MS = 500;
const TOLD_AFTER_MS = 400;

/** What a command brought is seen about as soon as it is answered. */
const SEEN_MS = 300;
const LOOK_MS = 15;

export class Commands {
	#room;
	#view;
	#tell;
	#steered = Promise.resolve();

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
	try(type, fields = {}) {
		if (!ON_WHAT_WAS_SEEN.has(type)) return this.#send(type, fields);
		this.#steered = this.#steered.then(() => this.#steer(type, fields));
		return this.#steered;
	}

	/** Who presses twice means, the second time, what the first press brought. */
	async #steer(type, fields) {
		const { seq } = this.#view().timeline;
		const error = await this.#send(type, fields);
		const endsMs = performance.now() + SEEN_MS;
		while (!error && this.#view().timeline.seq === seq && performance.now() < endsMs) await pause(LOOK_MS);
		return error;
	}

	async #send(type, fields) {
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
			await pause(AGAIN_MS);
		}
	}
}

const pause = (ms) => new Promise((resume) => setTimeout(resume, ms));

/** The same operation may be sent again: the party does it once. */
const passes = ({ code, temporary }) => temporary || code < 100;

/** Say why a command was not done; of a stale one who was faster, and how the party stands now. */
function inWords({ code, message }, view) {
	if (code < 100) return "You are not connected; try again.";
	const [, stated] = STALE.exec(message) ?? [];
	if (!stated || !view) return sentence(message);
	const state = JSON.parse(stated);
	const { cause, seq } = view.timeline;
	const now = `${state.status} at ${clockOf(state.position_ms / 1000)}.`;
	if (seq >= state.seq && !ON_WHAT_WAS_SEEN.has(cause?.word)) return `The party had gone on meanwhile: ${now}`;
	return `${cause?.user && seq >= state.seq ? nameOf(view, cause.user) : "Somebody"} was faster: ${now}`;
}
