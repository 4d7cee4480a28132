/** The line to the relay of the bench: JSON messages, and the time of its clock on request. */

export class Relay {
	#socket;
	#asked = new Map();
	#open;

	constructor(url, heard) {
		this.#socket = new WebSocket(url);
		this.#open = new Promise((resolve, reject) => {
			this.#socket.addEventListener("open", resolve);
			this.#socket.addEventListener("error", () => reject(new Error(`nobody answers at ${url}`)));
		});
		this.#socket.addEventListener("message", ({ data }) => {
			const message = JSON.parse(data);
			if (message.type !== "clock") return heard(message);
			this.#asked.get(message.t0)({ ...message, t3: performance.now() });
			this.#asked.delete(message.t0);
		});
	}

	/** Send a message as soon as the line is open. */
	async say(message) {
		await this.#open;
		this.#socket.send(JSON.stringify(message));
	}

	/** Return the four times of an exchange with the relay's clock. */
	async clock() {
		await this.#open;
		const t0 = performance.now();
		this.#socket.send(JSON.stringify({ type: "clock", t0 }));
		return new Promise((resolve) => this.#asked.set(t0, resolve));
	}
}

/** Return what the relay's clock is ahead of this page's, and the delay of the exchange, in ms. */
export const measured = ({ t0, t1, t2, t3 }) => ({ offset: (t1 - t0 + t2 - t3) / 2, delay: t3 - t0 - (t2 - t1) });

/** Load a clip; settles when it can be played. */
export const load = (video, clip) =>
	new Promise((resolve, reject) => {
		video.addEventListener("canplay", resolve, { once: true });
		video.addEventListener("error", () => reject(new Error(`${clip}: ${video.error.message}`)), { once: true });
		video.preload = "auto";
		video.src = clip;
	});

/** Settle at the next event of this name. */
export const once = (video, name) => new Promise((resolve) => video.addEventListener(name, resolve, { once: true }));
