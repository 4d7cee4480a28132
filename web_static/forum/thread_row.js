/** A thread as it stands in a list. */

import { make } from "../app/dom.js";
import { counted, since } from "../app/words.js";

/** Make the row of a thread's card. */
export function threadRow(thread) {
	const { id, title, tags = [], author, posts, last_post_at: at, last_post_by: by, pinned, locked, solved, unread } = thread;
	const badges = [pinned && ["pinned", "Pinned"], locked && ["locked", "Locked"], solved && ["solved", "Solved"]].filter(Boolean);
	const last = by && posts > 1 ? [counted(posts, "post"), " · last by ", make("span", { dir: "auto" }, by.display_name), " "] : [counted(posts, "post"), " · "];
	return make(
		"li.thread", { "data-id": id },
		make("div.grow", {},
			make("p.row.headline", {}, make("a", { href: `/threads/${id}`, dir: "auto" }, title), ...badges.map(([name, text]) => make(`span.badge.${name}`, {}, text)), ...tags.map((tag) => make("span.tag", { dir: "auto" }, `#${tag}`))),
			make("p.quiet", {}, author && make("span", { dir: "auto" }, author.display_name), author && " · ", ...last, since(at)),
		),
		unread > 0 && make("span.count", { title: counted(unread, "unread post") }, unread > 99 ? "99+" : unread, make("span.unseen", {}, " unread")),
	);
}
