/** What people reported, and what becomes of it. */

import { get, post } from "../app/api.js";
import { openDialog } from "../app/dialog.js";
import { make } from "../app/dom.js";
import { field } from "../app/field.js";
import { onSubmit } from "../app/form.js";
import { notice } from "../app/notice.js";
import { Paged } from "../app/paged.js";
import { since } from "../app/words.js";

const STATES = { open: "Open", resolved: "Done" };
const TERMS = [["", "For good"], ["3600000", "An hour"], ["86400000", "A day"], ["604800000", "A week"], ["2592000000", "30 days"]];
const ACTIONS = {
	dismiss: ["Nothing is wrong", "Close the report"],
	hide: ["Hide it", "Hide"],
	mute: ["Mute its author", "Mute"],
	ban: ["Ban its author", "Ban"],
};

/** Show the queue in `panel`, open reports first. */
export function showReports(panel) {
	const state = make("select", { id: "state" }, Object.entries(STATES).map(([value, text]) => make("option", { value }, text)));
	const list = make("ol.stack", { "aria-label": "Reports" });
	panel.replaceChildren(make("div.row", {}, make("label", { className: "quiet" }, "Show ", state)), list);
	const paged = new Paged({ list, read: (cursor, signal) => get("/api/moderation/reports", { state: state.value, cursor }, { signal }), draw: (report) => draw(report, paged), empty: "Nothing to do here." });
	state.addEventListener("change", () => paged.begin());
	return paged.begin();
}

function draw(report, paged) {
	const { kind, reason, created_at: at, reporter, user, text, resolution } = report;
	const node = make(
		"li.card.report", { "data-id": report.id },
		make("p.bar", {}, make("b", {}, make("a", { href: placeOf(report) }, `A ${kind}`), user?.display_name && [" by ", make("span", { dir: "auto" }, user.display_name)]), make("span.quiet", {}, since(at))),
		text && make("blockquote", { dir: "auto" }, text),
		make("p", {}, make("span.quiet", {}, `${reporter?.display_name ?? "Somebody"}: `), make("span", { dir: "auto" }, reason)),
		resolution ? make("p.quiet", {}, `${resolution.action}: ${resolution.reason}`) : buttons(report, () => (node.remove(), paged.gone())),
	);
	return node;
}

function placeOf({ kind, id, thread, video, user }) {
	if (kind === "post") return `/threads/${thread}`;
	if (kind === "user") return `/u/${user?.handle}`;
	return kind === "thread" ? `/threads/${id}` : `/videos/${kind === "comment" ? video : id}`;
}

function buttons(report, done) {
	const fitting = Object.keys(ACTIONS).filter((action) => report.kind !== "user" || action !== "hide");
	return make("p.row", {}, fitting.map((action) => make("button", { type: "button", onclick: () => resolve(report, action, done) }, ACTIONS[action][0])));
}

function resolve({ id }, action, done) {
	const [title, verb] = ACTIONS[action];
	const reason = make("textarea", { id: "reason", name: "reason", required: true, maxLength: 500, rows: 2 });
	const term = make("select", { id: "term", name: "term" }, TERMS.map(([value, text]) => make("option", { value }, text)));
	const form = make("form.stack", {}, field("Why?", reason, "It stands in the log."), (action === "mute" || action === "ban") && field("How long?", term), make("p.bad", { role: "alert" }), make("button.main", {}, verb));
	const dialog = openDialog(title, form);
	onSubmit(form, async (values) => {
		const until = values.term ? Date.now() + Number(values.term) : null;
		await post(`/api/moderation/reports/${id}/resolve`, { action, reason: values.reason, ...(values.term !== undefined && { until }) });
		dialog.close();
		notice("Done.");
		done();
	});
}
