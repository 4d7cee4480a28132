/** Who is in a room and who is writing just now, as plain state. */

/** A sign of writing holds this long unless another follows. */
const WRITING_MS = 4000;
const WRITERS_MAX = 20;

export class Presence {
	#clients = new Map();

	/** Begin with the clients of a presence reply: {client id: {user, connInfo}}. */
	replace(clients) {
		this.#clients = new Map(Object.entries(clients));
	}

	join(info) {
		this.#clients.set(info.client, info);
	}

	leave(info) {
		this.#clients.delete(info.client);
	}

	/** List the names of the people, each once however many tabs they have. */
	names() {
		const clients = [...this.#clients.values()].filter(({ user }) => user);
		const names = new Map(clients.map(({ user, connInfo }) => [user, connInfo?.display_name ?? user]));
		return [...names.values()].sort((a, b) => a.localeCompare(b));
	}

	/** Count the connections that gave no name. */
	readers() {
		return [...this.#clients.values()].filter(({ user }) => !user).length;
	}
}

export class Writers {
	#writers = new Map();

	/** Note that a user {id, display_name} is writing. */
	seen({ id, display_name: name }, nowMs) {
		if (this.#writers.size < WRITERS_MAX || this.#writers.has(id)) this.#writers.set(id, { name, endsMs: nowMs + WRITING_MS });
	}

	/** Note that a user has stopped, because the message came. */
	stopped({ id }) {
		this.#writers.delete(id);
	}

	names(nowMs) {
		for (const [id, { endsMs }] of this.#writers) if (endsMs <= nowMs) this.#writers.delete(id);
		return [...this.#writers.values()].map(({ name }) => name);
	}
}
