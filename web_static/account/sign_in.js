/** Signing in: the hub answers with the first access token and sets the cookie by which it is renewed. */

import { request } from "../app/api.js";
import { session } from "../app/session.js";

/** Sign in, or up. */
export async function signIn(path, values, key) {
	const { data, answer } = await request("POST", path, { body: { ...values, cookie: true }, key });
	session.begin(data, answer);
}
