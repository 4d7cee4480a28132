/** What the party plays, and where it is at any moment: the states of the room, the newest and what it replaces. */

const KEPT = 4;

/** A timeline goes on in one piece when a new state meets the old one this closely. */
const JUMP_MS = 250;

export class Timeline {
	#states = [];
	#gone = [];

	/** Take a state of the room, {epoch, seq, status, item, position_ms, rate, t0, …}; answer whether it is news. */
	take(state) {
		const last = this.state;
		if (this.#gone.includes(state.epoch) || (last?.epoch === state.epoch && last.seq >= state.seq)) return false;
		if (last && last.epoch !== state.epoch) this.#gone = [...this.#gone, last.epoch].slice(-KEPT);
		const stays = last?.epoch === state.epoch && last.item?.id === state.item?.id && state.status === "playing";
		const before = stays ? this.#states.filter((old) => old.status !== "playing" || old.t0 < state.t0) : [];
		this.#states = [...before, state].slice(-KEPT);
		return true;
	}

	/** The newest state, in force or about to be; null before the first. */
	get state() {
		return this.#states.at(-1) ?? null;
	}

	/**
	 * Tell what is played at a hub time: {status, item, positionMs, rate, startsInMs, line, coming}. A `line` is {positionMs, rate,
	 * t0}; `coming` is the one that takes over in `startsInMs`, with `jump` when the player must start or go elsewhere for it.
	 */
	at(hubMs) {
		const index = this.#states.findLastIndex(({ status, t0 }) => status !== "playing" || t0 <= hubMs);
		const next = this.#states[index + 1];
		const now = this.#states[index] ?? (next && { ...next, status: "paused" });
		if (!now) return { status: "lobby", item: null, positionMs: 0, rate: 1, startsInMs: 0, line: null, coming: null };
		const shown = { status: now.status, item: now.item, positionMs: position(now, hubMs), rate: now.rate };
		return { ...shown, startsInMs: next ? next.t0 - hubMs : 0, line: line(now), coming: next ? coming(now, next) : null };
	}
}

const line = ({ position_ms: positionMs, rate, t0 }) => ({ positionMs, rate, t0 });

function coming(now, next) {
	const jump = now.status !== "playing" || Math.abs(position(now, next.t0) - next.position_ms) > JUMP_MS;
	return { ...line(next), jump };
}

/** Where a state is at a hub time, in ms of the media. */
function position({ status, position_ms: positionMs, rate, t0, item }, hubMs) {
	if (status !== "playing") return positionMs;
	return Math.min(positionMs + rate * Math.max(0, hubMs - t0), item?.duration_ms ?? Infinity);
}
