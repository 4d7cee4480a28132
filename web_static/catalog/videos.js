/** The page of all videos: filters that live in the address, and a grid that grows. */

import { get } from "../app/api.js";
import { find, make } from "../app/dom.js";
import { noticeLeft } from "../app/notice.js";
import { Paged } from "../app/paged.js";
import { openPage } from "../app/shell.js";
import { can } from "../app/who.js";
import { card } from "./card.js";

const PAGE = 24;
const TAGS_PAUSE_MS = 150;

openPage();
noticeLeft();
const { sort, tag } = find("filters").elements;
let categories = [];

const paged = new Paged({
	list: find("videos"),
	read: (cursor, signal) => get(mine() ? "/api/me/videos" : "/api/videos", { ...asked(), mine: "", limit: PAGE, cursor }, { signal }),
	draw: (video) => card(video),
	empty: "No videos here yet.",
});

const asked = () => Object.fromEntries(new URLSearchParams(location.search));
const mine = () => Boolean(asked().mine);

/** Write an address with some filters changed; an empty one is left out. */
function addressWith(changes) {
	const query = Object.entries({ ...asked(), ...changes }).filter(([, value]) => value);
	return query.length ? `/videos?${new URLSearchParams(query)}` : "/videos";
}

function go(address) {
	history.pushState(null, "", address);
	show();
}

function show() {
	const { category = "", tag: chosen = "", sort: order = "newest", creator = "" } = asked();
	sort.value = order;
	tag.value = chosen;
	for (const each of [find("categories"), find("filters")]) each.hidden = mine();
	find("standing").hidden = !mine();
	find("deleted").checked = Boolean(asked().deleted);
	document.querySelector("h1").textContent = mine() ? "My videos" : "Videos";
	find("mine").textContent = mine() ? "All videos" : "My videos";
	find("mine").href = mine() ? "/videos" : "/videos?mine=1";
	find("clear").hidden = !category && !chosen && !creator;
	showCategories();
	paged.begin();
}

/** Name what is shown, and what else there is: as soon as the categories are known. */
function showCategories() {
	const { category = "", tag: chosen = "", creator = "" } = asked();
	const name = categories.find(({ slug }) => slug === category)?.title ?? "Videos";
	drawCategories(category);
	find("shown").textContent = [mine() ? "My videos" : name, chosen && `#${chosen}`, creator && `by ${creator}`].filter(Boolean).join(", ");
	document.title = `${find("shown").textContent} · CosmoHub`;
}

function drawCategories(chosen) {
	const chip = ({ slug, title, about }) => {
		const current = slug === chosen && "page";
		return make("a", { href: addressWith({ category: slug }), title: about, "aria-current": current }, title);
	};
	find("categories").replaceChildren(...(categories.length ? [{ slug: "", title: "All" }, ...categories].map(chip) : []));
}

async function suggestTags() {
	const { items } = await get("/api/tags", { prefix: tag.value.trim().toLowerCase() }).catch(() => ({ items: [] }));
	find("tags").replaceChildren(...items.map(({ name }) => make("option", { value: name })));
}

let typing;
tag.addEventListener("input", () => (clearTimeout(typing), (typing = setTimeout(suggestTags, TAGS_PAUSE_MS))));
tag.addEventListener("focus", suggestTags, { once: true });
tag.addEventListener("change", () => go(addressWith({ tag: tag.value.trim().toLowerCase() })));
sort.addEventListener("change", () => go(addressWith({ sort: sort.value === "newest" ? "" : sort.value })));
find("filters").addEventListener("submit", (event) => event.preventDefault());
find("clear").addEventListener("click", () => go(addressWith({ category: "", tag: "", creator: "" })));
find("categories").addEventListener("click", (event) => {
	const link = event.target.closest("a");
	if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
	event.preventDefault();
	go(link.href);
	find("categories").querySelector("[aria-current]")?.focus();
});
find("deleted").addEventListener("change", ({ target }) => go(addressWith({ deleted: target.checked ? "true" : "" })));
addEventListener("popstate", show);

for (const id of ["new", "mine"]) find(id).hidden = !can("video.create");
find("new").addEventListener("click", async () => (await import("./editor.js")).createVideo());

show();
({ items: categories } = await get("/api/categories").catch(() => ({ items: [] })));
showCategories();
