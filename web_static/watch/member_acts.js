/** What those who keep order may do about a member. */

import { make } from "../app/dom.js";
import { twice } from "../app/field.js";
import { roleOf } from "./party_view.js";
import { showMenu } from "./popover.js";

const ROLES = { host: "Make a host", member: "Make a member", guest: "Make a guest" };

/** Show it in a menu at `opener`. */
export function showMemberActs(opener, party, { id, display_name: name }) {
	const role = roleOf(party.view, id);
	const owner = party.role === "owner";
	const act = (type, fields) => () => {
		menu.hidePopover();
		party.give(type, { user: id, ...fields });
	};
	const item = (text, onclick) => make("button", { type: "button", onclick }, text);
	const asked = (text, question, does) => twice(make("button.danger", { type: "button" }, text), question, does);
	const roles = Object.entries(ROLES).filter(([to]) => to !== role && (owner || (party.hosting && to !== "host" && role !== "host")));
	const menu = showMenu(
		opener, { "aria-label": name },
		...roles.map(([to, text]) => item(text, act("promote", { role: to }))),
		...(owner ? [asked("Hand the party over", "Really hand over?", act("hand_over"))] : []),
		...(role === "host" && !owner ? [] : [asked("Kick out", "Really kick?", act("kick")), asked("Ban for good", "Really ban?", act("ban", { banned: true }))]),
	);
	if (!menu.childElementCount) menu.append(make("p.quiet", {}, "Nothing: hosts are the owner's to order."));
}
