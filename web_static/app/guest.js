/** The visitor's name and token: remembered, and renewed when the token expires or is refused. */

const ACCOUNT = "guest";
const TIMEOUT_MS = 8000;

export class Guest {
	#storage;
	#changed;
	#account;
	#expired = false;

	/** Calls `changed()` when the visitor becomes somebody else. */
	constructor(storage, changed) {
		this.#storage = storage;
		this.#changed = changed;
		this.#account = JSON.parse(storage.get(ACCOUNT));
	}

	/** The visitor as {id, display_name}; nobody while only reading. */
	get user() {
		return this.#account?.user;
	}

	/** Answer a token to connect with, "" for a reader. */
	async token() {
		if (this.#account && !this.#account.token) await this.join(this.user.display_name);
		else if (this.#expired) await this.#refresh();
		return this.#account?.token ?? "";
	}

	/** Become a guest of this name; rejects with the hub's reason, or TypeError when it cannot be reached. */
	async join(displayName) {
		this.#take(await post("/api/auth/guest", { display_name: displayName }));
	}

	/** The token has expired: refresh it before it is used again. */
	expired() {
		this.#expired = Boolean(this.#account);
	}

	/** The token is refused for good: become a new guest of the same name; false for a reader. */
	refused() {
		if (this.#account) this.#account = { ...this.#account, token: "" };
		return Boolean(this.#account);
	}

	/** Another tab became somebody: be the same here. */
	follow() {
		this.#settle(JSON.parse(this.#storage.get(ACCOUNT)) ?? this.#account);
	}

	async #refresh() {
		const answer = await post("/api/auth/refresh", {}, this.#account.token);
		if ([400, 401, 403, 404].includes(answer.status)) await this.join(this.user.display_name);
		else this.#take(answer);
	}

	#take({ status, body }) {
		if (!body.token) throw new Error(body.detail ?? `The hub answered ${status}; try again.`);
		this.#storage.set(ACCOUNT, JSON.stringify(body));
		this.#settle(body);
	}

	#settle(account) {
		const before = this.user?.id;
		this.#account = account;
		this.#expired = false;
		if (this.user?.id !== before) this.#changed();
	}
}

async function post(path, body, token) {
	const headers = { "Content-Type": "application/json", ...(token && { Authorization: `Bearer ${token}` }) };
	const signal = AbortSignal.timeout(TIMEOUT_MS);
	const answer = await fetch(path, { method: "POST", headers, body: JSON.stringify(body), signal });
	return { status: answer.status, body: await answer.json() };
}
