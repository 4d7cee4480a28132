/** What was done by those who may do more: who, when, why. */

import { get } from "../app/api.js";
import { make } from "../app/dom.js";
import { Paged } from "../app/paged.js";
import { since } from "../app/words.js";

/** Show the log in `panel`, newest first. */
export function showLog(panel) {
	const rows = make("tbody");
	const heads = ["When", "Who", "What", "Why"].map((text) => make("th", { scope: "col" }, text));
	const table = make("table.card", {}, make("thead", {}, make("tr", {}, heads)), rows);
	panel.replaceChildren(table);
	return new Paged({ list: rows, read: (cursor, signal) => get("/api/audit", { cursor, limit: 50 }, { signal }), draw, empty: "Nothing was done yet." }).begin();
}

function draw({ at, actor, act, subject, reason }) {
	const what = `${act} · ${subject.kind} ${subject.id}`;
	return make("tr", {}, make("td", {}, since(at)), make("td", { dir: "auto" }, actor?.display_name ?? "The operator"), make("td", {}, what), make("td", { dir: "auto" }, reason));
}
