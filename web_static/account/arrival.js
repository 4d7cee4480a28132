/** Where to go after signing in, and by which other ways one may. */

import { find } from "../app/dom.js";
import { who } from "../app/who.js";

/** Answer the page to go on with: the one that sent us here, if it is one of ours. */
export function destination() {
	const next = new URLSearchParams(location.search).get("next") ?? "/";
	if (!URL.canParse(next, location.origin)) return "/";
	const address = new URL(next, location.origin);
	const ours = address.origin === location.origin && !address.pathname.startsWith("//"); // "/.//elsewhere" would be
	return ours ? address.pathname + address.search + address.hash : "/";
}

/** Leave a page that is for those who are not signed in; false for these. */
export function leaveWhenSignedIn() {
	if (who()) location.replace(destination());
	return Boolean(who());
}

/** Let a link to another of these pages lead to the same place in the end. */
export function keepDestination(link) {
	link.search = location.search;
}

/** Show the way by Google when the hub has one. */
export async function offerGoogle() {
	const answer = await fetch("/api/auth/options").catch(() => null);
	const options = answer?.ok ? await answer.json() : {};
	const link = find("google").firstElementChild;
	link.search = new URLSearchParams({ next: destination() });
	find("google").hidden = !options.google;
}
