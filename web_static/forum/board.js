/** The page of one board: its threads, which move while one looks. */

import { get } from "../app/api.js";
import { find } from "../app/dom.js";
import { notice, noticeLeft } from "../app/notice.js";
import { Paged } from "../app/paged.js";
import { Realtime } from "../app/realtime.js";
import { openPage, signInAddress } from "../app/shell.js";
import { Storage } from "../app/storage.js";
import { visitor } from "../app/visitor.js";
import { can, who } from "../app/who.js";
import { LiveList } from "./live_list.js";

const SIGNS = { connecting: "Connecting…", live: "Live", waiting: "Reconnecting…", closed: "Not live" };
const TOLD_EVERY_MS = 4000;

const slug = decodeURIComponent(location.pathname.split("/")[2]);
const path = `/api/boards/${encodeURIComponent(slug)}/threads`;
const live = new LiveList(find("threads"), () => find("sort").value);
const paged = new Paged({
	list: find("threads"),
	read: (cursor, signal) => get(path, { sort: find("sort").value, cursor, limit: 30 }, { signal }),
	draw: (card) => live.row(card),
	empty: "No threads here yet.",
});
let told = [];
let reading;

const read = () => (reading = paged.begin());

async function showBoard() {
	const { items } = await get("/api/boards");
	const board = items.find((each) => each.slug === slug);
	find("title").textContent = board?.title ?? "This board is not here";
	find("about").textContent = board?.about ?? "The address may be mistyped.";
	document.title = `${find("title").textContent} · CosmoHub`;
	find("connection").parentElement.hidden = find("threads").hidden = !board;
	find("new").hidden = !board || (board.restricted && !can("thread.moderate"));
	return board;
}

async function watch() {
	const guest = await visitor(new Storage("cosmohub."), () => {});
	const realtime = new Realtime({ guest, changed: ({ kind }) => sign(kind) });
	let before = false;
	const subscribed = () => {
		if (before) read();
		before = true;
	};
	realtime.room(`board:${slug}`, { subscribed, publication: ({ data }) => data.type === "thread" && heard(data.thread) });
	addEventListener("online", () => find("connection").dataset.state === "waiting" && realtime.start());
	realtime.start();
}

function sign(kind) {
	find("connection").dataset.state = kind;
	find("connection").textContent = SIGNS[kind];
}

/** What is heard while the list is read comes into it afterwards: the answer may be older. */
async function heard(card) {
	for (let known; known !== reading; ) await (known = reading);
	if (!live.heard(card)) return;
	paged.gone();
	if (!told.length) setTimeout(tell, TOLD_EVERY_MS / 4);
	told.push(card.title);
}

/** Those who listen are told now and then, not at each post. */
function tell() {
	const titles = [...new Set(told)];
	find("news").textContent = titles.length > 2 ? `New posts in ${titles.length} threads` : `New post in ${titles.join(" and in ")}`;
	told = [];
}

find("sort").addEventListener("change", read);
find("new").addEventListener("click", async () => (who() ? (await import("./new_thread.js")).newThread(path) : location.assign(signInAddress())));
find("new").disabled = false;
addEventListener("pageshow", ({ persisted }) => persisted && read());

openPage();
noticeLeft();
const board = await showBoard().catch((error) => (notice(error.message), true));
if (board) await Promise.all([read(), watch()]);
