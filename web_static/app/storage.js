/** Texts kept between visits; a private window or a full disk keeps none. */

export class Storage {
	#prefix;

	constructor(prefix) {
		this.#prefix = prefix;
	}

	get(name) {
		return kept((area) => area.getItem(this.#prefix + name));
	}

	/** Keep a text under a name, or forget the name when there is no text. */
	set(name, text) {
		kept((area) => (text ? area.setItem(this.#prefix + name, text) : area.removeItem(this.#prefix + name)));
	}

	names() {
		const names = kept(Object.keys) ?? [];
		return names.filter((name) => name.startsWith(this.#prefix)).map((name) => name.slice(this.#prefix.length));
	}
}

function kept(action) {
	try {
		return action(localStorage);
	} catch {
		return null;
	}
}
