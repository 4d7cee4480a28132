/** What its creator may do with a video: edit, publish, unlist, delete and restore. */

import { post, remove } from "../app/api.js";
import { make } from "../app/dom.js";
import { twice } from "../app/field.js";
import { notice } from "../app/notice.js";
import { once } from "../app/once.js";
import { editVideo } from "./editor.js";

const STANDINGS = {
	public: "Published for everybody.",
	unlisted: "Published for whoever has the link.",
	private: "Private: only you see it.",
	premium: "Published for members.",
};

/** Make the words and buttons for a video; `changed()` is called when the hub has taken something. */
export function ownerActs(video, read, changed) {
	return [make("span", {}, standing(video)), make("span.row", {}, buttons(video, read, changed))];
}

function buttons({ id, published_at: published, deleted_at: deleted, visibility }, read, changed) {
	const done = (words) => async (asked) => {
		await asked.then(() => notice(words), (error) => notice(error.message));
		await changed();
	};
	const ask = (verb, words) => () => done(words)(post(`/api/videos/${id}/${verb}`));
	const button = (text, onclick) => make("button", { type: "button", onclick: once(onclick) }, text);
	if (deleted) return [button("Restore", ask("restore", "The video is back."))];
	const erase = () => done("Deleted. You can restore it for 30 days.")(remove(`/api/videos/${id}`));
	return [
		button("Edit", () => editVideo(read, changed)),
		!published && button("Publish", ask("publish", "Published.")),
		published && visibility === "public" && button("Unlist", ask("unlist", "Only whoever has the link finds it now.")),
		twice(make("button.danger", { type: "button" }, "Delete"), "Really delete?", once(erase)),
	];
}

function standing({ published_at: published, deleted_at: deleted, visibility }) {
	if (deleted) return "Deleted: only you see it.";
	return published ? STANDINGS[visibility] : "Not published: only you see it.";
}
