/** The equirectangular map: from degrees to pixels, and lines that cross its edges. Places are [latitude, longitude]. */

export const RADIANS = Math.PI / 180;
const EARTH_RADIUS_KM = 6371;
const CIRCLE_STEPS = 120;

export const wrapLongitude = (longitude) => ((((longitude + 180) % 360) + 360) % 360) - 180;

/** Make a function from degrees to pixels of a map of the whole world. */
export function projection(width, height) {
	return (latitude, longitude) => [((longitude + 180) / 360) * width, ((90 - latitude) / 180) * height];
}

/** Let each longitude follow the one before it without a jump, beyond 180 degrees if need be. */
export function unwrapped(places) {
	let last = places[0]?.[1];
	return places.map(([latitude, longitude]) => [latitude, (last += wrapLongitude(longitude - last))]);
}

/** Trace the circle of a radius in km around a place; one around a pole is closed along that edge of the map. */
export function circle(latitude, longitude, radiusKm) {
	const bearings = Array.from({ length: CIRCLE_STEPS + 1 }, (_, step) => (step / CIRCLE_STEPS) * 2 * Math.PI);
	const outline = unwrapped(bearings.map((bearing) => destination(latitude, longitude, radiusKm / EARTH_RADIUS_KM, bearing)));
	const [first, last] = [outline[0][1], outline[CIRCLE_STEPS][1]];
	const pole = latitude > 0 ? 90 : -90;
	return Math.abs(last - first) < 180 ? outline : [...outline, [pole, last], [pole, first]];
}

/** Find the place at an angle and a bearing from another (J. Meeus, Astronomical Algorithms, chapter 17). */
function destination(latitude, longitude, angle, bearing) {
	const from = latitude * RADIANS;
	const sine = Math.sin(from) * Math.cos(angle) + Math.cos(from) * Math.sin(angle) * Math.cos(bearing);
	const east = Math.sin(bearing) * Math.sin(angle) * Math.cos(from);
	const turn = Math.atan2(east, Math.cos(angle) - Math.sin(from) * sine);
	return [Math.asin(Math.max(-1, Math.min(1, sine))) / RADIANS, longitude + turn / RADIANS];
}
