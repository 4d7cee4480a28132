/** The moderators' page: what was reported, the words that are kept out, and what was done. */

import { find, make } from "../app/dom.js";
import { noticeLeft } from "../app/notice.js";
import { permittedNow } from "../app/permission.js";
import { openPage } from "../app/shell.js";

const PERMISSION = "post.moderate";
const TABS = {
	reports: async (panel) => (await import("./reports.js")).showReports(panel),
	words: async (panel) => (await import("./word_filter.js")).showWordFilter(panel),
	log: async (panel) => (await import("./audit_log.js")).showLog(panel),
};

function show() {
	const asked = new URLSearchParams(location.search).get("tab");
	const tab = asked in TABS ? asked : "reports";
	const links = [...find("tabs").children];
	links[Object.keys(TABS).indexOf(tab)].ariaCurrent = "page";
	return TABS[tab](find("panel"));
}

function tell(error) {
	find("panel").replaceChildren(make("p", { role: "alert" }, error.message));
	if (error.status === undefined) throw error;
}

if (openPage({ permission: PERMISSION })) {
	noticeLeft();
	await show().catch(tell);
} else if (await permittedNow(PERMISSION)) location.reload();
else {
	find("tabs").hidden = true;
	find("panel").replaceChildren(make("p", { role: "alert" }, "This page is for moderators."));
}
