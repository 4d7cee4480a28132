/** A list of people that is read page by page. */

import { get } from "../app/api.js";
import { avatar } from "../app/avatar.js";
import { make } from "../app/dom.js";
import { notice } from "../app/notice.js";

export class PeopleList {
	#panel;
	#list;
	#more;
	#path = "";
	#next = null;

	constructor(panel) {
		this.#panel = panel;
		this.#list = panel.querySelector("ul");
		this.#more = panel.querySelector("#people-more");
		this.#more.addEventListener("click", () => this.#read());
		panel.querySelector("#people-close").addEventListener("click", () => (panel.hidden = true));
	}

	/** Show the people at a path of the API, under a title. */
	async open(title, path) {
		const heading = this.#panel.querySelector("h2");
		Object.assign(heading, { textContent: title, tabIndex: -1 });
		this.#panel.hidden = false;
		this.#list.replaceChildren();
		this.#path = path;
		this.#next = null;
		await this.#read();
		heading.focus();
	}

	async #read() {
		try {
			const page = await get(this.#path, { cursor: this.#next });
			this.#next = page.next;
			this.#list.append(...page.items.map((user) => make("li", {}, person(user))));
			if (!this.#list.childElementCount) this.#list.append(make("li.quiet", {}, "Nobody yet."));
			this.#more.hidden = !page.next;
		} catch (error) {
			notice(error.message);
		}
	}
}

/** Make a link to a person: picture, name and handle. */
export function person(user) {
	const names = make("span", {}, make("b", { dir: "auto" }, user.display_name), make("small", {}, `@${user.handle}`));
	return make("a.person", { href: `/u/${encodeURIComponent(user.handle)}` }, avatar(user), names);
}
