/** The page of one thread: its conversation, live, and then what stands above it. */

import { openPage } from "../app/shell.js";
import { Talk } from "../app/talk.js";
import { threadLook } from "./thread_look.js";

const id = decodeURIComponent(location.pathname.split("/")[2]);
const path = `/api/threads/${encodeURIComponent(id)}`;
let thread = {};
let closed = "Nobody writes before it is known whether one may.";
let since = {};
let head;
let bookmark;

/** The thread stands another way than before; `why` one may not write, "" if one may. */
function changed(now, why) {
	thread = now;
	closed = why;
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
const more = { look: threadLook(() => thread), act, seen };
const talk = await Talk.open({ channel: `thread:${id}`, kept: id === "lobby" ? "" : `thread:${id}.`, closed: () => closed, more });
talk.begin();
const [{ ThreadHead }, { Bookmark }] = await Promise.all([import("./thread_head.js"), import("./bookmark.js")]);
bookmark = new Bookmark(path);
head = new ThreadHead(path, changed);
await head.read();
head.after(since);
