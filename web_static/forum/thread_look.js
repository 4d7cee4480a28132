/** What a message of the forum shows beyond one of the lobby: quotes, mentions, its history, and more to do. */

import { element, make } from "../app/dom.js";
import { button } from "../app/messages.js";
import { can, who } from "../app/who.js";

const MENTION = /(?<![A-Za-z0-9_.@/-])(@[A-Za-z0-9_]{3,30})(?![A-Za-z0-9_@])/;

/** Make the look of a thread's messages; `thread()` answers how the thread stands now. */
export const threadLook = (thread) => ({
	above: ({ message, quoted }) => (message.quote && !message.deleted ? [quote(quoted)] : []),
	notes: (message) => notes(message, thread()),
	text: (text) => text.split(MENTION).map((part, at) => (at % 2 ? mention(part) : part)),
	veiled: ({ text }) => (can("post.moderate") ? [element("span", "veiled", text, "auto")] : []),
	tools: (message) => tools(message, thread()).filter(Boolean),
});

function mention(name) {
	const me = name.slice(1).toLowerCase() === who()?.handle?.toLowerCase();
	return element("span", me ? "mention me" : "mention", name);
}

/** What is answered: who said what, as far as it is held. */
function quote(quoted) {
	const node = Object.assign(button(quoted ? "" : "an earlier message", "quoted", "Go to what this answers"), { className: "quote" });
	if (quoted) node.append(element("b", "", quoted.user.display_name, "auto"), " ", element("span", "", excerpt(quoted), "auto"));
	return node;
}

const excerpt = ({ deleted, hidden, text }) => (deleted ? "a deleted message" : hidden ? "a hidden message" : text);

function notes({ id, edited, deleted, hidden }, { solution }) {
	return [
		solution === id && make("i.solution", {}, "✓ Solution"),
		edited && !deleted && !hidden && Object.assign(button("edited", "edits", "Edited: show what it said before"), { className: "edits" }),
	].filter(Boolean);
}

function tools({ id, own, hidden, user }, { author, solution, locked }) {
	const me = who();
	const settles = me && (can("thread.moderate") || author?.id === me.id);
	return [
		!locked && !hidden && button("Answer", "answer"),
		own && button("Edit", "edit"),
		own && button("Delete", "delete"),
		settles && !hidden && (solution === id ? button("No solution", "unsolve") : button("Solution", "solve", "Mark as the solution")),
		can("post.moderate") && (hidden ? button("Show", "unhide", "Show it to everybody again") : button("Hide", "hide", "Hide it from everybody")),
		me && !own && !hidden && button("Report", "report", `Report this message of ${user.display_name}`),
	];
}
