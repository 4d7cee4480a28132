/** Fields for passwords: one may look at what one types. */

import { make } from "../app/dom.js";

/** Add a button to each password field of the page by which it is shown. */
export function letSecretsBeSeen() {
	for (const field of document.querySelectorAll("input[type=password]")) {
		const button = make("button", { type: "button", "aria-pressed": "false", "aria-label": "Show the password", "aria-controls": field.id }, "Show");
		button.addEventListener("click", () => show(field, button, field.type === "password"));
		const typing = document.activeElement === field;
		const row = make("span.secret");
		field.replaceWith(row);
		row.append(field, button);
		if (typing) field.focus();
		field.form.addEventListener("submit", () => show(field, button, false));
	}
}

function show(field, button, shown) {
	field.type = shown ? "text" : "password";
	button.textContent = shown ? "Hide" : "Show";
	button.ariaPressed = `${shown}`;
}
