/** One's lists of saved videos. */

import { get, post } from "../app/api.js";
import { openDialog } from "../app/dialog.js";
import { find, make } from "../app/dom.js";
import { field } from "../app/field.js";
import { onSubmit } from "../app/form.js";
import { noticeLeft } from "../app/notice.js";
import { Paged } from "../app/paged.js";
import { openPage } from "../app/shell.js";
import { counted, since } from "../app/words.js";

function draw({ id, title, visibility, items, updated_at: at }) {
	const facts = make("span.quiet", {}, `${visibility} · ${counted(items, "video")} · `, since(at));
	return make("li.bar", {}, make("a", { href: `/lists/${id}`, dir: "auto" }, make("b", {}, title)), facts);
}

function makeList() {
	const title = make("input", { id: "list-title", name: "title", required: true, maxLength: 80, autocomplete: "off" });
	const form = make("form.stack", {}, field("Title", title), make("p.bad", { role: "alert" }), make("button.main", {}, "Make"));
	openDialog("New list", form);
	onSubmit(form, async (values, key) => {
		const { id } = await post("/api/lists", { ...values, visibility: "private" }, { key });
		location.assign(`/lists/${id}`);
	});
}

const may = openPage({ account: true });
noticeLeft();
find("new").addEventListener("click", makeList);
find("new").disabled = false;
const read = (cursor, signal) => get("/api/me/lists", { cursor }, { signal });
const empty = "You have no lists yet. Save a video, and it can go into one.";
if (may) new Paged({ list: find("lists"), read, draw, empty }).begin();
