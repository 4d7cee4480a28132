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
	const read = (cursor, signal) => get("/api/audit", { cursor, limit: 50 }, { signal });
	return new Paged({ list: rows, read, draw, empty: "Nothing was done yet." }).begin();
}

function draw({ at, actor, act, subject, reason }) {
	const what = `${act} · ${subject.kind} ${subject.id}`;
	const cells = [since(at), actor?.display_name ?? "The operator", what, reason];
	return make("tr", {}, cells.map((cell) => make("td", { dir: "auto" }, cell)));
}
