/** Numbers and times as people read them. */

const CLOCK = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const DAY = new Intl.DateTimeFormat(undefined, { dateStyle: "full" });
const RELATIVE = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });
const DAY_MS = 86_400_000;

export const clock = (timeMs) => CLOCK.format(timeMs);
export const utc = (timeMs) => new Date(timeMs).toISOString().slice(11, 19);
export const midnight = (timeMs) => new Date(timeMs).setHours(0, 0, 0, 0);

export function number(value, digits) {
	return value.toLocaleString(undefined, { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** Write an angle with the letter of its side, "NS" or "EW". */
export function degrees(angle, [positive, negative]) {
	return `${number(Math.abs(angle), 2)}° ${angle < 0 ? negative : positive}`;
}

/** Say a duration in seconds in a fitting unit. */
export function age(seconds) {
	if (seconds < 90) return `${number(seconds, 0)} s`;
	if (seconds < 5400) return `${number(seconds / 60, 0)} min`;
	return seconds < 172_800 ? `${number(seconds / 3600, 1)} h` : `${number(seconds / 86_400, 1)} days`;
}

/** Name the local day of a time: today, yesterday, or its date. */
export function day(timeMs, nowMs) {
	const passed = Math.round((midnight(timeMs) - midnight(nowMs)) / DAY_MS);
	return Math.abs(passed) > 1 ? DAY.format(timeMs) : RELATIVE.format(passed, "day");
}
