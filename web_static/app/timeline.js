/** What the message list shows, line by line: messages, what is on its way, the days between. */

import { midnight } from "./format.js";

/** Messages of one person within five minutes stand under one name. */
const TOGETHER_MS = 300_000;

/**
 * Merge the log's messages with the outbox: [{key, day: ms} | {key, message, entries, continued, quoted}]; entries are the outbox's
 * about that message, quoted is the message that it answers, if held. A user's posts not yet in the log come last, where its end is held.
 */
export function timeline(messages, entries, user, atEnd) {
	const held = new Map(messages.map((message) => [message.id, message]));
	const coming = entries.filter(({ command }) => command.type === "post" && !held.has(command.id));
	const lines = [];
	let before = null;
	const unsent = atEnd && user ? coming.map((entry) => unconfirmed(entry, user)) : [];
	for (const message of [...messages, ...unsent]) {
		const day = midnight(message.at);
		if (!before || midnight(before.at) !== day) lines.push({ key: `day ${day}`, day });
		const continued = before?.user.id === message.user.id && message.at - before.at < TOGETHER_MS;
		const about = entries.filter(({ command }) => command.id === message.id);
		lines.push({ key: message.id, message, entries: about, continued, quoted: held.get(message.quote) });
		before = message;
	}
	return lines;
}

const unconfirmed = ({ command: { id, text, quote }, at }, user) => ({ id, text, quote, user, at, own: true, reactions: [] });
