/** The page of one thread: its conversation, live, and then what stands above it. */

import { find } from "../app/dom.js";
import { openPage, signInAddress } from "../app/shell.js";
import { Talk } from "../app/talk.js";
import { can, who } from "../app/who.js";
import { threadLook } from "./thread_look.js";

const id = decodeURIComponent(location.pathname.split("/")[2]);
const path = `/api/threads/${encodeURIComponent(id)}`;
let thread = {};
let since = {};
let head;
let bookmark;

/** Why one may not write here, "" if one may; nobody writes before that is known. */
function closed(user) {
	if (!thread.board) return "…";
	if (thread.locked && !can("thread.moderate")) return "This thread is locked: it can be read, and nobody can write in it.";
	return user?.handle || thread.guests ? "" : "Only those who are signed in write here.";
}

/** The thread stands another way than before. */
function changed(now) {
	thread = now;
	const words = closed(talk.guest.user);
	find("closed").hidden = !words;
	find("closed").firstElementChild.textContent = words;
	find("closed").lastElementChild.hidden = who() || thread.locked;
	talk.welcome();
}

async function act(name, message) {
	const { act: does } = await import("./message_acts.js");
	return does(name, message, { path, thread: id });
}

function seen(conversation, toEnd) {
	since = conversation.thread;
	head?.after(since);
	bookmark?.reached(conversation, toEnd);
}

openPage();
find("closed").lastElementChild.href = signInAddress();
const kept = id === "lobby" ? "" : `thread:${id}.`;
const talk = await Talk.open({ channel: `thread:${id}`, kept, closed, more: { look: threadLook(() => thread), act, seen } });
talk.begin();
const [{ ThreadHead }, { Bookmark }] = await Promise.all([import("./thread_head.js"), import("./bookmark.js")]);
bookmark = new Bookmark(path);
head = new ThreadHead(path, changed);
await head.read();
head.after(since);
