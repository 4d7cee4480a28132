/** The session of the signed-in account: a short-lived access token, renewed by a cookie that no script can read. */

import { Storage } from "./storage.js";
import { remember, who } from "./who.js";

const NAME = "cosmohub.session";
const EARLY_MS = 20_000;
const TIMEOUT_MS = 15_000;

/** A renewal goes on for about this long when its page is left in the middle. */
const LEFT_MS = 3000;
const ENDED = new Set([400, 401, 403, 404]);

/**
 * A refresh token is used once, so renewals of all tabs go one after the other under a lock, and a token is told to the
 * others. The next page of a tab finds it in the tab's own storage.
 */
class Session {
	#kept = new Storage(NAME, "sessionStorage");
	#begun = new Storage(`${NAME}.renewing`);
	#channel = new BroadcastChannel(NAME);
	#access = JSON.parse(this.#kept.get("")) ?? { token: "", endsMs: 0 };
	#renewal = null;

	constructor() {
		this.#channel.addEventListener("message", ({ data }) => this.#hold(data));
	}

	/** The account, null when nobody is signed in. */
	get user() {
		return who();
	}

	/** Answer a token that is good for a while, "" when nobody is signed in; rejects when the hub cannot be reached. */
	async token() {
		if (this.user && !this.#fresh()) await this.renew();
		return this.user ? this.#access.token : "";
	}

	/** Get a token other than the present one, or find that the session has ended. */
	renew() {
		const { token } = this.#access;
		this.#renewal ??= this.#alone(() => this.#refresh(token)).finally(() => (this.#renewal = null));
		return this.#renewal;
	}

	/** The live connection's token has expired. */
	expired() {
		this.#access.endsMs = 0;
	}

	/** The live connection's token is refused: true when another may be had. */
	refused() {
		this.expired();
		return Boolean(this.user);
	}

	/** Begin with the hub's answer {token, expires_at, user} to a sign-in, which came at `answer`'s time. */
	begin(body, answer) {
		const hubNowMs = Date.parse(answer.headers.get("Date")) || Date.now();
		const access = { token: body.token, endsMs: Date.now() + body.expires_at - hubNowMs, owner: body.user.id };
		remember(body.user);
		this.#hold(access);
		this.#channel.postMessage(access);
	}

	/** Sign out, here or on every device; who wants another token meanwhile waits, and gets none. */
	async end(everywhere = false) {
		await this.#renewal?.catch(() => {});
		const token = everywhere ? await this.token() : this.#access.token;
		this.#renewal = this.#end(everywhere ? "/api/auth/logout-all" : "/api/auth/logout", token).finally(() => (this.#renewal = null));
		return this.#renewal;
	}

	async #end(path, token) {
		const answer = await post(path, token);
		if (!answer.ok && !ENDED.has(answer.status)) throw new Error(`The hub answered ${answer.status}; try again.`);
		this.#forget();
	}

	#forget() {
		const access = { token: "", endsMs: 0 };
		this.#hold(access);
		this.#channel.postMessage(access);
		remember(null);
	}

	#fresh() {
		return this.#access.owner === this.user.id && Date.now() < this.#access.endsMs - EARLY_MS;
	}

	#hold(access) {
		this.#access = access;
		this.#kept.set("", access.token && JSON.stringify(access));
	}

	/** There are no locks on a page that came over plain HTTP from another machine. */
	#alone(action) {
		return navigator.locks ? navigator.locks.request(NAME, action) : action();
	}

	async #refresh(token) {
		await sleep(Number(this.#begun.get("")) + LEFT_MS - Date.now());
		if (!this.user || (this.#access.token !== token && this.#fresh())) return;
		this.#begun.set("", `${Date.now()}`);
		const answer = await post("/api/auth/refresh").finally(() => this.#begun.set("", ""));
		if (answer.ok) this.begin(await answer.json(), answer);
		else if (ENDED.has(answer.status)) this.#forget();
		else throw new TypeError(`the hub answered ${answer.status}`);
	}
}

const sleep = (durationMs) => durationMs > 0 && new Promise((resume) => setTimeout(resume, Math.min(durationMs, LEFT_MS)));

/** What has begun is brought to its end, although the page is left: its answer carries the next cookie. */
function post(path, token, body = {}) {
	const headers = { "Content-Type": "application/json", ...(token && { Authorization: `Bearer ${token}` }) };
	const signal = AbortSignal.timeout(TIMEOUT_MS);
	return fetch(path, { method: "POST", headers, body: JSON.stringify(body), credentials: "same-origin", keepalive: true, signal });
}

export const session = new Session();
