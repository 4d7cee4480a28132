/** Numbers as people read them. */

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
