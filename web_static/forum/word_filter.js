/** The words that no post may hold. */

import { request } from "../app/api.js";
import { make } from "../app/dom.js";
import { field } from "../app/field.js";
import { onSubmit } from "../app/form.js";
import { notice } from "../app/notice.js";

const PATH = "/api/moderation/word-filter";
const HINT = "One a line; a * at either end stands for any letters. Who writes one is told, and nothing is posted.";

/** Show the list in `panel` once it is read, to be changed. */
export async function showWordFilter(panel) {
	let { data: { words: kept }, etag } = await request("GET", PATH);
	const words = make("textarea", { id: "words", name: "words", rows: 12, spellcheck: false, value: kept.join("\n") });
	const editor = field("Words that are kept out", words, HINT);
	const form = make("form.card.stack.word-list", {}, editor, make("p.bad", { role: "alert" }), make("button.main", {}, "Save"));
	onSubmit(form, async (values) => {
		const lines = values.words.split("\n").map((line) => line.trim()).filter(Boolean);
		({ data: { words: kept }, etag } = await request("PUT", PATH, { body: { words: [...new Set(lines)] }, etag }));
		if (words.value === values.words) words.value = kept.join("\n");
		notice("Saved.");
	});
	panel.replaceChildren(form);
}
