/** The page of all parties: live, to come, one's own, and those that can be watched again. */

import { get } from "../app/api.js";
import { find } from "../app/dom.js";
import { noticeLeft } from "../app/notice.js";
import { Paged } from "../app/paged.js";
import { openPage, signInAddress } from "../app/shell.js";
import { who } from "../app/who.js";
import { card } from "./card.js";

const PAGE = 12;
const AGAIN_MS = 15_000;
const EMPTY = { live: "Nobody watches together just now.", upcoming: "Nothing is planned.", ended: "Nothing is over yet.", mine: "You have no parties yet." };

function shelf(id, read) {
	return new Paged({ list: find(id), read, draw: card, empty: EMPTY[id] });
}

const public_ = (state) => shelf(state, (cursor, signal) => get("/api/parties", { state, cursor, limit: PAGE }, { signal }));

async function newParty() {
	if (!who()) return location.assign(signInAddress());
	const { createParty } = await import("./create.js");
	return createParty();
}

openPage();
noticeLeft();
find("new").addEventListener("click", newParty);
find("new").disabled = false;
find("own").hidden = !who();
const shelves = ["live", "upcoming", "ended"].map(public_);
if (who()) shelves.push(shelf("mine", (cursor, signal) => get("/api/me/parties", { cursor, limit: PAGE }, { signal })));
await Promise.all(shelves.map((each) => each.begin()));
addEventListener("pageshow", ({ persisted }) => persisted && shelves.forEach((each) => each.begin()));
setInterval(() => !document.hidden && !find("live").contains(document.activeElement) && shelves[0].begin(), AGAIN_MS);
