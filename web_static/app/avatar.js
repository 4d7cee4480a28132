/** A person's picture: the one they chose, or the first letter of their name in a colour of their own. */

import { element, make } from "./dom.js";

/** Make the picture of a user {id, display_name, avatar}; the name is said elsewhere. */
export function avatar({ id, display_name: name, avatar: source }) {
	if (source) return make("img.avatar", { src: source, alt: "", loading: "lazy", decoding: "async" });
	const node = element("span", "avatar", [...name][0]);
	node.style.setProperty("--hue", [...id].reduce((sum, letter) => 31 * sum + letter.codePointAt(0), 0) % 360);
	node.ariaHidden = true;
	return node;
}
