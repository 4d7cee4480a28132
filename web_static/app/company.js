/** Who is in a room and who is writing just now, as plain state. */

/** A sign of writing holds this long unless another follows. */
const WRITING_MS = 4000;
const WRITERS_MAX = 5;

export class Presence {
	/** Whether somebody came or went since they were listed. */
	changed = false;
	#clients = new Map();

	/** Begin with the clients of a presence reply. */
	replace(clients) {
		this.#clients = new Map(Object.entries(clients));
		this.changed = true;
	}

	join(info) {
		this.#clients.set(info.client, info);
		this.changed = true;
	}

	leave(info) {
		this.#clients.delete(info.client);
		this.changed = true;
	}

	/** List {names, readers}: each person once, and how many connections gave no name. */
	list() {
		this.changed = false;
		const named = [...this.#clients.values()].filter(({ user }) => user);
		const names = new Map(named.map(({ user, connInfo }) => [user, connInfo?.display_name ?? user]));
		return { names: [...names.values()].sort(), readers: this.#clients.size - named.length };
	}
}

export class Writers {
	#writers = new Map();

	seen({ id, display_name: name }, nowMs) {
		if (this.#writers.size < WRITERS_MAX) this.#writers.set(id, { name, endsMs: nowMs + WRITING_MS });
	}

	stopped({ id }) {
		this.#writers.delete(id);
	}

	names(nowMs) {
		for (const [id, { endsMs }] of this.#writers) if (endsMs <= nowMs) this.#writers.delete(id);
		return [...this.#writers.values()].map(({ name }) => name);
	}
}
