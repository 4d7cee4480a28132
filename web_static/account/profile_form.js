/** What others see of one: name, handle and a few words. */

import { find } from "../app/dom.js";
import { onSubmit, refill, valuesOf } from "../app/form.js";
import { notice } from "../app/notice.js";
import { changeOwn, own } from "./own.js";

const FIELDS = ["display_name", "handle", "bio"];

/** Fill the form and save what is changed in it. */
export function offerProfile() {
	const form = find("profile");
	fill(form, valuesOf(form));
	onSubmit(form, async (values) => {
		const changed = FIELDS.filter((name) => values[name] !== own.user[name]);
		await changeOwn(Object.fromEntries(changed.map((name) => [name, values[name]])));
		fill(form, values);
		notice("Your profile is saved.");
	});
}

function fill(form, before) {
	refill(form, before, Object.fromEntries(FIELDS.map((name) => [name, own.user[name]])));
	find("address").textContent = `${location.host}/u/${own.user.handle}`;
	find("see").href = `/u/${own.user.handle}`;
}
