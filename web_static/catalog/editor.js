/** Describing a video: a new one, or one that is there. */

import { get, patch, post, Refusal } from "../app/api.js";
import { openDialog } from "../app/dialog.js";
import { make } from "../app/dom.js";
import { field, tagsOf } from "../app/field.js";
import { onSubmit, say } from "../app/form.js";

const VISIBILITIES = {
	public: "Public: everybody finds it",
	unlisted: "Unlisted: whoever has the link",
	private: "Private: only you",
	premium: "Premium: for members",
};
const CHANGED = "This video was changed meanwhile, somewhere else. Load what is there now, then change it again.";
const TITLE_MAX = 120;
const DESCRIPTION_MAX = 5000;

/** Ask what a new video is about, make it, and go to its page. */
export async function createVideo() {
	const { form, dialog } = await openForm("New video", "Create");
	onSubmit(form, async (values, key) => {
		const { id } = await post("/api/videos", described(values), { key });
		dialog.close();
		location.assign(`/videos/${id}`);
	});
}

/** Change what is said about a video; `changed(video, etag)` gets what the hub made of it. */
export async function editVideo(read, changed) {
	let { video, etag } = await read();
	const { form, dialog } = await openForm("Edit video", "Save");
	const again = make("button", { type: "button", hidden: true }, "Load what is there now");
	form.append(again);
	fill(form, video);
	again.addEventListener("click", async () => {
		({ video, etag } = await read());
		fill(form, video);
		say(form, "");
		again.hidden = true;
	});
	onSubmit(form, async (values) => {
		try {
			await patch(`/api/videos/${video.id}`, described(values), { etag });
		} catch (error) {
			if (error.status !== 412) throw error;
			again.hidden = false;
			throw new Refusal({ status: 412, detail: CHANGED });
		}
		dialog.close();
		changed();
	});
}

async function openForm(title, verb) {
	const { items: categories } = await get("/api/categories");
	const options = (pairs) => pairs.map(([value, text]) => make("option", { value }, text));
	const form = make(
		"form.stack", {},
		field("Title", make("input", { id: "title", name: "title", required: true, maxLength: TITLE_MAX, autocomplete: "off" })),
		field("Description", make("textarea", { id: "description", name: "description", maxLength: DESCRIPTION_MAX, rows: 4 })),
		field("Category", make("select", { id: "category", name: "category" }, options(categories.map(({ slug, title: name }) => [slug, name])))),
		field("Tags", make("input", { id: "tags-given", name: "tags", autocomplete: "off" }), "Words with commas between them, such as: launch, falcon 9"),
		field("Who may see it", make("select", { id: "visibility", name: "visibility" }, options(Object.entries(VISIBILITIES)))),
		make("p.bad", { role: "alert" }),
		make("button.main", {}, verb),
	);
	return { form, dialog: openDialog(title, form) };
}

function fill(form, { title, description, category, tags, visibility }) {
	const { elements } = form;
	for (const [name, value] of Object.entries({ title, description, category, visibility })) elements[name].value = value;
	elements.tags.value = tags.join(", ");
}

const described = ({ tags, ...values }) => ({ ...values, tags: tagsOf(tags) });
