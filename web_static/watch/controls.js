/** The controls of the film: what they ask goes to the party, and the film follows the party. */

import { icon, make } from "../app/dom.js";
import { notice } from "../app/notice.js";
import { clockOf } from "../app/words.js";

const PATHS = {
	play: "M8 5v14l11-7z",
	pause: "M8 5v14M16 5v14",
	next: "M6 5v14l9-7zM18 5v14",
	sound: "M4 9v6h4l5 4V5L8 9zM16 9a4 4 0 0 1 0 6",
	silent: "M4 9v6h4l5 4V5L8 9zM16 10l4 4M20 10l-4 4",
	options: "M4 8h10M18 8h2M4 16h2M10 16h10M16 6v4M8 14v4",
	full: "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5",
};
const STEP_MS = 5000;
const IDLE_MS = 3000;
const SEEN_AGAIN = ["pointermove", "pointerdown", "focusin", "keydown"];

export class Controls {
	#party;
	#stage;
	#video;
	#seeking = false;
	#wantedMs = null;
	#seq = -1;
	#parts;
	#idle;

	/** Stands in `place` on the `stage`, below the `video`. */
	constructor({ party, stage, place, video }) {
		this.#party = party;
		this.#stage = stage;
		this.#video = video;
		this.#parts = this.#made();
		const { seek, play, next, ask, time, mute, volume, options, full } = this.#parts;
		place.replaceChildren(seek, make("div.buttons", {}, play, next, ask, time, mute, volume, options, full));
		video.addEventListener("volumechange", () => this.#showSound());
		video.addEventListener("click", () => this.#clicked());
		stage.addEventListener("keydown", (event) => this.#key(event));
		for (const name of SEEN_AGAIN) stage.addEventListener(name, () => this.#wake());
		this.#showSound();
	}

	/** Show how the party stands. */
	draw() {
		const { view } = this.#party;
		const { status, item, seq } = view.timeline;
		const { play, next, ask, seek } = this.#parts;
		const running = status === "playing" || status === "waiting";
		face(play, running ? "pause" : "play", running ? "Pause" : "Play");
		play.hidden = !this.#party.may("play");
		play.disabled = !item;
		ask.hidden = this.#party.may("play") || !this.#party.present || !item;
		ask.textContent = running ? "Ask to pause" : "Ask to play";
		next.hidden = !this.#party.may("media") || !view.queue.length;
		seek.disabled = !item || !this.#party.may("seek");
		if (this.#seq !== seq) this.#wake();
		this.#seq = seq;
		this.tick();
	}

	/** Show where the film is, some times a second. */
	tick() {
		const { view, figures } = this.#party;
		const { seek, time } = this.#parts;
		const totalMs = view.timeline.item?.duration_ms ?? figures.durationMs ?? 0;
		const atMs = this.#seeking ? Number(seek.value) : (this.#wantedMs ?? this.#party.positionMs());
		seek.max = Math.max(totalMs, 1);
		if (!this.#seeking) seek.value = atMs;
		seek.style.setProperty("--at", `${totalMs ? (100 * atMs) / totalMs : 0}%`);
		seek.style.setProperty("--loaded", `${totalMs ? (100_000 * loadedTo(this.#video)) / totalMs : 0}%`);
		const words = `${clockOf(atMs / 1000)} / ${clockOf(totalMs / 1000)}`;
		if (time.textContent !== words) time.textContent = words;
		seek.setAttribute("aria-valuetext", `${clockOf(atMs / 1000)} of ${clockOf(totalMs / 1000)}`);
	}

	/** Play or pause, or ask those who may. */
	toggle() {
		const { status } = this.#party.view.timeline;
		const word = status === "playing" || status === "waiting" ? "pause" : "play";
		if (this.#party.may("play")) return this.#party.give(word);
		return this.#ask(word);
	}

	/** Who asks is told that it was heard: nothing else may happen. */
	async #ask(word) {
		if (await this.#party.give("ask", { word: `please ${word}` })) notice(`You asked to ${word}; who may do it sees that for a moment.`);
	}

	#made() {
		const plain = (name, label, onclick) => make("button", { type: "button", "aria-label": label, title: label, onclick }, icon(PATHS[name]));
		const seek = make("input", { id: "seek", type: "range", min: 0, step: 100, "aria-label": "Position", oninput: () => this.#slide(), onchange: () => this.#seek(Number(seek.value)) });
		const volume = make("input", { id: "volume", type: "range", min: 0, max: 1, step: 0.05, "aria-label": "Volume", oninput: () => Object.assign(this.#video, { volume: volume.value, muted: false }) });
		return {
			seek,
			volume,
			time: make("time"),
			play: plain("play", "Play", () => this.toggle()),
			next: plain("next", "Next", () => this.#party.give("next")),
			ask: make("button.ask", { type: "button", hidden: true, onclick: () => this.toggle() }),
			mute: plain("sound", "Mute", () => (this.#video.muted = !this.#video.muted)),
			options: plain("options", "Speed, quality and captions", () => this.#options()),
			full: plain("full", "Full screen", () => this.#full()),
		};
	}

	#slide() {
		this.#seeking = true;
		this.tick();
	}

	async #seek(positionMs) {
		this.#seeking = false;
		this.#wantedMs = positionMs;
		await this.#party.give("seek", { position_ms: Math.round(positionMs) });
		if (this.#wantedMs === positionMs) this.#wantedMs = null;
	}

	async #options() {
		const { showOptions } = await import("./options.js");
		showOptions(this.#parts.options, this.#party, this.#video);
	}

	/** A phone may have the film alone on its full screen. */
	#full() {
		if (document.fullscreenElement) return document.exitFullscreen();
		return this.#stage.requestFullscreen ? this.#stage.requestFullscreen() : this.#video.webkitEnterFullscreen?.();
	}

	#showSound() {
		const { mute, volume } = this.#parts;
		const { muted, volume: loud } = this.#video;
		face(mute, muted ? "silent" : "sound", muted ? "Sound on" : "Mute");
		volume.value = muted ? 0 : loud;
		volume.style.setProperty("--at", `${100 * volume.value}%`);
	}

	/** A click plays or pauses; a finger only shows the controls. */
	#clicked() {
		if (matchMedia("(hover: hover)").matches && this.#party.may("play")) this.toggle();
	}

	#key(event) {
		const { key, target } = event;
		if (event.ctrlKey || event.metaKey || event.altKey || target.closest("input, select, #cover, #banners")) return;
		const acts = {
			" ": () => this.toggle(),
			k: () => this.toggle(),
			ArrowLeft: () => this.#step(-STEP_MS),
			ArrowRight: () => this.#step(STEP_MS),
			m: () => this.#parts.mute.click(),
			f: () => this.#full(),
		};
		if (!acts[key] || (key === " " && target.closest("button"))) return;
		event.preventDefault();
		acts[key]();
	}

	#step(ms) {
		if (this.#party.may("seek") && this.#party.view.timeline.item) this.#seek(Math.max(0, (this.#wantedMs ?? this.#party.positionMs()) + ms));
	}

	/** While it plays and nobody moves, the film is alone. */
	#wake() {
		clearTimeout(this.#idle);
		this.#stage.dataset.idle = "false";
		const sleep = () => (this.#stage.dataset.idle = this.#party.view?.timeline.status === "playing");
		this.#idle = setTimeout(sleep, IDLE_MS);
	}
}

function face(button, name, label) {
	if (button.title === label) return;
	button.replaceChildren(icon(PATHS[name]));
	Object.assign(button, { title: label, ariaLabel: label });
}

/** Tell in seconds up to where the film is loaded from here on. */
function loadedTo({ buffered, currentTime }) {
	const at = Array.from({ length: buffered.length }, (_, each) => each).find((each) => buffered.start(each) <= currentTime + 0.1 && buffered.end(each) >= currentTime);
	return at === undefined ? 0 : buffered.end(at);
}
