/** What a person did and the hub has not confirmed: kept, sent in order, sent again until answered. */

const ENTRIES_MAX = 100;
const RETRY_AFTER_MS = 2000;

/** An acknowledged post is shown until seen in the log, but no longer. */
const ACKNOWLEDGED_SHOWN_MS = 5000;

/** These pass by themselves, like those below 100, the connection's own. */
const TEMPORARY_CODES = new Set([100, 109, 111]);

/**
 * Entries are {key, command, at, state: "waiting" | "sending" | "failed", reason}, replaced and never changed. One leaves
 * only when answered or seen in the log; a command names what it is about, so sending it twice is harmless.
 */
export class Outbox {
	#storage;
	#send;
	#changed;
	#entries = new Map();
	#open = false;
	#busy = false;

	/** `send(command)` resolves when the hub has it for good and rejects with {code, message, temporary}. */
	constructor({ storage, send, changed }) {
		this.#storage = storage;
		this.#send = send;
		this.#changed = changed;
		const entries = storage.names().map((key) => restored(JSON.parse(storage.get(key))));
		for (const entry of entries.sort((a, b) => a.at - b.at)) this.#entries.set(entry.key, entry);
	}

	entries() {
		return [...this.#entries.values()];
	}

	/** Keep a command and send it as soon as possible; false when too many wait already. */
	add(command) {
		const key = keyOf(command);
		if (this.#entries.size >= ENTRIES_MAX && !this.#entries.has(key)) return false;
		this.#put({ key, command, at: Date.now(), state: "waiting" });
		this.#pump();
		return true;
	}

	retry(key) {
		this.add(this.#entries.get(key).command);
	}

	remove(key) {
		this.#storage.set(key, null);
		if (this.#entries.delete(key)) this.#changed();
	}

	/** A post was seen in the log: it need not be sent any more. */
	confirm(post) {
		this.remove(keyOf(post));
	}

	/** Tell whether the room can be written to just now. */
	open(open) {
		this.#open = open;
		this.#pump();
	}

	#put(entry) {
		this.#entries.set(entry.key, entry);
		this.#storage.set(entry.key, JSON.stringify(entry));
		this.#changed();
	}

	async #pump() {
		if (this.#busy) return;
		this.#busy = true;
		const next = () => this.#open && this.entries().find(({ state }) => state === "waiting");
		for (let entry = next(); entry; entry = next()) await this.#attempt({ ...entry, state: "sending" });
		this.#busy = false;
	}

	async #attempt(entry) {
		this.#put(entry);
		const error = await this.#send(entry.command).then(() => null, (reason) => reason);
		if (this.#entries.get(entry.key) !== entry) return;
		if (!error) this.#acknowledged(entry);
		else if (!isTemporary(error)) this.#put({ ...entry, state: "failed", reason: error.message });
		else {
			this.#put({ ...entry, state: "waiting" });
			await new Promise((resume) => setTimeout(resume, this.#open ? RETRY_AFTER_MS : 0));
		}
	}

	#acknowledged(entry) {
		if (entry.command.type !== "post") return this.remove(entry.key);
		this.#storage.set(entry.key, null);
		return setTimeout(() => this.remove(entry.key), ACKNOWLEDGED_SHOWN_MS);
	}
}

/** Name what a command is about: a later one of the same name replaces an earlier one. */
const keyOf = ({ type, id, emoji }) => (emoji ? `react:${id}:${emoji}` : `${type}:${id}`);

const isTemporary = ({ code, temporary }) => temporary || code < 100 || TEMPORARY_CODES.has(code);

/** What was on its way when the page was left waits again. */
const restored = (entry) => ({ ...entry, state: entry.reason ? "failed" : "waiting" });
