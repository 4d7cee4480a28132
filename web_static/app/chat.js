/** The conversation beside the map: brings room, outbox and page together. */

import { Composer } from "./composer.js";
import { Conversation, MESSAGES_MAX, isPost } from "./conversation.js";
import { find } from "./dom.js";
import { MessageList } from "./messages.js";
import { Outbox } from "./outbox.js";
import { timeline } from "./timeline.js";
import { Writers } from "./writers.js";

const PAGE = 60;
const READ_AGAIN_MS = 3000;

const NOTHING_MORE = { act: () => {}, seen: () => {} };

export class Chat {
	#guest;
	#more;
	#room;
	#conversation = new Conversation();
	#people = null;
	#writers = new Writers();
	#outbox;
	#list;
	#composer;
	#reading = false;
	#unseen = 0;
	#drawing = null;

	/**
	 * `more` is what other places than the lobby add: the `look` of messages, `act(name, message, detail)` for what this does not
	 * know, `seen(conversation, toEnd)` whenever the view changed, and `through(realtime, guest)`, by which the room is had.
	 */
	constructor({ realtime, guest, storage, outbox, channel, more = NOTHING_MORE }) {
		this.#guest = guest;
		this.#more = more;
		this.#list = new MessageList(find("log"), (...act) => this.#act(...act), () => this.#scrolled(), more.look);
		this.#outbox = new Outbox({ storage: outbox, send: (command) => this.#room.publish(command), changed: () => this.#draw() });
		this.#composer = new Composer(find("write"), storage, {
			send: (text, quote) => this.#post(text, quote),
			edit: (id, text) => this.#outbox.add({ type: "edit", id, text }),
			typing: () => this.#typing(),
		});
		find("newest").addEventListener("click", () => this.#toNewest());
		document.addEventListener("visibilitychange", () => this.#scrolled());
		this.#room = (more.through?.(realtime, guest) ?? realtime).room(channel, this.#handlers(), { joinLeave: true, recoverable: true });
		if (find("people")) import("./people.js").then(({ People }) => ((this.#people = new People(find("people"))), this.#askWhoIsHere()));
	}

	/** The visitor became somebody, or somebody else. */
	welcome() {
		find("log").dataset.writable = Boolean(this.#guest.user);
		this.#list.forget();
		this.#draw();
	}

	/** Look once a second who is here and who is writing. */
	tick() {
		this.#people?.show();
		const names = this.#writers.names(Date.now()).join(", ");
		find("typing").textContent = names && `${names} writing…`;
	}

	#handlers() {
		return {
			subscribed: (context) => this.#subscribed(context),
			subscribing: () => this.#outbox.open(false),
			unsubscribed: ({ reason }) => (this.#outbox.open(false), this.#showEdge(`This room cannot be read: ${reason}.`)),
			publication: ({ offset, data }) => (offset ? this.#recorded(offset, data) : this.#passing(data)),
			join: ({ info }) => this.#people?.join(info),
			leave: ({ info }) => this.#people?.leave(info),
		};
	}

	#subscribed({ recovered, streamPosition: position }) {
		this.#outbox.open(Boolean(this.#guest.user));
		this.#askWhoIsHere();
		if (recovered) return;
		const { epoch, high } = this.#conversation;
		const missed = position.offset - high;
		if (position.epoch !== epoch || missed < 0 || missed > MESSAGES_MAX) return this.#begin(position);
		this.#conversation.reaches(position.offset);
		this.#scrolled();
	}

	/** What is said comes first; who is here is asked again at the next subscription if it cannot be told now. */
	#askWhoIsHere() {
		if (this.#people && this.#room.state === "subscribed") this.#room.presence().then(({ clients }) => this.#people.replace(clients), () => {});
	}

	#recorded(offset, event) {
		const follow = this.#following();
		this.#conversation.live({ offset, data: event });
		this.#conversation.trim(follow ? "older" : "newer");
		if (event.type === "unhide" && this.#conversation.lacks(event.id)) return this.#begin({ epoch: this.#conversation.epoch, offset });
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

	#begin(position) {
		this.#conversation.begin(position);
		if (position.offset) this.#scrolled();
		else this.#taken("older", []);
	}

	#scrolled() {
		if (this.#following() && !document.hidden) this.#unseen = 0;
		this.#showUnseen();
		for (const side of this.#conversation.empty ? ["older"] : this.#list.near()) this.#read(side);
	}

	/** Read the page beyond one side of what is held; it is dropped if that side moved meanwhile. */
	async #read(side) {
		const older = side === "older";
		const { epoch, low, high, empty, atStart, atEnd } = this.#conversation;
		if (this.#reading || !epoch || (older ? atStart : atEnd)) return;
		this.#reading = true;
		this.#showEdge("Loading…");
		const since = empty ? undefined : { epoch, offset: older ? low : high };
		const page = await this.#room.history({ limit: PAGE, reverse: older, since }).catch(() => null);
		this.#reading = false;
		const now = this.#conversation;
		const fits = now.epoch === epoch && (older ? now.low === low : now.high === high);
		if (!page) setTimeout(() => this.#scrolled(), READ_AGAIN_MS);
		else if (fits) this.#taken(side, page.publications);
		else this.#scrolled();
	}

	#taken(side, publications) {
		const toEnd = this.#conversation.empty;
		this.#conversation[side](publications);
		this.#conversation.trim(side === "older" ? "newer" : "older");
		for (const { data } of publications) if (isPost(data)) this.#outbox.confirm(data);
		find("log").ariaLive = "off";
		this.#drawNow(toEnd);
		this.#showEdge(this.#conversation.atStart ? "The conversation begins here." : "");
		this.#scrolled();
	}

	#toNewest() {
		const { epoch, top, atEnd } = this.#conversation;
		if (atEnd) this.#list.toEnd();
		else this.#begin({ epoch, offset: top });
	}

	#post(text, quote) {
		const id = crypto.getRandomValues(new Uint32Array(3)).join("-");
		const taken = this.#outbox.add({ type: "post", id, text, ...(quote && { quote }) });
		this.#toNewest();
		return taken;
	}

	#act(name, message, detail) {
		const { id, reactions } = message;
		const given = reactions.some(({ emoji, mine }) => emoji === detail && mine);
		if (name === "retry" || name === "remove") this.#outbox[name](detail);
		else if (name === "edit") this.#composer.edit(message);
		else if (name === "erase") this.#outbox.add({ type: "delete", id });
		else if (name === "answer") this.#composer.answer(message);
		else if (name === "quoted") this.#list.show(message.quote) || this.#more.act("find", message);
		else if (name !== "react") this.#more.act(name, message, detail);
		else if (this.#guest.user) this.#outbox.add({ type: given ? "unreact" : "react", id, emoji: detail });
	}

	/** A courtesy that nobody misses where it cannot be given. */
	#typing() {
		if (this.#room.state === "subscribed") this.#room.publish({ type: "typing" }).catch(() => {});
	}

	#following() {
		return this.#list.atEnd && this.#conversation.atEnd;
	}

	/** What comes together is drawn together. */
	#draw() {
		this.#drawing ??= setTimeout(() => ((find("log").ariaLive = "polite"), this.#drawNow(this.#following())));
	}

	#drawNow(toEnd) {
		clearTimeout(this.#drawing);
		this.#drawing = null;
		const { user } = this.#guest;
		const messages = this.#conversation.messages(user?.id);
		this.#list.draw(timeline(messages, this.#outbox.entries(), user, this.#conversation.atEnd), toEnd);
		this.#showUnseen();
	}

	#showUnseen() {
		find("newest").hidden = this.#following();
		find("newest").textContent = this.#unseen ? `↓ ${this.#unseen} new` : "↓ Newest";
		const title = document.title.replace(/^\(\d+\) /, "");
		document.title = this.#unseen && document.hidden ? `(${this.#unseen}) ${title}` : title;
		this.#more.seen(this.#conversation, this.#following() && !document.hidden);
	}

	#showEdge(text) {
		find("log").firstElementChild.textContent = text;
	}
}
