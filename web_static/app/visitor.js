/** Who takes part in a conversation: the signed-in account, else a guest. */

import { onWho, who } from "./who.js";

/** Answer the visitor {user, token(), expired(), refused()}; `changed()` is called when a guest becomes somebody else. */
export async function visitor(storage, changed) {
	onWho(() => location.reload());
	if (who()) return (await import("./session.js")).session;
	const { Guest } = await import("./guest.js");
	return new Guest(storage, changed);
}
