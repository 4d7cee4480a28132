/** A conversation as plain state: one unbroken stretch of its log, and what was changed in it. */

/** Some ten screens; those beyond are read again when scrolled to. */
export const MESSAGES_MAX = 300;

/** Changes outlive their message, which may be read again. */
const CHANGED_MAX = 5000;

/** An event and what undoes it are one matter, of which the last word counts. */
const UNDOES = { unhide: "hide", unlock: "lock", unpin: "pin", unsolve: "solve", restore: "withdraw" };

/**
 * The invariant: every event with low <= offset <= high was taken in, and the log reaches at least to top. Taking one in
 * twice changes nothing: a change yields only to a higher offset.
 */
export class Conversation {
	epoch = "";
	low = 1;
	high = 0;
	top = 0;
	#posts = [];
	#changes = new Map();
	#latest = new Map();
	#views = new Map();
	#viewer;

	get empty() {
		return this.low > this.high;
	}

	get atStart() {
		return this.low <= 1;
	}

	get atEnd() {
		return this.high >= this.top;
	}

	/** What was done to the whole thread, the last of each kind: {open, lock, pin, solve, title, slow, withdraw}. */
	get thread() {
		return Object.fromEntries(this.#latest);
	}

	/** Begin at a position {epoch, offset} with nothing read; another epoch is another log. */
	begin({ epoch, offset }) {
		if (epoch !== this.epoch) for (const known of [this.#changes, this.#latest]) known.clear();
		this.top = epoch === this.epoch ? Math.max(this.top, offset) : offset;
		Object.assign(this, { epoch, low: offset + 1, high: offset });
		this.#posts = [];
		this.#views.clear();
	}

	reaches(offset) {
		this.top = Math.max(this.top, offset);
	}

	/** Take in what happened now; a post after events that are not held is read with them later. */
	live(event) {
		const next = this.atEnd && event.offset === this.high + 1;
		this.reaches(event.offset);
		if (next) this.newer([event]);
		else this.#taken([event]);
	}

	/** Take in the page before, newest first; empty means that nothing is before. */
	older(publications) {
		const page = publications.filter(({ offset }) => offset < this.low);
		this.#posts.unshift(...this.#taken(page).reverse());
		if (page.length) this.low = page.at(-1).offset;
		else if (!publications.length) this.low = 1;
	}

	/** Take in the page after, oldest first; empty means that nothing is after. */
	newer(publications) {
		const page = publications.filter(({ offset }) => offset > this.high);
		this.#posts.push(...this.#taken(page));
		if (page.length) this.high = page.at(-1).offset;
		else this.top = this.high;
		this.reaches(this.high);
	}

	/** Let go of the messages beyond the limit at one side, "older" or "newer". */
	trim(side) {
		const surplus = this.#posts.length - MESSAGES_MAX;
		if (surplus <= 0) return;
		const gone = this.#posts.splice(side === "older" ? 0 : MESSAGES_MAX, surplus);
		if (side === "older") this.low = this.#posts[0].offset;
		else this.high = gone[0].offset - 1;
		for (const { id } of gone) this.#views.delete(id);
	}

	/** Tell whether a message is held whose text was withheld when it was read. */
	lacks(id) {
		const edit = this.#changes.get(id)?.get("edit");
		return this.#posts.some((post) => post.id === id && (edit ?? post).withheld);
	}

	/** List the messages as a user sees them; an unchanged one is the same object as before. */
	messages(userId) {
		if (userId !== this.#viewer) this.#views.clear();
		this.#viewer = userId;
		return this.#posts.map((post) => {
			const view = this.#views.get(post.id) ?? seen(post, this.#changes.get(post.id), userId);
			this.#views.set(post.id, view);
			return view;
		});
	}

	#taken(page) {
		const events = page.map(({ offset, data }) => ({ ...data, offset }));
		for (const event of events) if (!isPost(event)) this.#change(event);
		return events.filter(isPost);
	}

	#change(event) {
		const key = event.emoji ? `${event.user?.id} ${event.emoji}` : (UNDOES[event.type] ?? event.type);
		const changes = event.id ? (this.#changes.get(event.id) ?? new Map()) : this.#latest;
		const known = changes.get(key);
		if (known?.offset >= event.offset && !known.withheld) return;
		if (!event.id) return void changes.set(key, event);
		this.#changes.delete(event.id);
		this.#changes.set(event.id, changes.set(key, event));
		this.#views.delete(event.id);
		if (this.#changes.size > CHANGED_MAX) this.#changes.delete(this.#changes.keys().next().value);
	}
}

export const isPost = ({ type }) => type === "post";

function seen(post, changes = new Map(), userId) {
	const deleted = changes.has("delete");
	const edited = changes.has("edit");
	const { text } = changes.get("edit") ?? post;
	const hidden = changes.get("hide")?.type === "hide" && (changes.get("hide").reason || "against the rules");
	const reactions = deleted ? [] : counted([...changes.values()].filter(({ type }) => type === "react"), userId);
	return { ...post, own: post.user.id === userId, text, edited, deleted, hidden, reactions };
}

/** Count who gave which emoji: [{emoji, count, mine, names}]. */
function counted(given, userId) {
	return [...new Set(given.map(({ emoji }) => emoji))].map((emoji) => {
		const users = given.filter((reaction) => reaction.emoji === emoji).map(({ user }) => user);
		const names = users.slice(0, 10).map((user) => user.display_name);
		return { emoji, count: users.length, mine: users.some(({ id }) => id === userId), names };
	});
}
