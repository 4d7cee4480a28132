/** The equirectangular map and lines that cross its edges; places are [latitude, longitude]. */

const { asin, atan2, cos, sin } = Math;
export const RADIANS = Math.PI / 180;
const EARTH_RADIUS_KM = 6371;
const CIRCLE_STEPS = 120;

export const wrapLongitude = (longitude) => ((((longitude + 180) % 360) + 360) % 360) - 180;

/** Make a function from degrees to pixels of a whole-world map. */
export function projection(width, height) {
	return (latitude, longitude) => [((longitude + 180) / 360) * width, ((90 - latitude) / 180) * height];
}

/** Let each longitude follow the one before without a jump, beyond 180 degrees if need be. */
export function unwrapped(places) {
	let last = places[0]?.[1];
	return places.map(([latitude, longitude]) => [latitude, (last += wrapLongitude(longitude - last))]);
}

/** Trace the circle of a radius around a place; it must not hold a pole. */
export function circle(latitude, longitude, radiusKm) {
	const bearings = Array.from({ length: CIRCLE_STEPS + 1 }, (_, step) => (step / CIRCLE_STEPS) * 2 * Math.PI);
	return unwrapped(bearings.map((bearing) => destination(latitude, longitude, radiusKm / EARTH_RADIUS_KM, bearing)));
}

/** Find the place at an angle and a bearing from another (Meeus, Astronomical Algorithms, ch. 17). */
function destination(latitude, longitude, angle, bearing) {
	const from = latitude * RADIANS;
	const sine = sin(from) * cos(angle) + cos(from) * sin(angle) * cos(bearing);
	const east = sin(bearing) * sin(angle) * cos(from);
	const turn = atan2(east, cos(angle) - sin(from) * sine);
	return [asin(Math.max(-1, Math.min(1, sine))) / RADIANS, longitude + turn / RADIANS];
}
