/** Where the sun stands, and how dark it is elsewhere. */

import { RADIANS, wrapLongitude } from "./projection.js";

const { asin, atan2, cos, sin } = Math;
const J2000_MS = Date.UTC(2000, 0, 1, 12);

/**
 * Find where the sun is overhead at a time in ms UTC: {latitude, longitude} in degrees.
 * Astronomical Almanac, page C5: good to 0.01 degrees from 1950 to 2050.
 */
export function subSolarPoint(timeMs) {
	const days = (timeMs - J2000_MS) / 86_400_000;
	const anomaly = (357.528 + 0.9856003 * days) * RADIANS;
	const ecliptic = (280.46 + 0.9856474 * days + 1.915 * sin(anomaly) + 0.02 * sin(2 * anomaly)) * RADIANS;
	const obliquity = (23.439 - 0.0000004 * days) * RADIANS;
	const ascension = atan2(cos(obliquity) * sin(ecliptic), cos(ecliptic)) / RADIANS;
	return {
		latitude: asin(sin(obliquity) * sin(ecliptic)) / RADIANS,
		longitude: wrapLongitude(ascension - 280.46061837 - 360.98564736629 * days),
	};
}

/**
 * Compute how dark each cell of a world grid is, 0 (day) to 255 (night), row by row from the north-west. Dusk runs from
 * the sun on the horizon to 18 degrees below it, the end of astronomical twilight.
 */
export function darkness(sun, columns, rows) {
	const cells = new Uint8ClampedArray(columns * rows);
	const dusk = sin(18 * RADIANS);
	for (let cell = 0; cell < cells.length; cell++) {
		const latitude = (90 - ((Math.floor(cell / columns) + 0.5) / rows) * 180) * RADIANS;
		const hourAngle = ((((cell % columns) + 0.5) / columns) * 360 - 180 - sun.longitude) * RADIANS;
		const along = sin(latitude) * sin(sun.latitude * RADIANS);
		const across = cos(latitude) * cos(sun.latitude * RADIANS);
		cells[cell] = (-255 * (along + across * cos(hourAngle))) / dusk;
	}
	return cells;
}
