/** A thread as it stands in a list. */

import { make } from "../app/dom.js";
import { counted, since } from "../app/words.js";

/** Make the row of a thread's card. */
export function threadRow(thread) {
	const { id, title, tags, unread } = thread;
	const link = make("a", { href: `/threads/${id}`, dir: "auto" }, title);
	const labels = tags.map((tag) => make("span.tag", { dir: "auto" }, `#${tag}`));
	const headline = make("p.row.headline", {}, link, badges(thread), labels);
	return make("li.thread", { "data-id": id }, make("div.grow", {}, headline, facts(thread)), unread > 0 && count(unread));
}

function badges({ pinned, locked, solved }) {
	const badge = (name, text) => make(`span.badge.${name}`, {}, text);
	return [pinned && badge("pinned", "Pinned"), locked && badge("locked", "Locked"), solved && badge("solved", "Solved")];
}

function facts({ author, posts, last_post_at: at, last_post_by: by }) {
	const name = ({ display_name: words }) => make("span", { dir: "auto" }, words);
	const begun = author ? [name(author), " · "] : [];
	const last = by && posts > 1 ? ["last by ", name(by), " "] : [];
	return make("p.quiet", {}, begun, `${counted(posts, "post")} · `, last, since(at));
}

function count(unread) {
	const shown = unread > 99 ? "99+" : unread;
	return make("span.count", { title: counted(unread, "unread post") }, shown, make("span.unseen", {}, " unread"));
}
