/** A small menu at a button, gone when it is closed. */

import { make } from "../app/dom.js";

/** Show children in a menu at `opener`. */
export function showMenu(opener, properties, ...children) {
	const gone = ({ newState }) => newState === "closed" && menu.remove();
	const menu = make("div.menu", { popover: "auto", ontoggle: gone, ...properties }, ...children);
	opener.after(menu);
	if (!menu.isConnected) return menu;
	menu.showPopover({ source: opener });
	menu.querySelector("button, select")?.focus();
	return menu;
}
