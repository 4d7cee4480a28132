/** Reactions: chosen below the film, and rising over it. */

import { make } from "../app/dom.js";

const EMOJIS = ["👍", "❤️", "😂", "😮", "👏", "🚀"];
const RISING_MAX = 24;

/** Fill `place` with the emojis to react with. */
export function offerEmojis(place, party) {
	const react = (emoji) => make("button", { type: "button", title: `React with ${emoji}`, "aria-label": `React with ${emoji}`, onclick: () => party.give("react", { emoji }) }, emoji);
	place.replaceChildren(...EMOJIS.map(react));
}

/** Let a reaction rise over the film. */
export function rise(place, emoji, name) {
	if (place.childElementCount >= RISING_MAX) place.firstChild.remove();
	const node = make("span.float", { onanimationend: () => node.remove() }, emoji, make("small", { dir: "auto" }, name));
	node.style.left = `${6 + 80 * Math.random()}%`;
	node.style.setProperty("--sway", `${-3 + 6 * Math.random()}rem`);
	place.append(node);
}
