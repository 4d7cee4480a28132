/** What one watched, newest first, and where to go on. */

import { get, remove } from "../app/api.js";
import { find, make } from "../app/dom.js";
import { twice } from "../app/field.js";
import { notice } from "../app/notice.js";
import { Paged } from "../app/paged.js";
import { openPage } from "../app/shell.js";
import { clockOf, since } from "../app/words.js";
import { card } from "./card.js";

const draw = ({ video, position_s: seconds, at }) => {
	const forget = make("button.plain", { type: "button", onclick: () => forgetOne(video.id, node), "aria-label": `Remove ${video.title}` }, "Remove");
	const watched = make("p.row.quiet", {}, "Watched ", since(at), seconds > 0 && ` up to ${clockOf(seconds)}`, forget);
	const node = card({ ...video, progress_s: seconds }, watched);
	return node;
};

async function forgetOne(id, node) {
	await remove(`/api/me/history/${id}`).then(() => node.remove(), (error) => notice(error.message));
	paged.gone();
}

async function clear() {
	await remove("/api/me/history").then(() => notice("The history is empty now."), (error) => notice(error.message));
	paged.begin();
}

const may = openPage({ account: true });
const read = (cursor, signal) => get("/api/me/history", { cursor }, { signal });
const paged = new Paged({ list: find("videos"), read, draw, empty: "You have not watched anything yet." });
twice(find("clear"), "Really clear all?", clear);
find("clear").disabled = false;
if (may) paged.begin();
