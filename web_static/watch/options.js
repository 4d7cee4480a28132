/** How one watches: the party's speed, and one's own quality and captions. */

import { make } from "../app/dom.js";
import { showMenu } from "./popover.js";

const RATES = [0.5, 0.75, 1, 1.25, 1.5, 2];

/** Show what can be chosen, in a menu at `opener`. */
export function showOptions(opener, party, video) {
	const { rate } = party.view.timeline;
	const rates = [...new Set([...RATES, rate])].sort((a, b) => a - b).map((each) => [each, each === 1 ? "Normal" : `${each} ×`]);
	const set = (value) => party.give("rate", { rate: Number(value) });
	const rows = [choice("Speed", rates, rate, set, !party.may("rate")), qualities(party.player), captions(video)];
	showMenu(opener, { id: "options" }, ...rows.filter(Boolean));
}

function choice(label, values, chosen, set, disabled = false) {
	const options = values.map(([value, text]) => make("option", { value, selected: String(value) === String(chosen) }, text));
	const select = make("select", { "aria-label": label, disabled, onchange: () => set(select.value) }, options);
	return make("label", {}, label, select);
}

function qualities(player) {
	const { levels, level } = player.quality;
	if (levels.length < 2) return null;
	return choice("Quality", [[-1, "Automatic"], ...levels.map((text, at) => [at, text])], level, (value) => player.chooseQuality(Number(value)));
}

/** Captions come with the film; each has its own. */
function captions(video) {
	const tracks = [...video.textTracks].filter(({ kind }) => kind === "captions" || kind === "subtitles");
	if (!tracks.length) return null;
	const set = (chosen) => tracks.forEach((track, at) => (track.mode = at === Number(chosen) ? "showing" : "disabled"));
	const names = tracks.map(({ label, language }, at) => [at, label || language || `Captions ${at + 1}`]);
	return choice("Captions", [[-1, "Off"], ...names], tracks.findIndex(({ mode }) => mode === "showing"), set);
}
