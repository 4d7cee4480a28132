/** People as they stand in lists. */

import { get } from "../app/api.js";
import { avatar } from "../app/avatar.js";
import { openDialog } from "../app/dialog.js";
import { make } from "../app/dom.js";
import { Paged } from "../app/paged.js";

/** Make a link to a person: picture, name and handle. */
export function person(user) {
	const names = make("span", {}, make("b", { dir: "auto" }, user.display_name), make("small", {}, `@${user.handle}`));
	return make("a.person", { href: `/u/${encodeURIComponent(user.handle)}` }, avatar(user), names);
}

/** Show the people at a path of the API in a dialog. */
export function showPeople(title, path) {
	const list = make("ul.rows");
	openDialog(title, list);
	const read = (cursor, signal) => get(path, { cursor }, { signal });
	new Paged({ list, read, draw: (user) => make("li", {}, person(user)), empty: "Nobody yet." }).begin();
}
