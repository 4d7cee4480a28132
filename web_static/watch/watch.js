/** The page of a watch party: comes in by the door, follows the party, and shows it. */

import { find } from "../app/dom.js";
import { noticeLeft } from "../app/notice.js";
import { openPage } from "../app/shell.js";

openPage();
noticeLeft();
const id = decodeURIComponent(location.pathname.split("/")[2]);
const opening = import("./door.js");
const parts = Promise.all([import("./room.js"), import("./look.js"), import("../app/talk.js"), import("./synced_player.js"), import("./live.js")]);
const { Door } = await opening;
const door = new Door(id);
const card = await door.look();
if (card) await comeIn(await parts);

async function comeIn([{ Room }, { partyLook }, { Talk }, { SyncedPlayer }, live]) {
	let room;
	const happens = { heard: (event) => room.heard(event), connected: () => party.player.askTime(), stands: () => room.stands() };
	const over = card.status === "ended" || location.search === "?again";
	const { watchParty } = over ? await import("./replay.js") : live;
	const { party, through } = watchParty({ id, door, ...happens });
	room = new Room({ party, door });
	const more = { look: partyLook((word) => party.may(word)), act: () => {}, seen: () => {}, through };
	const talk = await Talk.open({ channel: `watch:${id}`, kept: `watch:${id}.`, closed: () => room.closedTo(), more });
	party.visitor = talk.guest;
	party.player = new SyncedPlayer({
		video: find("video"),
		rpc: (...asked) => party.rpc(...asked),
		report: (figures) => party.report(figures),
		command: (command) => party.tell(command),
		changed: (figures) => room.plays(figures),
	});
	room.open(() => talk.welcome());
	talk.begin();
}
