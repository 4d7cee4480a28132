/** Putting a video into one's lists. */

import { get, post, put, remove } from "../app/api.js";
import { openDialog } from "../app/dialog.js";
import { make } from "../app/dom.js";
import { field } from "../app/field.js";
import { onSubmit, refill } from "../app/form.js";
import { notice } from "../app/notice.js";
import { once } from "../app/once.js";

const TITLE_MAX = 80;

/** Show one's lists, each a button that puts the video in or takes it out again, and make new ones. */
export async function save({ id: video }) {
	const { items } = await get("/api/me/lists", { limit: 100 }).catch((error) => (notice(error.message), {}));
	if (!items) return;
	const lists = make("ul.rows", { "aria-label": "Your lists" }, items.map((list) => row(list, video)));
	const title = make("input", { id: "list-title", name: "title", required: true, maxLength: TITLE_MAX, autocomplete: "off" });
	const form = make("form.stack", {}, field("New list", title), make("p.bad", { role: "alert" }), make("button.main", {}, "Make and save"));
	openDialog("Save to a list", lists, form);
	onSubmit(form, async (values, key) => {
		const list = await post("/api/lists", values, { key });
		await put(itemPath(list, video));
		lists.append(row(list, video, true));
		refill(form, values, { title: "" });
	});
}

const itemPath = ({ id }, video) => `/api/lists/${id}/items/${video}`;

function row(list, video, saved = false) {
	const button = make("button", { type: "button", onclick: once(turn) });
	const draw = () => {
		button.textContent = saved ? "Saved: take out" : "Save";
		button.ariaLabel = `${button.textContent} (${list.title})`;
	};
	async function turn() {
		await (saved ? remove : put)(itemPath(list, video)).then(() => (saved = !saved), (error) => notice(error.message));
		draw();
	}
	draw();
	return make("li.bar", {}, make("span", { dir: "auto" }, list.title), button);
}
