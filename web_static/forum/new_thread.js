/** Beginning a thread: its title, its first post, its tags. */

import { post } from "../app/api.js";
import { openDialog } from "../app/dialog.js";
import { make } from "../app/dom.js";
import { field, tagsOf } from "../app/field.js";
import { onSubmit } from "../app/form.js";

/** Ask for a new thread, begin it under the board's `path`, and go there. */
export function newThread(path) {
	const form = make(
		"form.stack", {},
		field("Title", make("input", { id: "thread-title", name: "title", required: true, maxLength: 120, autocomplete: "off" })),
		field("First post", make("textarea", { id: "thread-text", name: "text", required: true, maxLength: 4000, rows: 5 })),
		field("Tags", make("input", { id: "thread-tags", name: "tags", autocomplete: "off" }), "Words with commas between them; may be left empty"),
		make("p.bad", { role: "alert" }), make("button.main", {}, "Begin the thread"),
	);
	openDialog("New thread", form);
	onSubmit(form, async ({ title, text, tags }, key) => {
		const thread = await post(path, { title, text, tags: tagsOf(tags) }, { key });
		location.assign(`/threads/${thread.id}`);
	});
}
