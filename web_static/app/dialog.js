/** A dialog over the page, gone when it is closed. */

import { make } from "./dom.js";

await new Promise((resolve) => {
	document.head.append(make("link", { rel: "stylesheet", href: "/static/app/dialog.css", onload: resolve, onerror: resolve }));
});

/** Show children under a title; answer the dialog. One of this title that is open stays. */
export function openDialog(title, ...children) {
	const close = make("button.round", { type: "button", "aria-label": "Close", onclick: () => dialog.close() }, "✕");
	const heading = make("h2", { id: "dialog-title" }, title);
	const head = make("div.bar", {}, heading, close);
	const dialog = make("dialog", { "aria-labelledby": "dialog-title", onclose: () => dialog.remove() }, head, ...children);
	if (document.querySelector("dialog[open] h2")?.textContent === title) return dialog;
	document.body.append(dialog);
	dialog.showModal();
	dialog.querySelector("input, textarea, select")?.focus();
	return dialog;
}
