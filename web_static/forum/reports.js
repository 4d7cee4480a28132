/** What people reported, and what becomes of it. */

import { get, post } from "../app/api.js";
import { make } from "../app/dom.js";
import { field } from "../app/field.js";
import { notice } from "../app/notice.js";
import { Paged } from "../app/paged.js";
import { askWhy } from "../app/why.js";
import { since } from "../app/words.js";

const STATES = { open: "Open", resolved: "Done" };
const TERMS = [["", "For good"], ["3600000", "An hour"], ["86400000", "A day"], ["604800000", "A week"], ["2592000000", "30 days"]];
const ACTIONS = { dismiss: "Nothing is wrong", hide: "Hide it", mute: "Mute its author", ban: "Ban its author" };

/** Show the queue in `panel`, open reports first. */
export function showReports(panel) {
	const state = make("select", { id: "state" }, Object.entries(STATES).map(([value, text]) => make("option", { value }, text)));
	const list = make("ol.stack", { "aria-label": "Reports" });
	panel.replaceChildren(make("div.row", {}, make("label", { className: "quiet" }, "Show ", state)), list);
	const read = (cursor, signal) => get("/api/moderation/reports", { state: state.value, cursor }, { signal });
	const paged = new Paged({ list, read, draw: (report) => draw(report, paged), empty: "Nothing to do here." });
	state.addEventListener("change", () => paged.begin());
	return paged.begin();
}

function draw(report, paged) {
	const { id, kind, author, excerpt, reason, created_at: at, reporter, reports, state, action, resolution } = report;
	const place = placeOf(report);
	const what = place ? make("a", { href: place }, `A ${kind}`) : `A ${kind}`;
	const whose = make("b", {}, what, " by ", make("span", { dir: "auto" }, author.display_name));
	const facts = make("span.quiet", {}, reports > 1 && `${reports} reports · `, since(at));
	return make(
		"li.card.report", { "data-id": id },
		make("p.bar", {}, whose, facts),
		excerpt && make("blockquote", { dir: "auto" }, excerpt),
		make("p", {}, make("span.quiet", {}, `${reporter.display_name}: `), make("span", { dir: "auto" }, reason)),
		state === "open" ? buttons(report, () => paged.begin()) : make("p.quiet", { dir: "auto" }, `${action}: ${resolution}`),
	);
}

function placeOf({ kind, subject, thread }) {
	return { post: `/threads/${thread}`, thread: `/threads/${subject}`, video: `/videos/${subject}` }[kind];
}

function buttons(report, done) {
	const fitting = Object.keys(ACTIONS).filter((action) => report.kind !== "user" || action !== "hide");
	return make("p.row", {}, fitting.map((action) => make("button", { type: "button", onclick: () => resolve(report, action, done) }, ACTIONS[action])));
}

function resolve({ id }, action, done) {
	const term = make("select", { id: "term", name: "term" }, TERMS.map(([value, text]) => make("option", { value }, text)));
	const terms = action === "mute" || action === "ban" ? [field("How long?", term)] : [];
	askWhy(ACTIONS[action], "It stands in the log.", async (values) => {
		const until = values.term ? Date.now() + Number(values.term) : null;
		await post(`/api/moderation/reports/${id}/resolve`, { action, reason: values.reason, until });
		notice("Done.");
		done();
	}, ...terms);
}
