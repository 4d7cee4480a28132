/** A person as they stand in a list: picture, name and handle, leading to their page. */

import { avatar } from "./avatar.js";
import { make } from "./dom.js";

/** Make the link to a person {handle, display_name, avatar}; `name` stands for the plain name. */
export function personLink(person, name = person.display_name) {
	const words = make("span", {}, make("b", { dir: "auto" }, name), make("small", {}, `@${person.handle}`));
	return make("a.person", { href: `/u/${person.handle}` }, avatar(person), words);
}
