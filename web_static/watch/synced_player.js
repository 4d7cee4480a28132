/** A player that is where the party is: follows the room's timeline by the hub's clock, and tells how well it does. */

import { Exchange } from "./exchange.js";
import { Landing } from "./landing.js";
import { Sensor } from "./sensor.js";
import { Sound } from "./sound.js";
import { Source } from "./source.js";
import { Stalls } from "./stalls.js";
import { Clock, Controller, Timeline } from "./timeline/timeline.js";

const LOOK_EVERY_MS = 100;
const TELL_EVERY_MS = 1000;
const REPORT_EVERY_MS = 2000;
const ASLEEP_MS = 5000;
const SETTLING_MS = 3000;
const LAND_AGAIN_MS = 1000;
const CAN_PLAY = 3;

export class SyncedPlayer {
	#video;
	#now;
	#report;
	#changed;
	#clock;
	#timeline = new Timeline();
	#controller = new Controller();
	#exchange;
	#landing;
	#sensor = null;
	#sound;
	#source;
	#stalls;
	#timer = null;
	#landed = { atMs: -Infinity, lateMs: 0, learned: true };
	#heldMs = null;
	#errorMs = null;
	#seeks = 0;
	#last = { lookMs: 0, tellMs: -Infinity, reportMs: -Infinity, state: "", currentTime: 0 };
	#awake = () => document.hidden || this.#wake();

	/**
	 * `video` is the element; `rpc(method, data)` asks the hub; `report({state, error_ms, delay_ms})` tells the hub how it goes and
	 * `command({type: "buffering", stalled})` the room; `changed(figures)` is called each second and when the state changes;
	 * `now()` is this device's clock in ms.
	 */
	constructor({ video, rpc, report, command, changed = () => {}, now = () => performance.now() }) {
		Object.assign(video, { preservesPitch: true, playsInline: true });
		video.addEventListener("emptied", () => (this.#heldMs = null));
		this.#video = video;
		this.#now = now;
		this.#report = report;
		this.#changed = changed;
		this.#clock = new Clock({ now });
		this.#exchange = new Exchange({ clock: this.#clock, rpc, now, playing: () => this.#timeline.state?.status === "playing" });
		this.#sound = new Sound(video, () => this.#look());
		this.#source = new Source(video, () => this.#tell());
		this.#stalls = new Stalls({ command, now });
		this.#landing = new Landing({ video, controller: this.#controller, hubNow: () => this.#clock.hubNow(), start: () => this.#sound.play() });
	}

	/** Take a state of the room; answer whether it is news. */
	follow(state) {
		const news = this.#timeline.take(state);
		if (news) this.#look();
		return news;
	}

	start() {
		this.stop();
		this.#sensor = new Sensor(this.#video, this.#now);
		this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS);
		document.addEventListener("visibilitychange", this.#awake);
		this.#exchange.start();
	}

	stop() {
		clearInterval(this.#timer);
		document.removeEventListener("visibilitychange", this.#awake);
		this.#exchange.stop();
		this.#landing.cancel();
		this.#sensor?.stop();
		this.#sensor = null;
		this.#sound.stop();
		this.#source.stop();
	}

	/** The hub's time in ms, by which parties go; guessed until it is known. */
	hubNow() {
		return this.#clock.synced ? this.#clock.hubNow() : Date.now();
	}

	/** The qualities {levels: names, level} of what plays; `level` is -1 while it is whichever fits the line. */
	get quality() {
		return this.#source.quality;
	}

	chooseQuality(level) {
		this.#source.chooseQuality(level);
	}

	/** Be where the party is, at once, whatever was tried before. */
	resync() {
		this.#controller.reset();
		this.#exchange.start();
		this.#heldMs = null;
		const { status, line } = this.#timeline.at(this.#clock.hubNow());
		if (status === "playing" && this.#source.item) this.#land(line);
		else this.#look();
	}

	/** There is a new connection: ask for the time afresh. */
	askTime() {
		this.#exchange.start();
	}

	/** The party is heard over a new connection: ask for the time once more, and let the room hear of us. */
	rebind() {
		this.#stalls.begin();
		this.#exchange.start();
	}

	/** How it stands: error (ahead is positive) and the clock's bound in ms; `blocked` is what a click would bring, "sound" or "play". */
	get figures() {
		return {
			errorMs: this.#errorMs,
			rate: this.#video.playbackRate,
			seeks: this.#seeks,
			delayMs: this.#clock.delayMs,
			boundMs: this.#clock.errorBoundMs,
			state: this.#state,
			blocked: this.#sound.blocked,
			problem: this.#source.problem,
			positionMs: this.#video.currentTime * 1000,
			durationMs: Number.isFinite(this.#video.duration) ? this.#video.duration * 1000 : null,
		};
	}

	get #state() {
		if (this.#stalls.stalled) return "stalled";
		if (this.#source.item && this.#video.readyState < CAN_PLAY && !this.#video.ended) return "loading";
		return this.#timeline.state?.status === "playing" && !this.#video.paused ? "playing" : "paused";
	}

	#wake() {
		this.#exchange.start();
		this.#sensor.forget();
		this.#look();
	}

	#look() {
		if (!this.#sensor) return;
		const now = this.#now();
		if (now - this.#last.lookMs > ASLEEP_MS && !document.hidden) this.#exchange.start();
		this.#last.lookMs = now;
		if (this.#timeline.state && this.#clock.synced) this.#go(this.#timeline.at(this.#clock.hubNow()));
		this.#tell();
	}

	#go(want) {
		if (this.#source.show(want.item, want.positionMs)) this.#begin();
		if (!want.item) return;
		this.#sensor.look();
		this.#stalls.look(this.#able());
		const durationMs = this.#video.duration * 1000;
		const goal = want.coming?.jump ? want.coming : want.status === "playing" && !(want.positionMs >= durationMs) ? want.line : null;
		if (!goal) return this.#hold(Math.min(want.positionMs, durationMs || Infinity));
		if (want.coming?.jump || this.#video.paused || this.#landing.busy) this.#approach(goal);
		if (want.status === "playing" && !this.#landing.busy && !this.#video.paused) this.#steer(want);
	}

	#begin() {
		this.#landing.cancel();
		this.#controller.reset();
		this.#stalls.begin();
		this.#heldMs = null;
		this.#errorMs = null;
	}

	/** Whether the player is where it should be, or could be at once. */
	#able() {
		const { paused, seeking, readyState, currentTime, ended } = this.#video;
		const moved = currentTime !== this.#last.currentTime;
		this.#last.currentTime = currentTime;
		return ended || (readyState >= CAN_PLAY && !seeking && (paused || moved));
	}

	/** Stand at exactly this position, so that all show the same frame. */
	#hold(positionMs) {
		this.#landing.cancel();
		this.#errorMs = null;
		if (!this.#video.paused) this.#video.pause();
		if (this.#heldMs === positionMs || !this.#video.readyState) return;
		this.#heldMs = positionMs;
		this.#video.currentTime = positionMs / 1000;
	}

	#approach(line) {
		const again = this.#now() - this.#landed.atMs < LAND_AGAIN_MS && same(this.#landed.line, line);
		if (this.#sound.blocked === "play" || !this.#video.readyState || again || this.#landing.isFor(line)) return;
		this.#land(line);
	}

	async #land(line) {
		this.#errorMs = null;
		const lateMs = await this.#landing.land(line);
		if (lateMs === null) return;
		this.#heldMs = null;
		this.#sensor.forget();
		this.#controller.begin();
		this.#landed = { atMs: this.#now(), lateMs, line, learned: false };
	}

	#steer(want) {
		if (this.#video.seeking || this.#video.readyState < CAN_PLAY) return;
		const wanted = (at) => this.#timeline.at(this.#clock.hubAt(at)).positionMs;
		this.#errorMs = this.#sensor.error(wanted);
		if (this.#errorMs === null) return;
		this.#learn(want.rate);
		const nowMs = this.#now();
		const settling = nowMs - this.#landed.atMs < SETTLING_MS;
		const seen = { errorMs: this.#errorMs, picture: this.#sensor.picture(wanted) };
		const { act, rate, lowerQuality } = this.#controller.steer({ nowMs, ...seen, rate: want.rate, settling });
		if (lowerQuality) this.#source.lowerQuality();
		if (act === "seek") {
			this.#seeks += 1;
			this.#land(want.line);
		} else if (this.#video.playbackRate !== rate) this.#setRate(rate);
	}

	#setRate(rate) {
		this.#video.playbackRate = rate;
		this.#sensor.forgetPictures();
	}

	/** What a start was off by, beyond what was late already, is what play() takes on this device. */
	#learn(rate) {
		if (this.#landed.learned) return;
		this.#landed.learned = true;
		this.#controller.play.learn(this.#controller.play.ms - this.#errorMs / rate - this.#landed.lateMs);
	}

	#tell() {
		const now = this.#now();
		const state = this.#state;
		const news = state !== this.#last.state;
		this.#last.state = state;
		if (this.#clock.synced && (news || now - this.#last.reportMs >= REPORT_EVERY_MS)) {
			this.#last.reportMs = now;
			this.#report({ state, error_ms: this.#errorMs, delay_ms: this.#clock.delayMs });
		}
		if (!news && now - this.#last.tellMs < TELL_EVERY_MS) return;
		this.#last.tellMs = now;
		this.#changed(this.figures);
	}
}

const same = (one, other) => one?.positionMs === other.positionMs && one.rate === other.rate && one.t0 === other.t0;
