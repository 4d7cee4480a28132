/** A member of a party whose hub is this page itself: the player with a stand-in for the hub, to be driven and looked at. */

import { SyncedPlayer } from "/static/watch/synced_player.js";

const CELLS = 32;
const BITS = 16;

const given = new URLSearchParams(location.search);
const number = (name) => Number(given.get(name) ?? 0);
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const video = document.querySelector("video");
const hubNow = () => performance.timeOrigin + performance.now();
const now = () => performance.now() * (1 + number("ppm") * 1e-6) + number("offset_ms");

const commands = [];
const reports = [];
const told = [];
const frames = [];
let state = null;
let seq = 0;
let changesAtMs = 0;

async function rpc(method, { t0 }) {
	await pause(number("delay_ms"));
	const time = hubNow();
	await pause(number("delay_ms"));
	return { data: { t0, t1: time, t2: time, node: "this page" } };
}

const positionAt = (hubMs) => state.position_ms + (state.status === "playing" ? state.rate * Math.max(0, hubMs - state.t0) : 0);

function shown(_, { expectedDisplayTime, mediaTime }) {
	video.requestVideoFrameCallback(shown);
	if (!state) return;
	const wantedMs = positionAt(performance.timeOrigin + expectedDisplayTime);
	frames.push({ atMs: expectedDisplayTime, errorMs: mediaTime * 1000 - wantedMs, rate: video.playbackRate });
}
video.requestVideoFrameCallback(shown);

/** The number in the picture, which `bench.sync.clips` burned into each frame. */
function pictureNumber() {
	const pen = Object.assign(document.createElement("canvas"), { width: CELLS, height: 18 }).getContext("2d");
	pen.drawImage(video, 0, 0, CELLS, 18);
	const { data } = pen.getImageData(0, 0, CELLS, 4);
	const bright = (row, bit) => data[(row * CELLS + 2 * bit) * 4] > 127;
	const bits = Array.from({ length: BITS }, (_, bit) => bright(1, bit));
	if (bits.some((on, bit) => on === bright(2, bit))) return null;
	return bits.reduce((sum, on) => 2 * sum + on, 0);
}

const player = new SyncedPlayer({
	video,
	rpc,
	now,
	report: (report) => reports.push(report),
	command: async (command) => void commands.push({ ...command, atMs: performance.now() }),
	changed: (figures) => (told.push(figures), figures.blocked && console.info(`a click would bring ${figures.blocked}`)),
});

globalThis.member = {
	player,
	video,
	commands,
	reports,
	told,
	frames,
	pictureNumber,
	hubNow,

	/** The party changes: what is not given stays; `in_ms` is when it takes effect. */
	say({ in_ms = 0, ...change }) {
		const t0 = Math.round(hubNow() + in_ms);
		const position = state ? Math.round(positionAt(t0)) : 0;
		seq += 1;
		changesAtMs = performance.now() + in_ms;
		state = { epoch: "1", seq, status: "paused", rate: 1, ...state, position_ms: position, ...change, t0, seq };
		player.follow(state);
		return state;
	},

	/** The errors of the pictures of the last so many ms, as the browser tells them, since the party changed. */
	errors: (ms) => frames.filter(({ atMs }) => atMs > Math.max(changesAtMs, performance.now() - ms)).map(({ errorMs }) => errorMs),
};

if (given.get("alone")) {
	player.start();
	globalThis.member.say({ item: { id: "file", url: "/clips/clip.mp4", kind: "mp4" }, status: "playing", position_ms: 5000 });
}
