/** One's picture: looked at before it is sent, replaced, or removed. */

import { get, put, remove } from "../app/api.js";
import { avatar } from "../app/avatar.js";
import { find, make } from "../app/dom.js";
import { attempt, onSubmit, say } from "../app/form.js";
import { notice } from "../app/notice.js";
import { remember } from "../app/who.js";

const BYTES_MAX = 2 * 1024 * 1024;

/** Show the picture and let another be chosen. */
export function offerPicture(user) {
	const form = find("picture");
	const { file } = form.elements;
	show(user);
	file.addEventListener("change", () => look(form, file.files[0], user));
	onSubmit(form, async () => {
		await put("/api/me/avatar", file.files[0]);
		await settle(form, "Your picture is in use.");
	});
	find("unpicture").addEventListener("click", () =>
		attempt(form, async () => {
			await remove("/api/me/avatar");
			await settle(form, "Your picture is removed.");
		}),
	);
}

async function settle(form, words) {
	const { user } = await get("/api/auth/me");
	form.reset();
	form.querySelector("button").disabled = true;
	remember(user);
	show(user);
	notice(words);
}

function show(user) {
	const node = avatar(user);
	node.classList.add("large");
	find("preview").replaceChildren(node);
	find("unpicture").hidden = !user.avatar;
}

async function look(form, file, user) {
	const tooLarge = file && file.size > BYTES_MAX;
	say(form, tooLarge ? "This file is too large: at most 2 MB." : "");
	form.querySelector("button").disabled = !file || tooLarge;
	if (!file || tooLarge) show(user);
	else find("preview").replaceChildren(make("img.avatar.large", { src: await dataUrl(file), alt: "Your new picture" }));
}

function dataUrl(file) {
	return new Promise((resolve, reject) => {
		const reader = new FileReader();
		reader.addEventListener("load", () => resolve(reader.result));
		reader.addEventListener("error", () => reject(reader.error));
		reader.readAsDataURL(file);
	});
}
