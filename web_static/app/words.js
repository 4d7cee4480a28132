/** Counts, durations and times past, in few words. */

const COUNT = new Intl.NumberFormat(undefined, { notation: "compact", maximumFractionDigits: 1 });
const RELATIVE = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });
const DATE = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });
const STEPS = [["minute", 60_000], ["hour", 3_600_000], ["day", 86_400_000], ["week", 604_800_000]];
const WEEKS_TOLD = 5;

/** Say how many of something: "1 view", "1.2K views". */
export const counted = (count, one, many = `${one}s`) => `${COUNT.format(count)} ${count === 1 ? one : many}`;

/** Say how long ago a time in ms was, beyond some weeks its date. */
export function ago(timeMs, nowMs = Date.now()) {
	const passed = nowMs - timeMs;
	const [unit, length] = STEPS.findLast(([, each]) => passed >= each) ?? [];
	if (!unit) return "just now";
	const count = Math.floor(passed / length);
	return unit === "week" && count >= WEEKS_TOLD ? DATE.format(timeMs) : RELATIVE.format(-count, unit);
}

/** Make a time element that says how long ago. */
export function since(timeMs) {
	const time = document.createElement("time");
	return Object.assign(time, { textContent: ago(timeMs), dateTime: new Date(timeMs).toISOString(), title: new Date(timeMs).toLocaleString() });
}

/** Write a duration in seconds as 4:05 or 1:02:03. */
export function clockOf(seconds) {
	const [hours, minutes, rest] = [seconds / 3600, (seconds / 60) % 60, seconds % 60].map(Math.floor);
	const two = (value) => String(value).padStart(2, "0");
	return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** Read "4:05", "1:02:03" or "65" as seconds; null when it is none. */
export function secondsOf(text) {
	if (!/^\d{1,4}(:[0-5]?\d){0,2}$/.test(text.trim())) return null;
	return text.split(":").reduce((seconds, part) => 60 * seconds + Number(part), 0);
}

/** Write the date of a time in ms. */
export const dateOf = (timeMs) => DATE.format(timeMs);
