/** A party that is over, watched again: its films from their beginnings, and what was said and felt where it was. */

import { find } from "../app/dom.js";
import { rise } from "./floats.js";
import { Line } from "./line.js";
import { Party } from "./party.js";
import { SaidSoFar } from "./said_so_far.js";

const PAGE = 500;
const EVENTS_MAX = 50_000;
const AGAIN_MS = 2000;
const ALLOWED = new Set(["play", "seek", "rate", "media"]);

/** Answer the party, and what stands between the connection and the conversation; `heard()` is called when it stands another way. */
export function watchParty({ id, door, heard }) {
	const line = new Line({ door, heard: () => party.view ?? party.begin(), connected: () => {}, stands: () => {} });
	const party = new Replay({ id, line, heard });
	return { party, through: (realtime, guest) => ({ room: (...given) => party.open(line.through(realtime, guest), ...given) }) };
}

/** It is controlled by who watches, and by nobody else. */
class Replay extends Party {
	replayed = true;
	present = false;
	ended = false;
	hosting = false;
	report = () => {};
	#line;
	#heard;
	#view = null;
	#films = [];
	#said = null;
	#felt = [];
	#shownMs = 0;
	#begun = false;
	#reading = null;

	constructor({ id, line, heard }) {
		super({ id, line });
		this.#line = line;
		this.#heard = heard;
	}

	get view() {
		return this.#view;
	}

	may(word) {
		return ALLOWED.has(word);
	}

	async tell() {}

	async enter() {
		return null;
	}

	/** Give the conversation a room in which is said what was said by now; the party's own room is read once. */
	open(through, channel, chat, options) {
		const silent = () => {};
		through.room(channel, { subscribing: silent, subscribed: silent, publication: silent, unsubscribed: chat.unsubscribed }, options);
		this.#said = new SaidSoFar(chat);
		return this.#said;
	}

	/** Read the whole log, once, and begin with the first film. */
	begin() {
		const failed = () => setTimeout(() => ((this.#reading = null), this.begin()), AGAIN_MS);
		this.#reading ??= this.#readAll().then((events) => this.#take(events), failed);
	}

	#take(events) {
		const { view } = this.#line.feed;
		const gone = new Set(events.filter(({ type }) => type === "delete").map(({ id }) => id));
		this.#films = filmsOf(events);
		const placed = events.map((event) => ({ ...event, film: Math.max(0, this.#films.findIndex(({ id }) => id === event.item)) }));
		this.#said.take(inOrder(placed.filter(({ type, id }) => type === "chat" && !gone.has(id))));
		this.#felt = placed.filter(({ type }) => type === "react");
		const [item = null] = this.#films;
		this.#view = { ...view, members: new Map(), timeline: { epoch: "replay", seq: 0, status: "paused", item, position_ms: 0, rate: 1, t0: 0 } };
		this.#become({});
	}

	/** Do at once what is asked. */
	async give(type, { position_ms: to, rate, item } = {}) {
		const next = item ? this.#films.find(({ id }) => id === item) : this.#view.queue[0];
		const changes = { play: { status: "playing" }, pause: { status: "paused" }, seek: { position_ms: to }, rate: { rate }, next: { item: next, position_ms: 0, status: "playing" } };
		if (changes[type]) this.#become(changes[type]);
		return Boolean(changes[type]);
	}

	/** Look some times a second what was said by now, and whether a film is over. */
	tick() {
		const { item, status } = this.#view.timeline;
		const { durationMs, boundMs } = this.figures;
		if (!item) return;
		if (!this.#begun && Number.isFinite(boundMs)) this.#start();
		if (!item.duration_ms && durationMs) this.#become({ item: { ...item, duration_ms: durationMs } });
		const atMs = this.positionMs();
		this.#show(this.#films.findIndex(({ id }) => id === item.id), atMs);
		if (status === "playing" && atMs >= (item.duration_ms ?? Infinity)) this.give(this.#view.queue.length ? "next" : "pause");
	}

	/** It plays by itself as soon as the hub's time is known. */
	#start() {
		this.#begun = true;
		this.#become({ status: "playing" });
	}

	#become(change) {
		const { timeline } = this.#view;
		const now = { ...timeline, position_ms: this.positionMs(), t0: this.hubNow(), ...change, seq: timeline.seq + 1 };
		const at = this.#films.findIndex(({ id }) => id === now.item?.id);
		this.#view = { ...this.#view, timeline: now, queue: this.#films.slice(at + 1) };
		this.#shownMs = now.position_ms;
		this.#heard(null);
	}

	#show(film, atMs) {
		this.#said.show((post) => post.film < film || (post.film === film && (post.media_ms ?? 0) <= atMs));
		const now = this.#felt.filter((each) => each.film === film && each.media_ms > this.#shownMs && each.media_ms <= atMs);
		for (const { emoji, user } of now) rise(find("floats"), emoji, user.display_name);
		this.#shownMs = atMs;
	}

	async #readAll() {
		const events = [];
		for (let since; events.length < EVENTS_MAX; ) {
			const { publications, epoch } = await this.#line.history({ limit: PAGE, since });
			if (!publications.length) break;
			events.push(...publications.map(({ data }) => data));
			since = { epoch, offset: publications.at(-1).offset };
		}
		return events;
	}
}

/** List the films of a party in the order in which they came on, with what is known of their lengths. */
function filmsOf(events) {
	const films = new Map();
	for (const { type, item, duration_ms: durationMs } of events) {
		if (type === "state" && item) films.set(item.id, { ...films.get(item.id), ...item });
		else if (type === "duration" && films.has(item)) films.set(item, { ...films.get(item), duration_ms: durationMs });
	}
	return [...films.values()];
}

const inOrder = (posts) => posts.sort((a, b) => a.film - b.film || (a.media_ms ?? 0) - (b.media_ms ?? 0) || a.at - b.at);
