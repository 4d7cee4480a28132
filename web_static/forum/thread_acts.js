/** What may be done with a whole thread: its menu. */

import { patch, post, put } from "../app/api.js";
import { openDialog } from "../app/dialog.js";
import { make } from "../app/dom.js";
import { field, tagsOf } from "../app/field.js";
import { onSubmit } from "../app/form.js";
import { notice } from "../app/notice.js";
import { can, who } from "../app/who.js";
import { askWhy, report } from "../app/why.js";

const SLOW_S = [0, 5, 15, 60, 300, 3600];

/** Fill `place` with the menu of a thread; `reread()` reads its card again. */
export function showActs(place, { thread, path, reread }) {
	const open = place.querySelector(":popover-open");
	const menu = make("div.menu", { id: "thread-menu", popover: "auto" }, items(thread, path, reread));
	const opener = make("button.round", { type: "button", "aria-label": "What you can do with this thread" }, "⋯");
	opener.popoverTargetElement = menu;
	place.replaceChildren(opener, menu);
	menu.addEventListener("click", () => menu.hidePopover());
	if (open) menu.showPopover();
}

function items(thread, path, reread) {
	const moderates = can("thread.moderate");
	const own = thread.author?.id === who().id;
	const tell = (verb) => async () => {
		await post(`${path}/${verb}`).then(reread, (error) => notice(error.message));
	};
	const item = (text, onclick) => make("button", { type: "button", onclick }, text);
	return [
		(moderates || own) && item("Change title", () => rename(thread, path, reread)),
		moderates && item(thread.pinned ? "Unpin" : "Pin", tell(thread.pinned ? "unpin" : "pin")),
		moderates && item(thread.locked ? "Unlock" : "Lock", tell(thread.locked ? "unlock" : "lock")),
		moderates && !thread.hidden && item("Take down", () => takeDown(thread, reread)),
		moderates && thread.hidden && item("Put back", () => moderate(thread, "unhide", "Put back", reread)),
		moderates && item("Slow mode", () => slowDown(thread, path, reread)),
		!own && item("Report", () => report({ kind: "thread", id: thread.id })),
	];
}

function rename({ title, tags }, path, reread) {
	const form = make(
		"form.stack", {},
		field("Title", make("input", { id: "new-title", name: "title", required: true, maxLength: 120, value: title, autocomplete: "off" })),
		field("Tags", make("input", { id: "new-tags", name: "tags", value: tags.join(", "), autocomplete: "off" }), "Words with commas between them"),
		make("p.bad", { role: "alert" }), make("button.main", {}, "Save"),
	);
	const dialog = openDialog("Change title", form);
	onSubmit(form, async (values) => {
		await patch(path, { title: values.title, tags: tagsOf(values.tags) });
		dialog.close();
		await reread();
	});
}

function takeDown(thread, reread) {
	askWhy("Take this thread down", "It stands in the log.", ({ reason }) => moderate(thread, "hide", reason, reread));
}

async function moderate({ id }, act, reason, reread) {
	await post(`/api/moderation/threads/${id}/${act}`, { reason });
	await reread();
}

function slowDown({ slow_s: now }, path, reread) {
	const words = (seconds) => (seconds ? `A message each ${seconds < 60 ? `${seconds} s` : `${seconds / 60} min`}` : "Off");
	const options = SLOW_S.map((seconds) => make("option", { value: seconds, selected: seconds === now }, words(seconds)));
	const choice = make("select", { id: "seconds", name: "seconds" }, options);
	const form = make("form.stack", {}, field("How often one may write", choice), make("p.bad", { role: "alert" }), make("button.main", {}, "Save"));
	const dialog = openDialog("Slow mode", form);
	onSubmit(form, async ({ seconds }) => {
		await put(`${path}/slow-mode`, { seconds: Number(seconds) });
		dialog.close();
		await reread();
	});
}
