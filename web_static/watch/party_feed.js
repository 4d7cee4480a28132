/** The log of a party as one view: read back to its last snapshot, folded forward, kept up with what happens now. */

import { fold } from "./party_view.js";

const NEWEST = { limit: 100, reverse: true };
const READ_AGAIN_MS = 2000;

/** What comes while the log is read waits; each event is then taken once. */
export class PartyFeed {
	/** The party as `fold` makes it; null until it is known. */
	view = null;
	#history;
	#ahead;
	#heard;
	#waiting = null;
	#reading = 0;

	/**
	 * `history(options)` is the subscription's, `ahead` the Ahead that may have the newest page already. Calls `heard(event)` after
	 * each event, with null after a beginning.
	 */
	constructor({ history, ahead = null, heard }) {
		this.#history = history;
		this.#ahead = ahead;
		this.#heard = heard;
	}

	/** The connection stands, and the subscription is asked for: so is the log, where nothing is known of it yet. */
	connected(client, channel) {
		if (!this.view) this.#ahead?.page(client, channel, NEWEST);
	}

	/** The subscription stands: unless it recovered all that was missed, everything is read anew. */
	subscribed({ recovered, streamPosition }) {
		if (!recovered || !this.view || this.#waiting) this.#begin(++this.#reading, this.#ahead?.takePage(streamPosition));
	}

	/** Take in what happens now; what passes by has no offset. */
	live({ offset = 0, data }) {
		if (this.#waiting) this.#waiting.push({ offset, data });
		else this.#take(data);
	}

	async #begin(reading, first = null) {
		this.#waiting = [];
		const page = await this.#back(first).catch(() => null);
		if (reading !== this.#reading) return;
		if (!page) return void setTimeout(() => reading === this.#reading && this.#begin(++this.#reading), READ_AGAIN_MS);
		const top = page.at(-1)?.offset ?? 0;
		const missed = this.#waiting.filter(({ offset }) => offset > top);
		this.#waiting = null;
		this.view = [...page, ...missed].reduce((view, { data }) => fold(view, data), null);
		this.#heard(null);
	}

	/** Read back until a snapshot and answer the events from there on, oldest first. */
	async #back(first) {
		const events = [];
		for (let since; ; ) {
			const { publications, epoch } = (!since && (await first)) || (await this.#history({ ...NEWEST, since }));
			events.unshift(...publications.reverse());
			const snapshot = events.findLastIndex(({ data }) => data.type === "party");
			if (snapshot >= 0) return events.slice(snapshot);
			if (!publications.length) return events;
			since = { epoch, offset: events[0].offset };
		}
	}

	#take(event) {
		this.view = fold(this.view, event);
		this.#heard(event);
	}
}
