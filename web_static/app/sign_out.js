/** Signing out of this browser. */

import { notice, noticeLater } from "./notice.js";
import { session } from "./session.js";

/** Sign out and go to the live page; say so when it cannot be done. */
export async function signOut() {
	try {
		await session.end();
		noticeLater("You are signed out.");
		location.assign("/");
	} catch {
		notice("You could not be signed out: the hub cannot be reached. Try again.");
	}
}
