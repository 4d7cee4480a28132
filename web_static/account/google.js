/** Coming back from Google: signed in by the cookie that the hub has set, or with a reason why not. */

import { request } from "../app/api.js";
import { find } from "../app/dom.js";
import { attempt, say } from "../app/form.js";
import { session } from "../app/session.js";
import { destination } from "./arrival.js";

const REASONS = {
	banned: "This account is banned.",
	google_denied: "Google was not allowed to tell who you are. Sign in with your password, or try again.",
	google_email_unverified: "Google does not know yet whether your e-mail address is yours. Verify it there first.",
	google_failed: "Signing in with Google did not work. Try again.",
	google_state: "This took too long, or was begun in another browser. Try again.",
	google_unreachable: "Google cannot be reached at the moment. Try again, or sign in with your password.",
};

/** Finish a sign-in that was begun at Google; true when it leads on, else it is said why not. */
export async function arriveFromGoogle() {
	const form = find("login");
	const problem = new URLSearchParams(location.search).get("problem");
	if (problem) say(form, REASONS[problem] ?? REASONS.google_failed);
	if (location.hash !== "#google") return false;
	history.replaceState(null, "", location.pathname + location.search);
	return attempt(form, async () => {
		const { data, answer } = await request("POST", "/api/auth/refresh", { body: {} });
		session.begin(data, answer);
		location.replace(destination());
	});
}
