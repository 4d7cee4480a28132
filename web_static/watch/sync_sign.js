/** How well this page is with the party: a word that is said, and ms beside it that are only seen. */

import { inSync } from "./roster.js";

export class SyncSign {
	#place;
	#party;

	constructor(place, party) {
		this.#place = place;
		this.#party = party;
	}

	draw() {
		const { view, figures, ended, replayed, connected } = this.#party;
		const [state, words, ms] = said(view.timeline, figures, connected);
		const [spoken, seen] = this.#place.children;
		this.#place.hidden = ended || replayed || !view.timeline.item;
		this.#place.dataset.state = state;
		if (spoken.textContent !== words) spoken.textContent = words;
		if (seen.textContent !== ms) seen.textContent = ms;
	}
}

/** Say it: [good | fair | bad, words, ms]. */
function said({ status }, { state, errorMs, boundMs, problem }, connected) {
	if (problem) return ["bad", "Cannot play", ""];
	if (!connected) return ["fair", "Offline", ""];
	if (status === "waiting") return ["fair", "Waiting", ""];
	if (state === "stalled") return ["bad", "Stalled", ""];
	if (state === "loading") return ["fair", "Loading", ""];
	if (status !== "playing") return ["good", status === "lobby" ? "In the lobby" : "Paused", ""];
	if (errorMs === null) return ["fair", "Catching up", ""];
	const [sign, , ms] = inSync(errorMs);
	const bound = Number.isFinite(boundMs) ? ` ± ${Math.max(1, Math.round(boundMs))}` : "";
	return sign === "good" ? [sign, "In sync", ms.replace(" ms", `${bound} ms`)] : [sign, "Catching up", `${Math.round(Math.abs(errorMs))} ms`];
}
