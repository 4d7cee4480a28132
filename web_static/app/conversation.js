/** A room's conversation as plain state: one unbroken stretch of its log, and what was changed in it. */

/** Messages held at once, some ten screens; those beyond are read again when scrolled to. */
export const MESSAGES_MAX = 300;

/** Changes outlive the message they are about, because it may be read again: those of this many messages. */
const CHANGED_MAX = 5000;

/**
 * The invariant: every event with low <= offset <= high was taken in, and the log reaches at least to top. To take in an
 * event twice changes nothing, because a change is replaced only by one of a higher offset.
 */
export class Conversation {
	epoch = "";
	low = 1;
	high = 0;
	top = 0;
	#posts = [];
	#changes = new Map();
	#views = new Map();
	#viewer;

	get atStart() {
		return this.low <= 1;
	}

	get atEnd() {
		return this.high >= this.top;
	}

	/** Begin at a position {epoch, offset} with nothing read; another epoch is another log. */
	begin({ epoch, offset }) {
		if (epoch !== this.epoch) this.#changes.clear();
		this.top = epoch === this.epoch ? Math.max(this.top, offset) : offset;
		Object.assign(this, { epoch, low: offset + 1, high: offset });
		this.#posts = [];
		this.#views.clear();
	}

	/** Note that the log reaches at least to this offset. */
	reaches(offset) {
		this.top = Math.max(this.top, offset);
	}

	/** Take in an event that happened now; a post after events that are not held waits to be read with them. */
	live(offset, data) {
		const next = this.atEnd && offset === this.high + 1;
		this.reaches(offset);
		if (next) this.newer([{ offset, data }]);
		else this.#taken([{ offset, data }]);
	}

	/** Take in the page before the stretch, newest first; an empty page means that nothing is before. */
	older(publications) {
		const page = publications.filter(({ offset }) => offset < this.low);
		this.#posts.unshift(...this.#taken(page).reverse());
		if (page.length) this.low = page.at(-1).offset;
		else if (!publications.length) this.low = 1;
	}

	/** Take in the page after the stretch, oldest first; an empty page means that nothing is after. */
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

	/** List the messages, oldest first, as a user sees them; one that did not change is the same object as before. */
	messages(userId) {
		if (userId !== this.#viewer) this.#views.clear();
		this.#viewer = userId;
		for (const post of this.#posts) {
			if (!this.#views.has(post.id)) this.#views.set(post.id, seen(post, this.#changes.get(post.id), userId));
		}
		return this.#posts.map(({ id }) => this.#views.get(id));
	}

	#taken(page) {
		for (const { offset, data } of page) if (CHANGES.has(data?.type)) this.#change({ ...data, offset });
		return page.filter(({ data }) => isPost(data)).map(({ offset, data }) => ({ ...data, offset }));
	}

	#change(event) {
		const changes = this.#changes.get(event.id) ?? new Map();
		const key = event.emoji ? `${event.user?.id} ${event.emoji}` : event.type;
		if (changes.get(key)?.offset >= event.offset) return;
		this.#changes.delete(event.id);
		this.#changes.set(event.id, changes.set(key, event));
		this.#views.delete(event.id);
		if (this.#changes.size > CHANGED_MAX) this.#changes.delete(this.#changes.keys().next().value);
	}
}

const CHANGES = new Set(["edit", "delete", "react", "unreact"]);

/** Tell whether published data is a post that can be shown. */
export function isPost(data) {
	return data?.type === "post" && typeof data.id === "string" && typeof data.text === "string" && Boolean(data.user?.id);
}

function seen({ offset, id, text, user, at }, changes = new Map(), userId) {
	const deleted = changes.has("delete");
	const edit = changes.get("edit");
	const reactions = deleted ? [] : counted([...changes.values()].filter(({ type }) => type === "react"), userId);
	return { offset, id, user, at, own: user.id === userId, text: edit?.text ?? text, edited: Boolean(edit), deleted, reactions };
}

/** Count who gave which emoji: [{emoji, count, mine, names}]. */
function counted(given, userId) {
	return [...new Set(given.map(({ emoji }) => emoji))].map((emoji) => {
		const users = given.filter((reaction) => reaction.emoji === emoji).map(({ user }) => user);
		const names = users.slice(0, 10).map((user) => user.display_name);
		return { emoji, count: users.length, mine: users.some(({ id }) => id === userId), names };
	});
}
