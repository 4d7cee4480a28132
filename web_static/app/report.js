/** Telling the moderators about something that is against the rules. */

import { post } from "./api.js";
import { openDialog } from "./dialog.js";
import { make } from "./dom.js";
import { field } from "./field.js";
import { onSubmit } from "./form.js";
import { notice } from "./notice.js";

const REASON_MAX = 500;

/** Ask why and report `target` {kind: "post" | "thread" | "video" | "comment" | "user", id, thread}. */
export function report(target) {
	const reason = make("textarea", { id: "reason", name: "reason", required: true, maxLength: REASON_MAX, rows: 3 });
	const form = make("form.stack", {}, field("What is wrong with it?", reason, "Only moderators read this."), make("p.bad", { role: "alert" }), make("button.main", {}, "Report"));
	const dialog = openDialog(`Report this ${target.kind}`, form);
	onSubmit(form, async (values, key) => {
		await post("/api/reports", { ...target, ...values }, { key });
		dialog.close();
		notice("Thank you: a moderator will look at it.");
	});
}
