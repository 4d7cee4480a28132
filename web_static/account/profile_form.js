/** What others see of one: name, handle and a few words. */

import { get, patch } from "../app/api.js";
import { find } from "../app/dom.js";
import { onSubmit } from "../app/form.js";
import { notice } from "../app/notice.js";
import { remember } from "../app/who.js";

const FIELDS = ["display_name", "handle", "bio"];

/** Fill the form and save what is changed in it. */
export function offerProfile(user) {
	const form = find("profile");
	let kept = user;
	fill(form, user);
	onSubmit(form, async (values) => {
		const changed = FIELDS.filter((name) => values[name] !== kept[name]);
		if (changed.length) await patch("/api/me", Object.fromEntries(changed.map((name) => [name, values[name]])));
		kept = (await get("/api/auth/me")).user;
		remember(kept);
		fill(form, kept);
		notice("Your profile is saved.");
	});
}

function fill(form, user) {
	for (const name of FIELDS) form.elements[name].value = user[name];
	find("address").textContent = `${location.host}/u/${user.handle}`;
	find("see").href = `/u/${user.handle}`;
}
