/** Who is signed in, as this browser remembers: enough to draw a page at once, nothing that opens a door. */

import { Storage } from "./storage.js";

const KEY = "account";
const storage = new Storage("cosmohub.");
const heard = new Set();
let account = JSON.parse(storage.get(KEY));

/** Answer the account {id, display_name, handle, avatar, role, permissions}, null when nobody is signed in. */
export const who = () => account;

/** Tell whether the account holds a permission, as far as this browser knows; the hub decides. */
export const can = (permission) => account?.permissions?.includes(permission) ?? false;

/** Call `action(account, before)` when somebody signs in or out, here or in another tab. */
export const onWho = (action) => heard.add(action);

/** Keep who is signed in, null for nobody. */
export function remember(user) {
	storage.set(KEY, user && JSON.stringify(user));
	settle(user);
}

/** Name a place for what an account, or else a guest, keeps in this browser. */
export const keepsake = () => (account ? `cosmohub@${account.id}.` : "cosmohub.");

function settle(user) {
	const before = account;
	account = user;
	if (before?.id !== user?.id) for (const action of heard) action(user, before);
}

addEventListener("storage", ({ key, newValue }) => key === `cosmohub.${KEY}` && settle(JSON.parse(newValue)));
