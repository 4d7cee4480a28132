/** What one may do with the party as a whole: sync, invite, set, leave. */

import { icon, make } from "../app/dom.js";

const PATHS = {
	sync: "M20 11a8 8 0 0 0-14-4L4 9M4 4v5h5M4 13a8 8 0 0 0 14 4l2-2M20 20v-5h-5",
	invite: "M10 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM3 20c0-4 3-6 7-6 1 0 2 0 3 .5M18 14v6M15 17h6",
	settings: "M4 8h10M18 8h2M4 16h2M10 16h10M16 6v4M8 14v4",
	leave: "M10 4H5v16h5M9 12h11M16 8l4 4-4 4",
};

export class Acts {
	#place;
	#party;
	#shown = "";

	constructor(place, party) {
		this.#place = place;
		this.#party = party;
	}

	draw() {
		const { present, ended, hosting } = this.#party;
		const shown = [present && !ended && "sync", this.#party.may("invite") && "invite", hosting && !ended && "settings", present && !ended && "leave"].filter(Boolean);
		this.#place.hidden = !shown.length;
		if (String(shown) === this.#shown) return;
		this.#shown = String(shown);
		this.#place.replaceChildren(...shown.map((name) => this.#button(name)));
	}

	#button(name) {
		const [words, act] = {
			sync: ["Sync me", () => this.#party.player.resync()],
			invite: ["Invite", async () => (await import("./invite.js")).invite(this.#party)],
			settings: ["Settings", async () => (await import("./settings.js")).openSettings(this.#party)],
			leave: ["Leave", () => this.#leave()],
		}[name];
		return make("button", { type: "button", title: words, "aria-label": words, "data-act": name, onclick: act }, icon(PATHS[name]), make("span.words", {}, words));
	}

	async #leave() {
		await this.#party.give("leave");
		location.assign("/watch");
	}
}
