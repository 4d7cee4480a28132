/** The picture of a video, or a quiet sky of its own where there is none. */

import { make } from "../app/dom.js";
import { clockOf } from "../app/words.js";

const SVG = "http://www.w3.org/2000/svg";
const STARS = 14;

/** Make the poster of a video {id, poster, duration_s}; the title is said elsewhere. */
export function poster({ id, poster: source, duration_s: seconds }) {
	const picture = source ? make("img", { src: source, alt: "", loading: "lazy", decoding: "async" }) : sky(id);
	return make("div.poster", {}, picture, seconds && make("span.length", {}, clockOf(seconds)));
}

/** Draw stars, a planet and its orbit, where and in the colours that the id gives. */
function sky(id) {
	const next = numbers(id);
	const svg = shape("svg", { viewBox: "0 0 320 180", preserveAspectRatio: "xMidYMid slice", "aria-hidden": "true", class: "sky" });
	svg.style.setProperty("--hue", Math.round(190 + 130 * next()));
	const [x, y, radius, tilt] = [70 + 180 * next(), 70 + 50 * next(), 22 + 26 * next(), -40 + 80 * next()];
	const stars = Array.from({ length: STARS }, () => shape("circle", { class: "star", cx: 320 * next(), cy: 180 * next(), r: 0.6 + next() }));
	const orbit = { class: "orbit-line", cx: x, cy: y, rx: radius * 2, ry: radius * 0.55, transform: `rotate(${tilt} ${x} ${y})` };
	svg.append(...stars, shape("circle", { class: "planet", cx: x, cy: y, r: radius }), shape("ellipse", orbit));
	return svg;
}

function shape(name, attributes) {
	const node = document.createElementNS(SVG, name);
	for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
	return node;
}

/** Answer a function that gives numbers from 0 to 1, the same for the same text (mulberry32). */
function numbers(text) {
	let state = [...text].reduce((sum, letter) => (31 * sum + letter.codePointAt(0)) | 0, 7);
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
	};
}
