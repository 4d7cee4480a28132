/** Who is here: each one's role, how they play, and how far off they are. */

import { avatar } from "../app/avatar.js";
import { make } from "../app/dom.js";
import { drawRows } from "./rows.js";
import { present, roleOf } from "./party_view.js";

/** A frame at 25 pictures a second. */
export const IN_SYNC_MS = 40;
const FAR_MS = 250;
const STEP_MS = 5;
const ROWS_MAX = 200;

export class Roster {
	#list;
	#party;

	constructor(list, party) {
		this.#list = list;
		this.#party = party;
	}

	draw() {
		const { view, me } = this.#party;
		const members = present(view).slice(0, ROWS_MAX);
		const facts = (member) => [member.display_name, roleOf(view, member.id), me, this.#party.may("kick")];
		drawRows(this.#list, members, facts, (member) => this.#row(member));
		members.forEach((member, at) => this.#showStanding(this.#list.children[at].querySelector(".dot"), member));
	}

	/** What changes each second is written into the row: a menu may be open in it. */
	#showStanding(place, member) {
		const { view, states } = this.#party;
		const [state, ...words] = standing(member, states.get(member.id), view);
		const text = words.filter(Boolean).join(" · ");
		place.dataset.state = state;
		if (place.textContent !== text) place.textContent = text;
	}

	#row(member) {
		const { view, me } = this.#party;
		const role = roleOf(view, member.id);
		const badge = role !== "member" && make("span.role", { "data-role": role }, role);
		const name = make("b", { dir: "auto" }, member.display_name, member.id === me && make("span.quiet", {}, " you"), badge);
		return make("li", {}, avatar(member), make("div.grow", {}, name, make("span.dot")), this.#opener(member, role));
	}

	/** Who keeps order may do something about a member; the owner stays. */
	#opener(member, role) {
		if (member.id === this.#party.me || role === "owner" || !this.#party.may("kick")) return null;
		const show = async ({ currentTarget }) => (await import("./member_acts.js")).showMemberActs(currentTarget, this.#party, member);
		return make("button.round", { type: "button", name: "acts", "aria-label": `What you can do about ${member.display_name}`, onclick: show }, "⋯");
	}
}

/** Say how a member stands: [good | fair | bad, words, ms]. */
function standing({ stalled, ready }, played, { timeline: { status } }) {
	if (status === "lobby") return ready ? ["good", "ready"] : ["fair", "not ready yet"];
	const { state, error_ms: errorMs } = played ?? {};
	if (stalled || state === "stalled") return ["bad", "stalled"];
	if (!state || state === "loading") return ["fair", "loading"];
	return state === "playing" && Number.isFinite(errorMs) ? inSync(errorMs) : ["good", "in sync"];
}

/** Say how far off somebody is who plays, ahead being positive. */
export function inSync(errorMs) {
	const far = Math.abs(errorMs);
	const words = `${Math.round(far / STEP_MS) * STEP_MS} ms`;
	if (far <= IN_SYNC_MS) return ["good", "in sync", words];
	return [far > FAR_MS ? "bad" : "fair", `${words} ${errorMs > 0 ? "ahead" : "behind"}`, ""];
}
