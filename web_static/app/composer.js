/** Where a message is written or changed, and its draft kept. */

const TEXT_MAX = 4000;
const TYPING_EVERY_MS = 3000;
const DRAFT = "draft";

export class Composer {
	#form;
	#text;
	#storage;
	#actions;
	#editing = null;
	#answering = null;
	#typedMs = -TYPING_EVERY_MS;

	/** Calls `send(text, quote)` and `edit(id, text)`, which answer whether they took it, and `typing()`. */
	constructor(form, storage, actions) {
		this.#form = form;
		this.#text = form.elements.text;
		this.#storage = storage;
		this.#actions = actions;
		form.addEventListener("submit", (event) => (event.preventDefault(), this.#submit()));
		form.querySelector(".editing button").addEventListener("click", () => this.edit(null));
		this.#text.addEventListener("input", () => this.#typed());
		this.#text.addEventListener("keydown", (event) => event.isComposing || this.#key(event));
		this.#fill(storage.get(DRAFT));
	}

	/** Change a sent message, or stop (null); what was being written stays for afterwards. */
	edit(message) {
		this.#editing = message;
		this.#answering = null;
		this.#fill(message ? message.text : this.#storage.get(DRAFT));
		this.#text.focus();
	}

	/** Let what is written next be an answer to a message. */
	answer(message) {
		if (this.#editing) this.edit(null);
		this.#answering = message;
		this.#showWhat();
		this.#text.focus();
	}

	#submit() {
		const text = this.#text.value.trim();
		const surplus = [...text].length - TEXT_MAX;
		if (surplus > 0) return this.#say(`${surplus} characters too many.`);
		if (!text) return undefined;
		const taken = this.#editing ? this.#actions.edit(this.#editing.id, text) : this.#actions.send(text, this.#answering?.id);
		if (!taken) return this.#say("Too many messages wait: try again later.");
		if (!this.#editing) this.#storage.set(DRAFT, "");
		this.#typedMs = -TYPING_EVERY_MS;
		return this.edit(null);
	}

	#fill(text) {
		this.#text.value = text ?? "";
		this.#showWhat();
		this.#say("");
	}

	#showWhat() {
		const bar = this.#form.querySelector(".editing");
		bar.hidden = !this.#editing && !this.#answering;
		bar.firstChild.data = this.#answering ? `Answering ${this.#answering.user.display_name} ` : "Editing a message ";
	}

	#typed() {
		this.#say("");
		if (this.#editing) return;
		this.#storage.set(DRAFT, this.#text.value);
		if (!this.#text.value || performance.now() - this.#typedMs < TYPING_EVERY_MS) return;
		this.#typedMs = performance.now();
		this.#actions.typing();
	}

	#key(event) {
		const { key, shiftKey } = event;
		if (key === "Enter" && !shiftKey) this.#form.requestSubmit();
		else if (key === "Escape" && (this.#editing || this.#answering)) this.edit(null);
		else return;
		event.preventDefault();
	}

	#say(problem) {
		this.#form.querySelector("[role]").textContent = problem;
	}
}
