/** The list of messages: draws the lines that changed and keeps the place where one reads. */

import { clock, day } from "./format.js";

const REACTIONS = ["👍", "❤️", "🚀", "😂", "😮", "👏"];
const EDGE_NEAR_PX = 400;
const END_NEAR_PX = 40;

export class MessageList {
	atEnd = true;
	#log;
	#list;
	#drawn = new Map();

	/** Calls `act(name, message, detail)` for what a person does, and `scrolled()`. */
	constructor(log, act, scrolled) {
		this.#log = log;
		this.#list = log.querySelector("ol");
		log.addEventListener("scroll", () => (this.#look(), scrolled()), { passive: true });
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
		this.#look();
	}

	/** Draw timeline() lines; the view goes to the end, or stays where one reads. */
	draw(lines, toEnd) {
		const top = this.#log.scrollTop;
		const reading = [...this.#list.children].find((node) => node.offsetTop + node.offsetHeight > top);
		const before = reading?.offsetTop;
		const drawn = new Map(lines.map((line) => [line.key, drawnLine(line, this.#drawn.get(line.key))]));
		for (const [key, { node }] of this.#drawn) if (!drawn.has(key)) node.remove();
		this.#drawn = drawn;
		let next = this.#list.firstChild;
		for (const { node } of drawn.values()) {
			if (node === next) next = next.nextSibling;
			else this.#list.insertBefore(node, next);
		}
		if (reading?.isConnected) this.#log.scrollTop = top + reading.offsetTop - before;
		if (toEnd) this.toEnd();
		else this.#look();
	}

	#look() {
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

function drawnLine(line, before) {
	if (before && same(before.line, line)) return before;
	const node = before?.node ?? element("li", line.day ? "day" : "message");
	if (line.day) node.textContent = day(line.day, Date.now());
	else fill(node, line);
	return { line, node };
}

/** What is not yet in the log is what its entries are. */
const same = (a, b) => (a.message === b.message || !b.message.offset) && a.continued === b.continued && alike(a.entries, b.entries);
const alike = (a = [], b = []) => a.length === b.length && a.every((entry, i) => entry === b[i]);

function fill(node, { message, entries, continued }) {
	const focused = node.matches(":focus-visible, :has(:focus-visible)") && document.activeElement.dataset.action;
	const unsent = entries.find(({ command }) => command.type === "post");
	const edit = entries.find(({ command }) => command.type === "edit");
	const text = message.deleted ? "This message was deleted." : (edit?.command.text ?? message.text);
	node.tabIndex = -1;
	const { id, user, offset = "", own, deleted } = message;
	Object.assign(node.dataset, { id, offset, own, deleted, continued, state: unsent?.state ?? "kept" });
	const parts = [avatar(user), heading(message, unsent), element("p", "text", text, "auto"), reactions(message)];
	node.replaceChildren(...parts, ...troubles(entries), ...tools(message));
	if (focused === false) return;
	node.focus({ preventScroll: true });
	node.querySelector(`[data-action="${focused}"]`)?.focus({ preventScroll: true });
}

function avatar({ id, display_name: name }) {
	const node = element("span", "avatar", [...name][0]);
	node.style.setProperty("--hue", [...id].reduce((sum, letter) => 31 * sum + letter.codePointAt(0), 0) % 360);
	node.ariaHidden = true;
	return node;
}

function heading({ user, at, edited }, unsent) {
	const time = Object.assign(element("time", "", clock(at)), { dateTime: new Date(at).toISOString(), title: new Date(at).toLocaleString() });
	const coming = unsent && unsent.state !== "failed";
	const notes = [edited && "edited", coming && `${unsent.state}…`].filter(Boolean);
	const node = element("p", "heading");
	node.append(element("b", "", user.display_name, "auto"), " ", time, ...notes.map((note) => element("i", "", note)));
	return node;
}

function reactions({ reactions: given }) {
	const node = element("p", "reactions");
	const chip = ({ emoji, count, names }) => button(`${emoji} ${count}`, `react ${emoji}`, `${emoji} ${names.join(", ")}`);
	node.append(...given.map((each) => Object.assign(chip(each), { ariaPressed: each.mine })));
	return node;
}

function tools({ offset, own, deleted }) {
	if (!offset || deleted) return [];
	const node = element("div", "tools");
	node.append(...REACTIONS.map((emoji) => button(emoji, `react ${emoji}`, `React with ${emoji}`)));
	if (own) node.append(button("Edit", "edit"), button("Delete", "delete"));
	return [node];
}

function troubles(entries) {
	return entries.filter(({ state }) => state === "failed").map(({ key, reason }) => {
		const node = element("p", "trouble", `Not sent: ${reason} `);
		node.append(button("Try again", `retry ${key}`), button("Remove", `remove ${key}`));
		return node;
	});
}

export function element(name, className, text = "", dir = "") {
	return Object.assign(document.createElement(name), { className, textContent: text, dir });
}

function button(text, action, label = text) {
	const node = Object.assign(element("button", "", text), { type: "button", title: label, ariaLabel: label });
	node.dataset.action = action;
	return node;
}
