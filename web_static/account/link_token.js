/** The token of a link in a mail: it stands after the #, which no server and no log gets to see. */

/** Take the token out of the address, "" when there is none; the page begins anew for another. */
export function takeToken() {
	const token = new URLSearchParams(location.hash.slice(1)).get("token") ?? "";
	if (token) history.replaceState(null, "", location.pathname);
	addEventListener("hashchange", () => location.reload());
	return token;
}
