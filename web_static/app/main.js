/** Puts the live page together: the lobby first, then map and figures. */

import { find } from "./dom.js";
import { utc } from "./format.js";
import { openPage } from "./shell.js";
import { Talk } from "./talk.js";

openPage();
const talk = await Talk.open({ channel: "thread:lobby" });
const latest = {};
let map;
let figures;

talk.realtime.room("sat:25544", { publication: ({ data }) => show(data) });
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

function tick() {
	find("clock").textContent = utc(Date.now());
	figures?.tick();
}

setInterval(tick, 1000);
tick();
talk.begin();
