/** The search: what is looked for stands in the address, results come page by page. */

import { get } from "../app/api.js";
import { find, make } from "../app/dom.js";
import { Paged } from "../app/paged.js";
import { personLink } from "../app/person_link.js";
import { openPage } from "../app/shell.js";
import { counted, since } from "../app/words.js";
import { card } from "./card.js";
import { Suggestions } from "./suggestions.js";

const TYPES = { videos: "Videos", creators: "People", threads: "Threads" };
const DRAW = { videos: drawVideo, creators: drawPerson, threads: drawThread };

const asked = () => {
	const query = new URLSearchParams(location.search);
	const type = query.get("type");
	return { q: query.get("q")?.trim() ?? "", type: type in TYPES ? type : "videos" };
};

/** Make parts {text, hit} readable, what was looked for marked. */
const marked = (parts) => parts.map(({ text, hit }) => (hit ? make("mark", {}, text) : text));
const excerpt = (parts) => parts.length > 0 && make("p.snippet", { dir: "auto" }, marked(parts));

function drawVideo({ title_parts: title, snippet, ...video }) {
	const node = card(video, excerpt(snippet));
	node.querySelector("h3 a").replaceChildren(...marked(title));
	return node;
}

function drawPerson({ title_parts: name, snippet, ...person }) {
	return make("li", {}, personLink(person, marked(name)), excerpt(snippet));
}

function drawThread({ title_parts: title, snippet, id, board, posts, last_post_at: at }) {
	const facts = make("p.quiet", {}, `${board} · ${counted(posts, "post")} · `, since(at));
	return make("li", {}, make("h3", {}, make("a", { href: `/threads/${id}`, dir: "auto" }, marked(title))), facts, excerpt(snippet));
}

const paged = new Paged({
	list: find("results"),
	read: (cursor, signal) => get("/api/search", { ...asked(), cursor }, { signal }),
	draw: (item) => DRAW[asked().type](item),
	empty: make("span", {}, "Nothing was found. Try other words, or fewer, or look among the other kinds above."),
});

const addressOf = (query) => `/search?${new URLSearchParams(query)}`;

function go(query) {
	history.pushState(null, "", addressOf(query));
	showAnew();
}

function showAnew() {
	find("q").value = asked().q;
	show();
}

function show() {
	const { q, type } = asked();
	document.title = `${q || "Search"} · CosmoHub`;
	const tab = ([each, text]) => make("a", { href: addressOf({ q, type: each }), "aria-current": each === type && "page" }, text);
	find("types").replaceChildren(...(q ? Object.entries(TYPES).map(tab) : []));
	find("results").className = type === "videos" ? "videos as-rows" : "rows card";
	find("results").replaceChildren();
	find("results").hidden = !q;
	if (q) paged.begin();
	else find("q").focus();
}

const PLACES = {
	video: (id) => `/videos/${id}`,
	creator: (id) => `/u/${id}`,
	thread: (id) => `/threads/${id}`,
	tag: (id) => `/videos?tag=${encodeURIComponent(id)}`,
};

openPage();
const suggestions = new Suggestions(find("q"), find("suggestions"), ({ type, id }) => {
	location.assign(PLACES[type](id));
});
find("search").addEventListener("submit", (event) => {
	event.preventDefault();
	suggestions.close();
	go({ ...asked(), q: find("q").value.trim() });
});
find("types").addEventListener("click", (event) => {
	const link = event.target.closest("a");
	if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
	event.preventDefault();
	history.pushState(null, "", link.href);
	showAnew();
	find("types").querySelector("[aria-current]")?.focus();
});
addEventListener("popstate", showAnew);
find("q").value ||= asked().q;
show();
