/** What its creator may do with a video: edit, publish, unlist, delete and restore. */

import { post, remove } from "../app/api.js";
import { make } from "../app/dom.js";
import { twice } from "../app/field.js";
import { notice } from "../app/notice.js";
import { editVideo } from "./editor.js";

/** Make the words and buttons for a video; `changed()` is called when the hub has taken something. */
export function ownerActs(video, read, changed) {
	const { id, published_at: published, deleted_at: deleted } = video;
	const act = (verb, done) => async () => {
		await (verb === "delete" ? remove(`/api/videos/${id}`) : post(`/api/videos/${id}/${verb}`)).then(() => notice(done), (error) => notice(error.message));
		await changed();
	};
	const button = (text, onclick) => make("button", { type: "button", onclick }, text);
	const edit = button("Edit", () => editVideo(read, changed));
	const erase = twice(make("button.danger", { type: "button" }, "Delete"), "Really delete?", act("delete", "Deleted. You can restore it for 30 days."));
	const acts = deleted ? [button("Restore", act("restore", "The video is back."))] : [edit, !published && button("Publish", act("publish", "Published.")), published && video.visibility === "public" && button("Unlist", act("unlist", "Only whoever has the link finds it now.")), erase];
	return [make("span", {}, standing(video)), make("span.row", {}, acts)];
}

function standing({ published_at: published, deleted_at: deleted, visibility }) {
	if (deleted) return "Deleted: only you see it.";
	if (!published) return "Not published: only you see it.";
	return { public: "Published for everybody.", unlisted: "Published for whoever has the link.", private: "Private: only you see it.", premium: "Published for members." }[visibility];
}
