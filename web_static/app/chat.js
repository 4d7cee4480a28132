/** The conversation beside the map: brings the room, the outbox and the page together. */

import { Presence, Writers } from "./company.js";
import { Composer } from "./composer.js";
import { Conversation, MESSAGES_MAX, isPost } from "./conversation.js";
import { MessageList, element } from "./messages.js";
import { Outbox } from "./outbox.js";
import { timeline } from "./timeline.js";

const PAGE = 60;
const NAMES_SHOWN = 100;
const READ_AGAIN_MS = 3000;

const find = (id) => document.getElementById(id);

export class Chat {
	#guest;
	#room;
	#conversation = new Conversation();
	#presence = new Presence();
	#writers = new Writers();
	#outbox;
	#list;
	#composer;
	#reading = false;
	#unseen = 0;
	#drawing = null;

	constructor({ realtime, guest, storage, outbox, channel }) {
		this.#guest = guest;
		this.#list = new MessageList(find("log"), (...act) => this.#act(...act), () => this.#scrolled());
		this.#outbox = new Outbox({ storage: outbox, send: (command) => this.#room.publish(command), changed: () => this.#draw() });
		this.#composer = new Composer(find("write"), storage, {
			send: (text) => this.#post(text),
			edit: (id, text) => this.#outbox.add({ type: "edit", id, text }),
			typing: () => this.#typing(),
			last: () => this.#messages().findLast(({ own, deleted }) => own && !deleted),
		});
		find("newest").addEventListener("click", () => this.#toNewest());
		document.addEventListener("visibilitychange", () => this.#scrolled());
		this.#room = realtime.room(channel, this.#handlers(), { joinLeave: true, recoverable: true, positioned: true });
	}

	/** The visitor became somebody, or somebody else. */
	welcome() {
		find("log").dataset.writable = Boolean(this.#guest.user);
		this.#draw();
	}

	focus() {
		this.#composer.focus();
	}

	/** Look once a second who is still writing. */
	tick() {
		const names = this.#writers.names(Date.now());
		const who = names.length > 3 ? "Several people" : names.join(", ");
		find("typing").textContent = names.length ? `${who} ${names.length > 1 ? "are" : "is"} writing…` : "";
	}

	#handlers() {
		return {
			subscribed: (context) => this.#subscribed(context),
			subscribing: () => this.#outbox.open(false),
			unsubscribed: ({ reason }) => (this.#outbox.open(false), this.#showEdge(`This room cannot be read: ${reason}.`)),
			publication: ({ offset, data }) => (offset ? this.#recorded(offset, data) : this.#passing(data)),
			join: ({ info }) => (this.#presence.join(info), this.#showPeople()),
			leave: ({ info }) => (this.#presence.leave(info), this.#showPeople()),
		};
	}

	#subscribed({ recovered, streamPosition: { epoch, offset } }) {
		this.#outbox.open(Boolean(this.#guest.user));
		this.#readPeople();
		const { high } = this.#conversation;
		if (recovered) return;
		if (epoch !== this.#conversation.epoch || offset < high || offset - high > MESSAGES_MAX) this.#begin();
		else this.#conversation.reaches(offset);
		this.#scrolled();
	}

	#recorded(offset, event) {
		const follow = this.#following();
		this.#conversation.live(offset, event);
		this.#conversation.trim(follow ? "older" : "newer");
		if (isPost(event)) {
			this.#outbox.confirm(event);
			this.#writers.stopped(event.user);
			if (event.user.id !== this.#guest.user?.id && (document.hidden || !follow)) this.#unseen += 1;
		}
		this.#draw();
	}

	#passing({ type, user }) {
		if (type === "typing" && user.id !== this.#guest.user?.id) this.#writers.seen(user, Date.now());
		this.tick();
	}

	/** Read the newest page, as at the first visit. */
	async #begin() {
		const page = await this.#history({ limit: PAGE, reverse: true });
		if (!page) return;
		this.#conversation.begin(page);
		this.#taken("older", page.publications, true);
	}

	/** Read the page beyond one side of what is held; the other side is let go. */
	async #read(side) {
		const older = side === "older";
		const { epoch, low, high, atStart, atEnd } = this.#conversation;
		if (!epoch || (older ? atStart : atEnd)) return;
		const page = await this.#history({ limit: PAGE, reverse: older, since: { epoch, offset: older ? low : high } });
		if (page) this.#taken(side, page.publications, false);
	}

	/** Answer a page of the log, or nothing when one is being read already or none can be had: then another try follows. */
	async #history(options) {
		if (this.#reading) return null;
		this.#reading = true;
		this.#showEdge("Loading…");
		const page = await this.#room.history(options).catch(() => null);
		this.#reading = false;
		if (!page) setTimeout(() => (this.#conversation.epoch ? this.#scrolled() : this.#begin()), READ_AGAIN_MS);
		return page;
	}

	#taken(side, publications, toEnd) {
		this.#conversation[side](publications);
		this.#conversation.trim(side === "older" ? "newer" : "older");
		for (const { data } of publications) if (isPost(data)) this.#outbox.confirm(data);
		find("log").ariaLive = "off";
		this.#drawNow(toEnd);
		this.#showEdge(this.#conversation.atStart ? "The conversation begins here." : "");
		this.#scrolled();
	}

	#scrolled() {
		if (this.#following() && !document.hidden) this.#unseen = 0;
		this.#showUnseen();
		for (const side of this.#list.near()) this.#read(side);
	}

	#toNewest() {
		if (!this.#conversation.atEnd) return this.#begin();
		return this.#list.toEnd();
	}

	#post(text) {
		const id = [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
		const taken = this.#outbox.add({ type: "post", id, text });
		this.#toNewest();
		return taken;
	}

	#act(name, { id, reactions, ...message }, detail) {
		const given = reactions.some(({ emoji, mine }) => emoji === detail && mine);
		if (name === "retry" || name === "remove") this.#outbox[name](detail);
		else if (name === "edit") this.#composer.edit({ id, ...message });
		else if (name === "delete") this.#outbox.add({ type: "delete", id });
		else if (this.#guest.user) this.#outbox.add({ type: given ? "unreact" : "react", id, emoji: detail });
	}

	/** A courtesy that nobody misses: where it cannot be given now, it is not given. */
	#typing() {
		if (this.#room.state === "subscribed") this.#room.publish({ type: "typing" }).catch(() => {});
	}

	#following() {
		return this.#list.atEnd && this.#conversation.atEnd;
	}

	#messages() {
		return this.#conversation.messages(this.#guest.user?.id);
	}

	/** What comes together is drawn together. */
	#draw() {
		this.#drawing ??= setTimeout(() => ((find("log").ariaLive = "polite"), this.#drawNow(this.#following())));
	}

	#drawNow(toEnd) {
		clearTimeout(this.#drawing);
		this.#drawing = null;
		this.#list.draw(timeline(this.#messages(), this.#outbox.entries(), this.#guest.user, this.#conversation.atEnd), toEnd);
		this.#showUnseen();
	}

	#showUnseen() {
		find("newest").hidden = this.#following();
		find("newest").textContent = this.#unseen ? `↓ ${this.#unseen} new` : "↓ Newest";
		document.title = this.#unseen && document.hidden ? `(${this.#unseen}) CosmoHub` : "CosmoHub";
	}

	#showEdge(text) {
		find("log").firstElementChild.textContent = text;
	}

	async #readPeople() {
		const { clients } = await this.#room.presence().catch(() => ({ clients: {} }));
		this.#presence.replace(clients);
		this.#showPeople();
	}

	#showPeople() {
		const names = this.#presence.names();
		const readers = this.#presence.readers();
		const items = names.slice(0, NAMES_SHOWN).map((name) => element("li", "", name, "auto"));
		if (readers) items.push(element("li", "quiet", `${readers} only reading`));
		find("people").dataset.count = names.length;
		find("people").firstElementChild.textContent = `${names.length} here`;
		find("people").lastElementChild.replaceChildren(...items);
	}
}
