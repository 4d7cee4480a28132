/** The picture of a video, or a quiet sky of its own where there is none. */

import { make } from "../app/dom.js";
import { clockOf } from "../app/words.js";

const SVG = "http://www.w3.org/2000/svg";
const STARS = 14;
const HUES = [205, 222, 248, 275, 305, 335, 172, 28];

/** Make the poster of a video {id, poster, duration_s}; the title is said elsewhere. */
export function poster({ id, poster: source, duration_s: seconds }) {
	const picture = source ? make("img", { src: source, alt: "", loading: "lazy", decoding: "async" }) : sky(id);
	return make("div.poster", {}, picture, seconds && make("span.length", {}, clockOf(seconds)));
}

/** Draw stars, a planet and its orbit, where and in the colours that the id gives. */
function sky(id) {
	const next = numbers(id);
	const svg = shape("svg", { viewBox: "0 0 320 180", preserveAspectRatio: "xMidYMid slice", "aria-hidden": "true", class: "sky" });
	svg.style.setProperty("--hue", HUES[id.codePointAt(id.length - 1) % HUES.length]);
	const [x, y, radius, tilt] = [70 + 180 * next(), 70 + 50 * next(), 22 + 26 * next(), -40 + 80 * next()];
	const stars = Array.from({ length: STARS }, () => shape("circle", { class: "star", cx: 320 * next(), cy: 180 * next(), r: 0.6 + next() }));
	const [across, up] = [radius * 2, radius * 0.55];
	const transform = `rotate(${tilt} ${x} ${y})`;
	const arc = (sweep) => `M${x - across} ${y}A${across} ${up} 0 0 ${sweep} ${x + across} ${y}`;
	const half = (sweep) => shape("path", { class: "orbit-line", d: arc(sweep), transform });
	const limb = `M${x} ${y - radius}a${radius} ${radius} 0 0 1 0 ${2 * radius}`;
	const shade = shape("path", { class: "shade", d: `${limb}a${radius * 1.3} ${radius * 1.3} 0 0 0 0 ${-2 * radius}` });
	svg.append(...stars, half(1), shape("circle", { class: "planet", cx: x, cy: y, r: radius }), shade, half(0));
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
