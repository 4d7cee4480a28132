/** Dialogs that ask for a reason: of who reports something, and of moderators. */

import { post } from "./api.js";
import { openDialog } from "./dialog.js";
import { make } from "./dom.js";
import { field } from "./field.js";
import { onSubmit } from "./form.js";
import { notice } from "./notice.js";

const REASON_MAX = 500;

/** Ask why under a title, with a hint; then `act(values, key)` with more fields' values, if any, and the dialog closes. */
export function askWhy(title, hint, act, ...fields) {
	const reason = make("textarea", { id: "reason", name: "reason", required: true, maxLength: REASON_MAX, rows: 2 });
	const form = make("form.stack", {}, field("Why?", reason, hint), fields, make("p.bad", { role: "alert" }), make("button.main", {}, title));
	const dialog = openDialog(title, form);
	onSubmit(form, async (values, key) => {
		await act(values, key);
		dialog.close();
	});
}

/** Report `target` {kind: "post" | "thread" | "video" | "comment" | "user", id, thread}. */
export function report(target) {
	askWhy(`Report this ${target.kind}`, "Only moderators read this.", async (values, key) => {
		await post("/api/reports", { ...target, ...values }, { key });
		notice("Thank you: a moderator will look at it.");
	});
}
