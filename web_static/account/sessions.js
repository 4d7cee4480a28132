/** Where one is signed in, and how that ends. */

import { get, remove } from "../app/api.js";
import { find, make } from "../app/dom.js";
import { attempt } from "../app/form.js";
import { notice, noticeLater } from "../app/notice.js";
import { session } from "../app/session.js";
import { ago } from "../app/words.js";

const BROWSERS = [["Edg/", "Edge"], ["OPR/", "Opera"], ["Firefox/", "Firefox"], ["Chrome/", "Chrome"], ["Safari/", "Safari"]];
const SYSTEMS = [["Android", "Android"], ["iPhone", "iPhone"], ["iPad", "iPad"], ["Windows", "Windows"], ["Mac OS", "macOS"], ["Linux", "Linux"]];

/** List the sessions; each other one can be ended. */
export async function listSessions() {
	const section = find("sessions");
	find("everywhere").onclick = () => attempt(section, signOutEverywhere);
	const { items } = await get("/api/auth/sessions");
	section.querySelector("ul").replaceChildren(...items.map(row));
	section.querySelector("ul").ariaBusy = "false";
}

/** Name a device by its user agent. */
export function device(userAgent) {
	const named = (names) => names.find(([mark]) => userAgent.includes(mark))?.[1];
	return [named(BROWSERS), named(SYSTEMS)].filter(Boolean).join(" on ") || userAgent.slice(0, 60) || "Unknown device";
}

function row({ id, current, created_at: since, last_used_at: used, user_agent: userAgent, address }) {
	const name = device(userAgent);
	const when = current ? "this device" : `last used ${ago(used)}`;
	const words = make("div.grow", {}, make("b", {}, name), make("p.quiet", {}, `${address} · since ${ago(since)} · ${when}`));
	const button = !current && make("button", { type: "button", "aria-label": `Sign out ${name}, ${when}`, onclick: () => attempt(find("sessions"), () => end(id)) }, "Sign out");
	return make("li.row", { "data-session": id, "data-current": `${current}` }, words, button);
}

async function end(id) {
	await remove(`/api/auth/sessions/${id}`);
	notice("This device is signed out.");
	await listSessions();
}

async function signOutEverywhere() {
	await session.end(true);
	noticeLater("You are signed out everywhere.");
	location.replace("/login");
}
