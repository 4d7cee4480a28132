/** Parts of forms that scripts make and read. */

import { make } from "./dom.js";

/** Make a labelled field of a form: a control {id, …} with its label above, a hint below. */
export function field(label, control, hint = "") {
	const words = hint && make("small", { id: `${control.id}-hint` }, hint);
	if (hint) control.setAttribute("aria-describedby", `${control.id}-hint`);
	return make("div.field", {}, make("label", { htmlFor: control.id }, label), control, words);
}

/** Make a choice {id} among pairs of a value and its text. */
export const choice = (id, pairs, chosen) => make("select", { id, name: id }, pairs.map(([value, text]) => make("option", { value, selected: value === chosen }, text)));

/** Ask once more before something is done that is not easily undone: the button itself becomes the question. */
export function twice(button, question, act) {
	const words = button.textContent;
	button.addEventListener("click", () => {
		if (button.dataset.asked) return act();
		button.dataset.asked = "true";
		button.textContent = question;
	});
	button.addEventListener("blur", () => {
		delete button.dataset.asked;
		button.textContent = words;
	});
	return button;
}

/** Read the tags in a text, words with commas between: in small letters, with hyphens for blanks, none twice. */
export function tagsOf(text) {
	const tags = text.split(",").map((tag) => tag.trim().toLowerCase().replace(/^#/, "").replace(/\s+/g, "-"));
	return [...new Set(tags.filter(Boolean))];
}
