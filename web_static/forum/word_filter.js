/** The words that no post may hold. */

import { put, request } from "../app/api.js";
import { make } from "../app/dom.js";
import { field } from "../app/field.js";
import { onSubmit } from "../app/form.js";
import { notice } from "../app/notice.js";

/** Show the list in `panel`, to be changed. */
export async function showWordFilter(panel) {
	const words = make("textarea", { id: "words", name: "words", rows: 12, spellcheck: false });
	const form = make("form.card.stack.word-list", {}, field("Words that are kept out", words, "One a line. Who writes one is told, and nothing is posted."), make("p.bad", { role: "alert" }), make("button.main", {}, "Save"));
	panel.replaceChildren(form);
	let { data, etag } = await request("GET", "/api/moderation/word-filter");
	words.value = data.words.join("\n");
	onSubmit(form, async (values) => {
		const lines = values.words.split("\n").map((line) => line.trim()).filter(Boolean);
		await put("/api/moderation/word-filter", { words: [...new Set(lines)] }, { etag });
		({ data, etag } = await request("GET", "/api/moderation/word-filter"));
		words.value = data.words.join("\n");
		notice("Saved.");
	});
}
