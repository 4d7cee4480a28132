/** The page of one list of videos. */

import { patch, remove, request } from "../app/api.js";
import { openDialog } from "../app/dialog.js";
import { find, make } from "../app/dom.js";
import { field, twice } from "../app/field.js";
import { onSubmit } from "../app/form.js";
import { notice, noticeLater, noticeLeft } from "../app/notice.js";
import { Paged } from "../app/paged.js";
import { openPage } from "../app/shell.js";
import { who } from "../app/who.js";
import { counted } from "../app/words.js";
import { card } from "./card.js";

openPage();
noticeLeft();
const path = `/api/lists/${location.pathname.split("/")[2]}`;
let list;
let etag;

function draw({ video }) {
	const forget = make("button.plain", { type: "button", "aria-label": `Remove ${video.title}`, onclick: () => takeOut(video, node) }, "Remove");
	const node = card(video, isMine() && make("p", {}, forget));
	return node;
}

const isMine = () => list.owner.id === who()?.id;

async function takeOut({ id }, node) {
	await remove(`${path}/items/${id}`).then(() => node.remove(), (error) => notice(error.message));
	paged.gone();
}

const paged = new Paged({ list: find("videos"), read, draw, empty: "This list is empty." });

/** The first page brings what is said about the list. */
async function read(cursor, signal) {
	const { data, etag: tag } = await request("GET", path, { query: { cursor }, signal });
	list = data.list;
	etag = tag;
	if (!cursor) showAbout();
	return data;
}

function showAbout() {
	const { title, owner, visibility, items } = list;
	document.title = `${title} · CosmoHub`;
	find("title").textContent = title;
	find("title").dir = "auto";
	find("facts").textContent = [`by ${owner.display_name}`, visibility, counted(items, "video")].join(" · ");
	find("acts").replaceChildren(...(isMine() ? acts() : []));
}

function acts() {
	const erasing = make("button.danger", { type: "button" }, "Delete");
	return [make("button", { type: "button", onclick: edit }, "Edit"), twice(erasing, "Really delete?", erase)];
}

function edit() {
	const choices = ["private", "unlisted", "public"].map((value) => make("option", { value, selected: value === list.visibility }, value));
	const form = make(
		"form.stack", {},
		field("Title", make("input", { id: "list-title", name: "title", required: true, maxLength: 80, value: list.title })),
		field("Who may see it", make("select", { id: "list-visibility", name: "visibility" }, choices)),
		make("p.bad", { role: "alert" }), make("button.main", {}, "Save"),
	);
	const dialog = openDialog("Edit list", form);
	onSubmit(form, async (values) => {
		await patch(path, values, { etag });
		dialog.close();
		paged.begin();
	});
}

async function erase() {
	await remove(path).then(() => {
		noticeLater("The list is deleted.");
		location.assign("/lists");
	}, (error) => notice(error.message));
}

await paged.begin();
if (!list) find("facts").textContent = "";
