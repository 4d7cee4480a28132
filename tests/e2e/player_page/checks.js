/** What is asked of the timeline by itself; each answers plain figures. */

import { Controller, Timeline } from "/static/watch/timeline/timeline.js";
import { Device, seeded } from "./virtual_path.js";
import { VirtualPlayer, playing } from "./virtual_player.js";

const MINUTE_MS = 60_000;

/** The errors of a clock over ten minutes: from the third second on, and after the first minute. */
export function clockErrors(path) {
	const device = new Device(path);
	const [early, late] = [[], []];
	const bounds = [];
	device.pass(10 * MINUTE_MS, () => {
		if (device.hubMs > 3000) (device.hubMs < MINUTE_MS ? early : late).push(device.errorMs);
		bounds.push(device.clock.errorBoundMs);
	});
	return { early, late, boundMs: Math.min(...bounds), delayMs: device.clock.delayMs, synced: device.clock.synced };
}

/** How the hub's time goes on, per 100 ms, when the path gets other delays after two minutes. */
export function clockSteps(path, laterUp) {
	const device = new Device(path);
	device.pass(2 * MINUTE_MS);
	device.up.delayMs = laterUp;
	const times = [];
	device.pass(3 * MINUTE_MS, () => times.push(device.clock.hubNow()));
	return times.slice(1).map((time, index) => time - times[index] - 100);
}

/** What becomes of the clock when another process answers, which is `aheadMs` ahead. */
export function otherNode(aheadMs) {
	const device = new Device({ up: { delayMs: 20 }, down: { delayMs: 20 }, busyMs: 0 });
	const { clock } = device;
	device.pass(5000);
	const before = { errorMs: device.errorMs, synced: clock.synced };
	Object.assign(device, { node: "two", hubAheadMs: aheadMs });
	const own = device.own(device.hubMs);
	clock.take({ t0: own - 40, t1: device.hubMs + aheadMs - 20, t2: device.hubMs + aheadMs - 20, t3: own, node: "two" });
	const first = { errorMs: device.errorMs, synced: clock.synced, pauseMs: clock.nextPauseMs(true) };
	device.pass(5000);
	return { before, first, after: { errorMs: device.errorMs, synced: clock.synced } };
}

/** The pauses between exchanges from the start, over a path. */
export function pauses(path, playingNow) {
	const device = new Device(path);
	const first = Array.from({ length: 14 }, () => device.clock.nextPauseMs(playingNow));
	device.pass(10_000);
	const steady = device.clock.nextPauseMs(playingNow);
	device.clock.wake();
	return { first, steady, woken: Array.from({ length: 11 }, () => device.clock.nextPauseMs(playingNow)) };
}

/** What a clock knows after impossible exchanges. */
export function nonsense() {
	const device = new Device({ up: { delayMs: 1 }, down: { delayMs: 1 } });
	for (const exchange of [{ t0: NaN, t1: 1, t2: 1, t3: 2 }, { t0: 5, t1: 1, t2: 1, t3: 2 }, { t0: 1, t1: 9, t2: 2, t3: 3 }, { t0: 1, t3: 2 }])
		device.clock.take({ node: "one", ...exchange });
	return { synced: device.clock.synced, knows: !Number.isNaN(device.clock.hubNow()), bounded: device.clock.errorBoundMs < Infinity };
}

/** Give states to a timeline one by one; answer which were news, and where it is at some times. */
export function follow(states, times) {
	const timeline = new Timeline();
	const news = states.map((state) => timeline.take({ epoch: "e", rate: 1, position_ms: 0, t0: 0, item: { id: "i" }, ...state }));
	return { news, at: times.map((time) => timeline.at(time)), seq: timeline.state?.seq };
}

/** Steer through a row of {nowMs, errorMs, …}. */
export function steer(rows) {
	const controller = new Controller();
	return rows.map((row) => controller.steer({ rate: 1, ...row }));
}

export function learned(values) {
	const { play } = new Controller();
	return [play.ms, ...values.map((value) => (play.learn(value), play.ms))];
}

/** A virtual player follows a party for ten minutes over a path, from `aheadMs` off. */
export function followed(path, { aheadMs = 0, ...options } = {}) {
	const device = new Device(path);
	const timeline = playing();
	device.pass(1000);
	const player = new VirtualPlayer({ random: seeded(7), positionMs: device.hubMs + aheadMs, ...options });
	player.landedAtMs = device.hubMs;
	const beganMs = device.hubMs;
	const rows = [];
	device.pass(10 * MINUTE_MS, () => rows.push([device.hubMs - beganMs, player.step(device.hubMs, device, timeline), player.rate, player.seeks]));
	return rows;
}
