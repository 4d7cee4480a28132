/** What may be done with a message of the forum, when somebody does it. */

import { get, post } from "../app/api.js";
import { openDialog } from "../app/dialog.js";
import { make } from "../app/dom.js";
import { notice } from "../app/notice.js";
import { askWhy } from "../app/why.js";
import { since } from "../app/words.js";

const ACTS = { solve, unsolve, hide, unhide, edits, report, find: showQuoted };

/** Do what a button of a message says; what the hub refuses is told. */
export async function act(name, message, room) {
	try {
		await ACTS[name]?.(message, room);
	} catch (error) {
		notice(error.message);
		if (error.status === undefined) throw error;
	}
}

const postPath = ({ path }, { id }) => `${path}/posts/${encodeURIComponent(id)}`;
const moderated = ({ thread }, { id }) => `/api/moderation/posts/${thread}/${encodeURIComponent(id)}`;

async function solve(message, room) {
	await post(`${room.path}/solve`, { post_id: message.id });
}

async function unsolve(_message, room) {
	await post(`${room.path}/unsolve`);
}

async function unhide(message, room) {
	const reason = "Shown again";
	await post(`${moderated(room, message)}/unhide`, { reason });
}

function hide(message, room) {
	askWhy("Hide this message", "Shown in place of the message.", (values) => post(`${moderated(room, message)}/hide`, values));
}

async function report({ id }, { thread }) {
	(await import("../app/why.js")).report({ kind: "post", id, thread });
}

async function edits(message, room) {
	const { items } = await get(`${postPath(room, message)}/edits`);
	const version = ({ text, at }) => make("li", {}, make("p.quiet", {}, since(at)), make("p.words", { dir: "auto" }, text));
	openDialog("What it said", make("ol.rows", {}, items.map(version)));
}

/** What is answered stands far above: it is shown here. */
async function showQuoted({ quote }, room) {
	const { user, text, at, deleted, hidden } = await get(postPath(room, { id: quote }));
	const words = deleted ? "This message was deleted." : hidden ? "A moderator hid this message." : text;
	openDialog(user.display_name, make("p.quiet", {}, since(at)), make("p.words", { dir: "auto" }, words));
}
