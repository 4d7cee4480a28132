/** Times that are long past as people say them. */

const LONG_DATE = new Intl.DateTimeFormat(undefined, { dateStyle: "long" });
const RELATIVE = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });
const AGES = [["year", 31_557_600_000], ["month", 2_629_800_000], ["day", 86_400_000], ["hour", 3_600_000], ["minute", 60_000]];

export const longDate = (timeMs) => LONG_DATE.format(timeMs);

/** Say how long ago a time was, in the largest unit that fits. */
export function ago(timeMs, nowMs = Date.now()) {
	const [unit, lengthMs] = AGES.find(([, each]) => nowMs - timeMs >= each) ?? [];
	return unit ? RELATIVE.format(-Math.floor((nowMs - timeMs) / lengthMs), unit) : "just now";
}
