/** Brings a player to a place at a time: seeks early, waits until it can play, and starts so much earlier that it is there in time. */

const NEAR_MS = 1;
const ALLOWANCE_MS = 60;
const LATE_MS = 200;
const TRIES = 2;
const CAN_PLAY = 3;

export class Landing {
	#video;
	#controller;
	#hubNow;
	#start;
	#run = 0;
	#busy = false;
	#line = null;

	/** `start()` begins to play and answers whether it could. */
	constructor({ video, controller, hubNow, start }) {
		this.#video = video;
		this.#controller = controller;
		this.#hubNow = hubNow;
		this.#start = start;
	}

	/** Whether the player is being moved, so that nobody else may. */
	get busy() {
		return this.#busy;
	}

	/** Whether this line is the one that is landed on now, or waited for. */
	isFor(line) {
		return this.#line !== null && same(this.#line, line);
	}

	cancel() {
		this.#run += 1;
		this.#busy = false;
		this.#line = null;
	}

	/**
	 * Play along a line {positionMs, rate, t0}: at hub time t0 at that position, later on accordingly. Answers by how many ms the
	 * start was too late to be in time, null when something else was wanted meanwhile.
	 */
	async land(line) {
		this.cancel();
		const run = this.#run;
		this.#line = line;
		const place = await this.#reach(line, () => run !== this.#run);
		if (!place || run !== this.#run) return null;
		this.#video.playbackRate = line.rate;
		const earlyMs = place.hubMs - this.#controller.play.ms - this.#hubNow();
		if (earlyMs > 0) await pause(earlyMs);
		if (run !== this.#run) return null;
		await this.#start();
		if (run !== this.#run) return null;
		this.cancel();
		return Math.max(0, -earlyMs);
	}

	/** Stand paused at a place of the line; answers when, by the hub's clock, the line is there. */
	async #reach(line, over) {
		const video = this.#video;
		const inTime = () => this.#hubNow() < line.t0 + LATE_MS;
		this.#busy = video.paused;
		if (video.paused && Math.abs(video.currentTime * 1000 - line.positionMs) < NEAR_MS && inTime()) {
			await able(video, over);
			if (over() || inTime()) return { hubMs: line.t0 };
		}
		let place = await this.#seek(line, over);
		for (let tries = 1; tries < TRIES && place && this.#hubNow() > place.hubMs + LATE_MS; tries += 1) place = await this.#seek(line, over);
		return place;
	}

	async #seek(line, over) {
		const video = this.#video;
		const allowanceMs = 1.2 * this.#controller.seek.ms + ALLOWANCE_MS;
		await pause(line.t0 - this.#hubNow() - allowanceMs);
		if (over()) return null;
		this.#busy = true;
		video.pause();
		const beganMs = this.#hubNow();
		const hubMs = Math.max(line.t0, beganMs + allowanceMs);
		video.currentTime = (line.positionMs + line.rate * (hubMs - line.t0)) / 1000;
		await able(video, over);
		if (over()) return null;
		this.#controller.seek.learn(this.#hubNow() - beganMs);
		return { hubMs };
	}
}

const same = (one, other) => one.positionMs === other.positionMs && one.rate === other.rate && one.t0 === other.t0;

const pause = (ms) => (ms > 0 ? new Promise((resolve) => setTimeout(resolve, ms)) : undefined);

/** Wait until a player that stands could play on at once, or it is over. */
async function able(video, over) {
	while (!over() && (video.seeking || video.readyState < CAN_PLAY)) await change(video);
}

function change(video) {
	return new Promise((resolve) => {
		const done = () => {
			clearTimeout(timer);
			for (const name of ["seeked", "canplay", "emptied"]) video.removeEventListener(name, done);
			resolve();
		};
		const timer = setTimeout(done, 250);
		for (const name of ["seeked", "canplay", "emptied"]) video.addEventListener(name, done);
	});
}
