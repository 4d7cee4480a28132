/** The list of messages: draws the lines that changed and keeps the place where one reads. */

import { avatar } from "./avatar.js";
import { element } from "./dom.js";
import { clock, day } from "./format.js";

const REACTIONS = ["👍", "❤️", "🚀", "😂", "😮", "👏"];
const EDGE_NEAR_PX = 400;
const END_NEAR_PX = 40;

/** What a message shows and offers beyond what all do; a thread of the forum has more. */
const PLAIN = {
	above: () => [],
	notes: ({ edited }) => (edited ? [element("i", "", "edited")] : []),
	text: (text) => [text],
	veiled: () => [],
	tools: ({ own }) => (own ? [button("Edit", "edit"), button("Delete", "delete")] : []),
};

export class MessageList {
	atEnd = true;
	#log;
	#list;
	#look;
	#anew = false;
	#drawn = new Map();

	/** Calls `act(name, message, detail)` for what a person does, and `scrolled()`; `look` is as PLAIN, and may have `emojis` of its own. */
	constructor(log, act, scrolled, look = PLAIN) {
		this.#log = log;
		this.#look = look;
		this.#list = log.querySelector("ol");
		log.addEventListener("scroll", () => (this.#measure(), scrolled()), { passive: true });
		log.addEventListener("click", (event) => this.#click(event.target.closest("[data-action]"), act));
		log.addEventListener("keydown", (event) => this.#walk(event));
		new ResizeObserver(() => this.atEnd && this.toEnd()).observe(log);
	}

	/** Name the sides whose edge is near: "older", "newer". */
	near() {
		return [this.#log.scrollTop < EDGE_NEAR_PX && "older", this.#below() < EDGE_NEAR_PX && "newer"].filter(Boolean);
	}

	toEnd() {
		this.#log.scrollTop = this.#log.scrollHeight;
		this.#measure();
	}

	/** Draw timeline() lines; the view goes to the end, or stays where one reads. */
	draw(lines, toEnd) {
		const top = this.#log.scrollTop;
		const reading = [...this.#list.children].find((node) => node.offsetTop + node.offsetHeight > top);
		const before = reading?.offsetTop;
		const drawn = new Map(lines.map((line) => [line.key, this.#drawnLine(line, this.#drawn.get(line.key))]));
		this.#anew = false;
		for (const [key, { node }] of this.#drawn) if (!drawn.has(key)) node.remove();
		this.#drawn = drawn;
		let next = this.#list.firstChild;
		for (const { node } of drawn.values()) {
			if (node === next) next = next.nextSibling;
			else this.#list.insertBefore(node, next);
		}
		if (reading?.isConnected) this.#log.scrollTop = top + reading.offsetTop - before;
		if (toEnd) this.toEnd();
		else this.#measure();
	}

	/** Draw every line anew next time: what people may do here has changed. */
	forget() {
		this.#anew = true;
	}

	/** Go to a message that is held; false when it is not. */
	show(id) {
		const node = this.#drawn.get(id)?.node;
		node?.scrollIntoView({ block: "center" });
		node?.focus({ preventScroll: true });
		return Boolean(node);
	}

	#drawnLine(line, before) {
		if (before && !this.#anew && same(before.line, line)) return before;
		const node = before?.node ?? element("li", line.day ? "day" : "message");
		if (line.day) node.textContent = day(line.day, Date.now());
		else fill(node, line, this.#look);
		return { line, node };
	}

	#measure() {
		this.atEnd = this.#below() < END_NEAR_PX;
	}

	#below() {
		return this.#log.scrollHeight - this.#log.scrollTop - this.#log.clientHeight;
	}

	#click(button, act) {
		if (!button) return;
		const [name, detail] = button.dataset.action.split(" ");
		if (name === "delete") Object.assign(button, { textContent: "Really?", ariaLabel: "Really?" }).dataset.action = "erase";
		else act(name, this.#drawn.get(button.closest("li").dataset.id).line.message, detail);
	}

	/** The arrow keys go from message to message, Tab to what can be done with one. */
	#walk(event) {
		const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
		const messages = [...this.#list.querySelectorAll(".message")];
		const from = messages.indexOf(event.target.closest("li"));
		if (!step) return;
		messages[from < 0 ? messages.length - 1 : from + step]?.focus();
		event.preventDefault();
	}
}

/** What is not yet in the log is what its entries are. */
function same(a, b) {
	const seen = (a.message === b.message || !b.message.offset) && a.continued === b.continued && a.quoted === b.quoted;
	return seen && alike(a.entries, b.entries);
}

const alike = (a = [], b = []) => a.length === b.length && a.every((entry, i) => entry === b[i]);

function fill(node, line, look) {
	const { message, entries, continued } = line;
	const focused = node.matches(":focus-visible, :has(:focus-visible)") && document.activeElement.dataset.action;
	const unsent = entries.find(({ command }) => command.type === "post");
	const edit = entries.find(({ command }) => command.type === "edit");
	const text = withheld(message) ?? edit?.command.text ?? message.text;
	node.tabIndex = -1;
	const { id, user, offset = "", own, deleted, hidden = false } = message;
	Object.assign(node.dataset, { id, offset, own, deleted, hidden: Boolean(hidden), continued, state: unsent?.state ?? "kept" });
	const words = element("p", "text", "", "auto");
	words.append(...(withheld(message) ? [text] : look.text(text)));
	if (message.hidden && !message.deleted) words.append(...look.veiled(message));
	const parts = [avatar(user), heading(message, unsent, look), ...look.above(line), words, reactions(message)];
	node.replaceChildren(...parts, ...troubles(entries), ...tools(message, look));
	if (focused === false) return;
	node.focus({ preventScroll: true });
	node.querySelector(`[data-action="${focused}"]`)?.focus({ preventScroll: true });
}

/** Say why a text is not shown. */
function withheld({ deleted, hidden }) {
	if (deleted) return "This message was deleted.";
	return hidden ? `A moderator hid this message: ${hidden}` : null;
}

function heading(message, unsent, look) {
	const { user, at } = message;
	const time = Object.assign(element("time", "", clock(at)), { dateTime: new Date(at).toISOString(), title: new Date(at).toLocaleString() });
	const coming = unsent && unsent.state !== "failed";
	const node = element("p", "heading");
	node.append(element("b", "", user.display_name, "auto"), " ", time, ...look.notes(message));
	if (coming) node.append(element("i", "", `${unsent.state}…`));
	return node;
}

function reactions({ reactions: given }) {
	const node = element("p", "reactions");
	const chip = ({ emoji, count, names }) => button(`${emoji} ${count}`, `react ${emoji}`, `${emoji} ${names.join(", ")}`);
	node.append(...given.map((each) => Object.assign(chip(each), { ariaPressed: each.mine })));
	return node;
}

function tools(message, look) {
	if (!message.offset || message.deleted) return [];
	const node = element("div", "tools");
	node.append(...(look.emojis ?? REACTIONS).map((emoji) => button(emoji, `react ${emoji}`, `React with ${emoji}`)), ...look.tools(message));
	return [node];
}

function troubles(entries) {
	return entries.filter(({ state }) => state === "failed").map(({ key, reason }) => {
		const node = element("p", "trouble", `Not sent: ${reason} `);
		node.append(button("Try again", `retry ${key}`), button("Remove", `remove ${key}`));
		return node;
	});
}

export function button(text, action, label = text) {
	const node = Object.assign(element("button", "", text), { type: "button", title: label, ariaLabel: label });
	node.dataset.action = action;
	return node;
}
