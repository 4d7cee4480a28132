/** Times as people read them. */

const CLOCK = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const DAY = new Intl.DateTimeFormat(undefined, { dateStyle: "full" });
const RELATIVE = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });
const DAY_MS = 86_400_000;

export const clock = (timeMs) => CLOCK.format(timeMs);
export const utc = (timeMs) => new Date(timeMs).toISOString().slice(11, 19);
export const midnight = (timeMs) => new Date(timeMs).setHours(0, 0, 0, 0);

/** Name the local day of a time: today, yesterday, or its date. */
export function day(timeMs, nowMs) {
	const passed = Math.round((midnight(timeMs) - midnight(nowMs)) / DAY_MS);
	return Math.abs(passed) > 1 ? DAY.format(timeMs) : RELATIVE.format(passed, "day");
}
