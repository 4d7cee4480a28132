/** A party as it stands in a list. */

import { make } from "../app/dom.js";
import { counted, since } from "../app/words.js";
import { poster } from "../catalog/poster.js";

const WHEN = new Intl.DateTimeFormat(undefined, { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
const SIGNS = { lobby: "In the lobby", playing: "Live", paused: "Paused", waiting: "Live", ended: "Watch again" };
const HIDDEN = { unlisted: "Unlisted", invite: "By invitation" };

/** Make the card of a party. */
export function card({ id, title, owner, status, starts_at: startsAt, members, item_title: film, ended_at: endedAt, visibility }) {
	const soon = status === "lobby" && startsAt;
	const sign = make("span.sign", { "data-status": status === "waiting" ? "playing" : status }, soon ? WHEN.format(startsAt) : SIGNS[status]);
	const link = make("a", { href: `/watch/${id}`, dir: "auto" }, title);
	const facts = [members > 0 && `${counted(members, "person", "people")} here`, HIDDEN[visibility]].filter(Boolean).join(" · ");
	const words = make(
		"div.words", {},
		make("h3", {}, link),
		make("p.quiet", { dir: "auto" }, `by ${owner.display_name}`, facts && ` · ${facts}`, endedAt && [" · ", since(endedAt)]),
		film && make("p.quiet", { dir: "auto" }, `▶ ${film}`),
	);
	return make("li.party", { "data-id": id }, make("div", {}, poster({ id }), sign), words);
}
