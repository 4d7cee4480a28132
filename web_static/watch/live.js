/** A party that goes on: one line to it, and a place in it. */

import { Line } from "./line.js";
import { Party } from "./party.js";

/** Answer the party, and what stands between the connection and the conversation. Calls `heard(event)`, `connected()` and `stands()`. */
export function watchParty({ id, door, ...happens }) {
	const line = new Line({ door, ...happens });
	return { party: new Party({ id, line }), through: (...given) => line.through(...given) };
}
