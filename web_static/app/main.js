/** Puts the page together: visitor, connection, map, figures and conversation. */

import { Chat } from "./chat.js";
import { find } from "./dom.js";
import { utc } from "./format.js";
import { Realtime } from "./realtime.js";
import { openPage } from "./shell.js";
import { Storage } from "./storage.js";
import { visitor } from "./visitor.js";

openPage();
const storage = new Storage("cosmohub.");
const guest = await visitor(storage, () => welcome());
const url = `${location.protocol.replace("http", "ws")}//${location.host}/connection/websocket`;
const realtime = new Realtime({ url, guest, changed: showConnection });
const chat = new Chat({ realtime, guest, storage, outbox: new Storage("cosmohub.outbox."), channel: "thread:lobby" });
let pauseEndsMs = 0;

const latest = {};
let map;
let figures;

realtime.room("sat:25544", { publication: ({ data }) => show(data) });
openOrbit().catch((error) => console.warn("The orbit cannot be shown:", error));

/** What is said comes first; the station follows. */
async function openOrbit() {
	const coastlines = fetch("/static/vendor/coastlines.json");
	const [{ Figures }, { WorldMap }] = await Promise.all([import("./figures.js"), import("./map.js")]);
	figures = new Figures(find("figures"), find("warning"));
	map = new WorldMap(find("map"));
	Object.values(latest).forEach(show);
	map.showCoastlines(await (await coastlines).json());
}

function show(data) {
	latest[data.type] = data;
	if (data.type === "track") map?.showTrack(data);
	if (data.type !== "position") return;
	map?.showPosition(data);
	figures?.show(data);
}

function showConnection({ kind, untilMs, reason }) {
	const [words, , button] = find("connection").children;
	const texts = { connecting: "Connecting…", live: "Live", waiting: "Reconnecting", closed: `Closed: ${reason}` };
	find("connection").dataset.state = kind;
	words.textContent = texts[kind];
	button.hidden = kind === "connecting" || kind === "live";
	pauseEndsMs = untilMs;
	showPause();
}

function showPause() {
	const seconds = Math.max(1, Math.ceil((pauseEndsMs - Date.now()) / 1000));
	find("connection").children[1].textContent = pauseEndsMs ? `in ${seconds} s` : "";
}

function welcome(asks = !guest.user) {
	find("join").hidden = !asks;
	find("write").hidden = asks;
	find("rename").hidden = Boolean(guest.user?.handle);
	chat.welcome();
}

async function join(event) {
	event.preventDefault();
	const problem = find("join").lastElementChild;
	problem.textContent = "";
	try {
		await guest.join(find("name").value.trim());
		realtime.start();
		welcome();
		find("text").focus();
	} catch (error) {
		problem.textContent = error instanceof TypeError ? "The hub cannot be reached; try again." : error.message;
	}
}

function rename() {
	welcome(true);
	find("name").value = guest.user.display_name;
	find("name").select();
}

find("join").addEventListener("submit", join);
find("rename").addEventListener("click", rename);
find("connection").lastElementChild.addEventListener("click", () => realtime.start());
addEventListener("online", () => find("connection").dataset.state === "waiting" && realtime.start());
addEventListener("storage", ({ key }) => key === "cosmohub.guest" && !guest.user?.handle && (guest.follow(), realtime.start()));

function tick() {
	find("clock").textContent = utc(Date.now());
	showPause();
	figures?.tick();
	chat.tick();
}

setInterval(tick, 1000);
tick();
welcome();
realtime.start();
