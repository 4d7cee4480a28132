/** One's own account as it was read last, with the ETag that an edit names so that nothing is overwritten unseen. */

import { request } from "../app/api.js";
import { remember } from "../app/who.js";

/** The account {user, etag}. */
export let own = { user: null, etag: "" };

/** Read the account anew and answer it. */
export const readOwn = () => settle(request("GET", "/api/me"));

/** Change fields of the account and answer it; 412 when it was changed elsewhere. */
export const changeOwn = (fields) => settle(request("PATCH", "/api/me", { body: fields, etag: own.etag }));

async function settle(asked) {
	const { data, etag } = await asked;
	own = { user: data.user, etag };
	remember(data.user);
	return own.user;
}
