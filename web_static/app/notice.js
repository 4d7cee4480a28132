/** Short words at the foot of the page about what was done, also after the page has changed. */

import { make } from "./dom.js";
import { Storage } from "./storage.js";

const SHOWN_MS = 6000;
const storage = new Storage("cosmohub.notice", "sessionStorage");
const place = make("p.notice", { role: "status" });
let timer;

/** Say that something was done, or why not. */
export function notice(text) {
	if (!place.isConnected) document.body.append(place);
	place.textContent = text;
	clearTimeout(timer);
	timer = setTimeout(() => (place.textContent = ""), SHOWN_MS);
}

/** Say something on the page that is shown next. */
export const noticeLater = (text) => storage.set("", text);

/** Say what the page before left to be said. */
export function noticeLeft() {
	const text = storage.get("");
	storage.set("", "");
	if (text) notice(text);
}
