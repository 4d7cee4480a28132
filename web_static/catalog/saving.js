/** Putting a video into one's lists. */

import { get, post, put, remove } from "../app/api.js";
import { openDialog } from "../app/dialog.js";
import { make } from "../app/dom.js";
import { field } from "../app/field.js";
import { onSubmit } from "../app/form.js";
import { notice } from "../app/notice.js";

/** Show one's lists, each to be ticked, and make new ones. */
export async function save({ id: video }) {
	const { items } = await get("/api/me/lists", { video, limit: 100 }).catch((error) => (notice(error.message), {}));
	if (!items) return;
	const lists = make("ul.stack", {}, items.map((list) => tick(list, video)));
	const title = make("input", { id: "list-title", name: "title", required: true, maxLength: 100, autocomplete: "off" });
	const form = make("form.row", {}, make("div.grow", {}, field("New list", title)), make("button.main", {}, "Make"), make("p.bad", { role: "alert" }));
	openDialog("Save to a list", lists, form);
	onSubmit(form, async (values, key) => {
		const list = await post("/api/lists", { ...values, visibility: "private" }, { key });
		await put(itemPath(list.id, video));
		lists.append(tick({ ...list, has_video: true }, video));
		form.reset();
	});
}

const itemPath = (list, video) => `/api/lists/${list}/items/${video}`;

function tick({ id, title, has_video: has }, video) {
	const box = make("input", { type: "checkbox", checked: Boolean(has), onchange: change });
	async function change() {
		await (box.checked ? put : remove)(itemPath(id, video)).catch((error) => {
			box.checked = !box.checked;
			notice(error.message);
		});
	}
	return make("li", {}, make("label.row", {}, box, make("span", { dir: "auto" }, title)));
}
