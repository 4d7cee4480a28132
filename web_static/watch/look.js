/** What a message of a party shows: the moment of the film at which it was said; and who may take it back. */

import { make } from "../app/dom.js";
import { button } from "../app/messages.js";
import { clockOf } from "../app/words.js";

/** Make the look of a party's messages; `may(word)` tells what one may do. */
export const partyLook = (may) => ({
	emojis: [],
	above: () => [],
	notes: ({ media_ms: at }) => (Number.isFinite(at) ? [make("i.moment", { title: "Where the film was" }, `at ${clockOf(at / 1000)}`)] : []),
	text: (text) => [text],
	veiled: () => [],
	tools: ({ own }) => (own || may("kick") ? [button("Delete", "delete")] : []),
});
