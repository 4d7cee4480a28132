/** Who is writing just now, as plain state. */

/** A sign of writing holds this long unless another follows. */
const WRITING_MS = 4000;
const WRITERS_MAX = 5;

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
