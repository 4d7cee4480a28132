/** One's picture: looked at before it is sent, replaced, or removed. */

import { put, remove } from "../app/api.js";
import { avatar } from "../app/avatar.js";
import { find, make } from "../app/dom.js";
import { attempt, onSubmit, say } from "../app/form.js";
import { notice } from "../app/notice.js";
import { own, readOwn } from "./own.js";

const BYTES_MAX = 2 * 1024 * 1024;

/** Show the picture and let another be chosen. */
export function offerPicture() {
	const form = find("picture");
	const { file } = form.elements;
	show();
	file.addEventListener("change", () => look(form, file.files[0]));
	onSubmit(form, async () => {
		const [sent] = file.files;
		await put("/api/me/avatar", sent);
		await settle(form, "Your picture is in use.", sent);
	});
	find("unpicture").addEventListener("click", () =>
		attempt(form, async () => {
			await remove("/api/me/avatar");
			await settle(form, "Your picture is removed.");
		}),
	);
}

/** A picture that was chosen since stays, and can be sent. */
async function settle(form, words, sent) {
	await readOwn();
	find("unpicture").hidden = !own.user.avatar;
	if (form.elements.file.files[0] === sent) {
		form.reset();
		form.querySelector("button").disabled = true;
		show();
	}
	notice(words);
}

function show() {
	const node = avatar(own.user);
	node.classList.add("large");
	find("preview").replaceChildren(node);
	find("unpicture").hidden = !own.user.avatar;
}

async function look(form, file) {
	const tooLarge = file && file.size > BYTES_MAX;
	say(form, tooLarge ? "This file is too large: at most 2 MB." : "");
	form.querySelector("button").disabled = !file || tooLarge;
	if (!file || tooLarge) show();
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
