/** The connection to the hub: its state as people understand it, and the rooms subscribed to. */

const PAUSE_FIRST_MS = 500;
const PAUSE_MAX_MS = 15_000;
const ANSWER_TIMEOUT_MS = 8000;

/** After a connection that held this long, pauses begin small again. */
const STEADY_MS = 5000;

const TOKEN_EXPIRED = 109;
const TOKEN_REFUSED = new Set([101, 3500]);

/**
 * The SDK does not tell people how long it waits between two attempts. So it is disconnected and connected again after
 * a pause of ours; it keeps each room's position and recovers.
 */
export class Realtime {
	/** The SDK's, for what has no word here. */
	client;
	#guest;
	#changed;
	#timer = null;
	#attempts = 0;
	#refusals = 0;
	#liveSince = Infinity;

	/** Calls `changed({kind: "connecting" | "live" | "waiting" | "closed", untilMs, reason})`. */
	constructor({ guest, changed }) {
		this.#guest = guest;
		this.#changed = changed;
		const url = `${location.protocol.replace("http", "ws")}//${location.host}/connection/websocket`;
		const client = new globalThis.Centrifuge(url, { timeout: ANSWER_TIMEOUT_MS, getToken: () => guest.token() });
		client.on("connected", () => this.#live());
		client.on("connecting", ({ code }) => code && this.#pause());
		client.on("disconnected", (ending) => this.#ended(ending));
		client.on("error", ({ error }) => this.#failed(error));
		this.client = client;
	}

	/** Connect at once, as whoever the visitor is now. */
	start() {
		clearTimeout(this.#timer);
		this.client.disconnect();
		this.client.setToken("");
		this.#changed({ kind: "connecting" });
		this.client.connect();
	}

	/** Subscribe to a room; handlers, options and the answer are the SDK's. */
	room(channel, handlers, options = {}) {
		const subscription = this.client.newSubscription(channel, options);
		for (const [event, handle] of Object.entries(handlers)) subscription.on(event, handle);
		subscription.subscribe();
		return subscription;
	}

	#live() {
		this.#liveSince = performance.now();
		this.#refusals = 0;
		this.#changed({ kind: "live" });
	}

	#failed({ code }) {
		if (code === TOKEN_EXPIRED) this.#expired();
		if (this.client.state === "connecting") this.#pause();
	}

	#expired() {
		this.#guest.expired();
		if (!this.#refusals++) this.#attempts = 0;
	}

	/** Code 0 is our own end. What is final for the SDK need not be for a guest, who can become a new one. */
	#ended({ code, reason }) {
		if (!code) return;
		if (code === TOKEN_EXPIRED) this.#expired();
		const again = code === TOKEN_EXPIRED || (TOKEN_REFUSED.has(code) && !this.#refusals++ && this.#guest.refused());
		if (again) this.#pause();
		else this.#changed({ kind: "closed", reason });
	}

	#pause() {
		if (performance.now() - this.#liveSince > STEADY_MS) this.#attempts = 0;
		this.#liveSince = Infinity;
		this.client.disconnect();
		const pauseMs = Math.min(PAUSE_FIRST_MS * 2 ** this.#attempts++, PAUSE_MAX_MS) * (0.5 + Math.random() / 2);
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => this.start(), pauseMs);
		this.#changed({ kind: "waiting", untilMs: Date.now() + pauseMs });
	}
}
