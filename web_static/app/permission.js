/** What one may do by now. */

import { session } from "./session.js";
import { can } from "./who.js";

/** Tell whether the account holds a permission by now: a role may have been given since this browser last heard. */
export async function permittedNow(permission) {
	await session.renew().catch(() => {});
	return can(permission);
}
