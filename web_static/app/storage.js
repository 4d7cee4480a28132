/** Texts kept between visits; a private window or a full disk keeps none. */

export class Storage {
	#prefix;
	#area;

	/** Keep texts in "localStorage", or in "sessionStorage" as long as the tab is open. */
	constructor(prefix, area = "localStorage") {
		this.#prefix = prefix;
		this.#area = area;
	}

	get(name) {
		return this.#kept((area) => area.getItem(this.#prefix + name));
	}

	/** Keep a text under a name, or forget the name when there is no text. */
	set(name, text) {
		this.#kept((area) => (text ? area.setItem(this.#prefix + name, text) : area.removeItem(this.#prefix + name)));
	}

	names() {
		const names = this.#kept(Object.keys) ?? [];
		return names.filter((name) => name.startsWith(this.#prefix)).map((name) => name.slice(this.#prefix.length));
	}

	#kept(action) {
		try {
			return action(globalThis[this.#area]);
		} catch {
			return null;
		}
	}
}
