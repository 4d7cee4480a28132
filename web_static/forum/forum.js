/** The page of all boards, with what is new for who is signed in. */

import { get } from "../app/api.js";
import { find, make } from "../app/dom.js";
import { noticeLeft } from "../app/notice.js";
import { openPage } from "../app/shell.js";
import { who } from "../app/who.js";
import { counted, since } from "../app/words.js";

const SHOWN = 5;

function boardRow({ slug, title, about, threads, posts, last_post_at: at }) {
	const facts = [counted(threads, "thread"), " · ", counted(posts, "post"), at && [" · ", since(at)]];
	const name = make("h2", {}, make("a", { href: `/forum/${slug}` }, title));
	return make("li.board", {}, make("div.grow", {}, name, make("p", {}, about)), make("p.quiet", {}, ...facts));
}

async function showBoards() {
	const { items } = await get("/api/boards").catch((error) => ({ error }));
	const again = make("button", { type: "button", onclick: showBoards }, "Try again");
	const trouble = make("li", { role: "alert" }, "The boards cannot be shown now. ", again);
	find("boards").replaceChildren(...(items?.map(boardRow) ?? [trouble]));
}

function unreadRow({ id, title, unread }) {
	const link = make("a", { href: `/threads/${id}`, dir: "auto" }, title);
	return make("li.bar", {}, link, make("span.count", {}, counted(unread, "new post")));
}

function mentionRow({ thread, user, text, at }) {
	const link = make("a", { href: `/threads/${thread.id}`, dir: "auto" }, thread.title);
	const words = [make("b", { dir: "auto" }, user.display_name), " named you in ", link, " ", make("span.quiet", {}, since(at))];
	return make("li", {}, make("p", {}, words), make("p.quiet.excerpt", { dir: "auto" }, text));
}

/** Boards are shown without it. */
async function showNews() {
	const [unread, mentions] = await Promise.all([get("/api/me/unread"), get("/api/me/mentions", { limit: SHOWN })]).catch(() => []);
	if (!unread?.threads.length && !mentions?.items.length) return;
	find("news").hidden = false;
	find("unread").replaceChildren(...unread.threads.slice(0, SHOWN).map(unreadRow));
	find("mentions").replaceChildren(...mentions.items.slice(0, SHOWN).map(mentionRow));
}

openPage();
noticeLeft();
showBoards();
if (who()) showNews();
