/** What people say about a video and its moments. */

import { get, patch, post, remove } from "../app/api.js";
import { avatar } from "../app/avatar.js";
import { find, make } from "../app/dom.js";
import { twice } from "../app/field.js";
import { onSubmit, refill } from "../app/form.js";
import { notice } from "../app/notice.js";
import { Paged } from "../app/paged.js";
import { signInAddress } from "../app/shell.js";
import { can, who } from "../app/who.js";
import { clockOf, counted, secondsOf, since } from "../app/words.js";

const TEXT_MAX = 4000;
const MOMENT = {
	id: "comment-moment",
	name: "moment",
	placeholder: "1:05",
	size: 7,
	maxLength: 10,
	autocomplete: "off",
	pattern: "\\d{1,4}(:[0-5]?\\d){0,2}",
	title: "Write a moment like 1:05, or nothing.",
};

export class Comments {
	#path;
	#creator;
	#list = find("thread");
	#paged;
	#read;

	constructor({ id, creator }) {
		this.#creator = creator;
		this.#path = `/api/videos/${id}/comments`;
		const read = (cursor, signal) => get(this.#path, { sort: find("order").value, cursor }, { signal });
		this.#paged = new Paged({ list: this.#list, read, draw: (comment) => this.#draw(comment), empty: "No comments yet." });
	}

	begin() {
		find("order").addEventListener("change", () => this.#begin());
		find("writing").replaceChildren(who() ? this.#form({}) : make("p", {}, make("a", { href: signInAddress() }, "Sign in"), " to comment."));
		this.#begin();
	}

	#begin() {
		this.#read = this.#paged.begin();
	}

	/** Make a form for a new comment, or an answer to one. */
	#form({ answered, done = () => {} }) {
		const name = answered ? "Your answer" : "Your comment";
		const id = answered ? `answer-${answered.id}` : "comment-text";
		const text = make("textarea", { id, name: "text", required: true, maxLength: TEXT_MAX, rows: 2, placeholder: name, "aria-label": name });
		const moment = !answered && make("label", {}, "At ", make("input", MOMENT));
		const row = make("div.row", {}, make("button.main", {}, answered ? "Answer" : "Comment"), moment);
		const form = make("form.stack.comment-form", {}, text, row, make("p.bad", { role: "alert" }));
		onSubmit(form, async (values, key) => {
			const atS = secondsOf(values.moment ?? "");
			const body = { text: values.text, ...(atS !== null && { at_s: atS }), ...(answered && { reply_to: answered.id }) };
			const comment = await post(this.#path, body, { key });
			if (answered) return done(comment);
			refill(form, values, { text: "", moment: "" });
			return this.#add(comment);
		});
		return form;
	}

	/** Show a new comment above those that are read, which may hold it already. */
	async #add(comment) {
		await this.#read;
		if (!find(`comment-${comment.id}`)) this.#list.prepend(this.#draw(comment));
		this.#paged.gone();
	}

	#draw(comment) {
		const { id, user, text, at_s: atS, created_at: at, edited_at: edited, deleted, hidden, replies } = comment;
		const node = make("li.comment", { id: `comment-${id}`, tabIndex: -1 });
		const person = make("a", { href: `/u/${user.handle}`, dir: "auto" }, make("b", {}, user.display_name));
		const heading = make("p.row.quiet", {}, person, since(at), edited && "edited");
		const gone = deleted ? "This comment was deleted." : hidden && `A moderator hid this comment. ${text ?? ""}`;
		const moment = !gone && atS !== null && make("a.moment", { href: `#t=${atS}`, "aria-label": `At ${clockOf(atS)}` }, clockOf(atS));
		const words = make("p.words", { dir: "auto" }, gone || [moment, moment && " ", text]);
		const answers = make("div.answers");
		node.append(avatar(user), make("div.stack", {}, heading, words, this.#acts(comment, node, words, answers), answers));
		if (replies) answers.append(this.#opener(comment, answers));
		return node;
	}

	#acts(comment, node, words, answers) {
		const { id, user, reply_to: answered, deleted, hidden } = comment;
		const own = user.id === who()?.id;
		const clears = own || can("comment.moderate") || this.#creator.id === who()?.id;
		const button = (text, onclick) => make("button.plain", { type: "button", onclick }, text);
		if (!who() || deleted || hidden) return null;
		return make("p.row.acts", {}, [
			!answered && button("Answer", () => this.#answer(comment, answers)),
			own && button("Edit", () => this.#edit(comment, node, words)),
			clears && twice(button("Delete"), "Really?", () => this.#delete(comment, node)),
			!own && button("Report", async () => (await import("../app/why.js")).report({ kind: "comment", id })),
		]);
	}

	#answer(comment, answers) {
		const open = answers.querySelector("form");
		if (open) return open.remove();
		const form = this.#form({ answered: comment, done: (answer) => (form.replaceWith(this.#draw(answer)), notice("Answered.")) });
		answers.append(form);
		form.elements.text.focus();
	}

	#opener({ id, replies }, answers) {
		const list = make("ol.comments");
		const open = async () => {
			answers.prepend(list);
			button.remove();
			const read = (cursor, signal) => get(this.#path, { reply_to: id, cursor }, { signal });
			await new Paged({ list, read, draw: (answer) => this.#draw(answer), empty: "No answers." }).begin();
			list.firstElementChild?.focus();
		};
		const button = make("button.plain", { type: "button", onclick: open }, counted(replies, "answer"));
		return button;
	}

	#edit(comment, node, words) {
		const known = { id: `edit-${comment.id}`, value: comment.text, "aria-label": "Your comment" };
		const text = make("textarea", { ...known, name: "text", required: true, maxLength: TEXT_MAX, rows: 3 });
		const stop = make("button", { type: "button", onclick: () => form.replaceWith(words) }, "Cancel");
		const row = make("div.row", {}, make("button.main", {}, "Save"), stop);
		const form = make("form.stack.comment-form", {}, text, row, make("p.bad", { role: "alert" }));
		onSubmit(form, async (values) => {
			const changed = this.#draw(await patch(`/api/comments/${comment.id}`, { text: values.text }));
			node.replaceWith(changed);
			changed.focus();
		});
		words.replaceWith(form);
		text.focus();
	}

	async #delete({ id }, node) {
		try {
			await remove(`/api/comments/${id}`);
			node.remove();
			this.#paged.gone();
			notice("The comment is deleted.");
		} catch (error) {
			notice(error.message);
		}
	}
}
