/** The room as it is seen: brings what happens in the party to the parts of the page. */

import { sentence } from "../app/api.js";
import { find } from "../app/dom.js";
import { Acts } from "./acts.js";
import { Banners } from "./banners.js";
import { Controls } from "./controls.js";
import { Cover } from "./cover.js";
import { offerEmojis, rise } from "./floats.js";
import { Queue } from "./queue.js";
import { nameOf } from "./party_view.js";
import { Roster } from "./roster.js";
import { SyncSign } from "./sync_sign.js";
import { openTabs } from "./tabs.js";

const TICK_MS = 250;
const FRESH_MS = 10_000;
const ENTER_AGAIN_MS = 2000;
const MAY_NOT = "You may read here; the owner lets nobody with your role write.";
const OVER = "The party is over.";

export class Room {
	#party;
	#door;
	#parts;
	#count;
	#drawing = false;
	#unread = 0;
	#gone = false;
	#tab = "tab-chat";
	#welcome = () => {};
	#writable = null;

	constructor({ party, door }) {
		this.#party = party;
		this.#door = door;
		const banners = new Banners({ waiting: find("waiting"), asked: find("asked"), party });
		const controls = new Controls({ party, stage: find("stage"), place: find("controls"), video: find("video") });
		const cover = new Cover(find("cover"), party);
		const roster = new Roster(find("roster"), party);
		const queue = new Queue({ list: find("queue"), form: find("add"), party });
		this.#parts = { cover, banners, controls, roster, queue, sign: new SyncSign(find("sync"), party), acts: new Acts(find("acts"), party) };
		offerEmojis(find("emojis"), party);
		this.#count = openTabs(find("tabs"), (tab) => this.#chosen(tab));
	}

	/** Begin to show; `welcome()` tells the conversation that one may do other things than before. */
	open(welcome) {
		this.#welcome = welcome;
		this.#party.player.start();
		setInterval(() => this.#tick(), TICK_MS);
	}

	/** Answer why one may not write in the conversation, "" if one may. */
	closedTo() {
		if (!this.#party.view || !this.#party.me) return "";
		return this.#party.ended || this.#party.replayed ? OVER : this.#party.may("chat") || !this.#party.present ? "" : MAY_NOT;
	}

	/** Something happened; null is a new beginning. */
	heard(event) {
		if (!this.#party.view || this.#gone) return;
		this.#note(event);
		if (!event && this.#party.ended) return location.replace(`${location.pathname}?again`);
		this.#party.player.follow(this.#party.view.timeline);
		if (event?.type === "leave" && event.member === this.#party.me && event.reason !== "silent") this.#goes(event.reason);
		else this.#come();
		this.#drawSoon();
	}

	/** The party can be heard: ask for the time anew, and how the others play. */
	stands() {
		this.#party.player.rebind();
		this.#party.askRoster().then(() => this.#party.view && this.#drawSoon(), (error) => console.debug("the roster was not told:", error));
	}

	/** The player says how it goes. */
	plays(figures) {
		this.#party.figures = figures;
		if (!this.#party.view) return;
		this.#party.measure(figures);
		this.#drawSoon();
	}

	#note(event) {
		const { me, view } = this.#party;
		if (event?.type === "roster") this.#party.heard(event);
		if (event?.type === "beacon" && document.hidden) this.#report();
		if (event?.type === "ask") this.#parts.banners.heard(event);
		if (event?.type === "chat" && event.user.id !== me) this.#said();
		if (event?.type === "react" && this.#party.hubNow() - event.at < FRESH_MS) rise(find("floats"), event.emoji, nameOf(view, event.user.id));
	}

	/** The timers of a hidden page sleep, and the hub would take it for gone. */
	#report() {
		const { state, errorMs, delayMs } = this.#party.player.figures;
		this.#party.report({ state, error_ms: errorMs, delay_ms: delayMs });
	}

	/** Be there, also after one was taken for gone. */
	async #come() {
		const error = await this.#party.enter();
		if (!error) return;
		if (error.temporary || error.code < 100) setTimeout(() => this.#come(), ENTER_AGAIN_MS);
		else this.#door.refuse(sentence(error.message));
	}

	/** Who is shown out, or went in another tab, sees no more. */
	#goes(reason) {
		this.#gone = true;
		this.#door.gone(reason);
		this.#party.player.stop();
	}

	#said() {
		if (this.#tab === "tab-chat") return;
		this.#unread += 1;
		this.#count("tab-chat", `${this.#unread}`, true);
	}

	#chosen(tab) {
		this.#tab = tab;
		if (tab === "tab-chat") this.#unread = 0;
		if (tab === "tab-chat") this.#count("tab-chat", "");
	}

	/** What comes together is drawn together. */
	#drawSoon() {
		if (!this.#drawing) setTimeout(() => this.#draw());
		this.#drawing = true;
	}

	#draw() {
		this.#drawing = false;
		const { view, present, ended } = this.#party;
		this.#showHead(view);
		for (const part of Object.values(this.#parts)) part.draw();
		find("stage").dataset.status = view.timeline.status;
		find("controls").hidden = !view.timeline.item || ended;
		find("emojis").hidden = !this.#party.may("chat");
		this.#count("tab-people", `${view.members.size || ""}`);
		this.#count("tab-queue", `${view.queue.length || ""}`);
		const writable = `${present} ${this.closedTo()}`;
		if (writable !== this.#writable) this.#showClosed();
		this.#writable = writable;
	}

	#showClosed() {
		find("closed").textContent = this.closedTo();
		find("closed").hidden = !this.closedTo();
		this.#welcome();
	}

	#showHead({ title, owner, members, timeline, locked }) {
		const facts = [`by ${(members.get(owner) ?? this.#door.card.owner).display_name}`, timeline.item?.title, locked && !this.#party.ended && !this.#party.replayed && "locked", this.#party.replayed && "watched again", timeline.rate !== 1 && `${timeline.rate} ×`].filter(Boolean).join(" · ");
		if (find("title").textContent !== title) document.title = `${title} · CosmoHub`;
		find("title").textContent = title;
		find("facts").textContent = facts;
	}

	#tick() {
		if (!this.#party.view) return;
		this.#party.tick();
		for (const name of ["cover", "banners", "controls"]) this.#parts[name].tick();
	}
}
