/** The world map: land, above it night and track, each drawn only when it changed, and the marker. */

import { Motion } from "./motion.js";
import { circle, projection, unwrapped } from "./projection.js";
import { darkness, subSolarPoint } from "./sun.js";

const NIGHT_COLUMNS = 360;
const NIGHT_ROWS = 180;

/** It moves a quarter of a degree a minute: half a pixel. */
const NIGHT_HOLDS_MS = 30_000;
const FADING_PARTS = 12;

/** A station moves a fifth of a pixel a second: this is smooth. */
const MOVES_EVERY_MS = 60;

export class WorldMap {
	#root;
	#earth;
	#sky;
	#marker;
	#night = Object.assign(document.createElement("canvas"), { width: NIGHT_COLUMNS, height: NIGHT_ROWS });
	#nightAt = 0;
	#motion = new Motion();
	#rings = [];
	#track = null;
	#position = null;
	#place = projection(0, 0);
	#timer;
	#calm = matchMedia("(prefers-reduced-motion: reduce)");

	constructor(root) {
		this.#root = root;
		[this.#earth, this.#sky] = [...root.querySelectorAll("canvas")].map((canvas) => canvas.getContext("2d"));
		this.#marker = root.querySelector(".marker");
		new ResizeObserver(() => this.#redraw()).observe(root);
		matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#redraw());
		document.addEventListener("visibilitychange", () => this.#animate());
	}

	/** Draw the land: {unit_deg, rings: [[lon, lat, lon, lat, …], …]} in whole units. */
	showCoastlines({ unit_deg: unit, rings }) {
		this.#rings = rings.map((ring) => ring.map((x, i) => [ring[i + 1] * unit, x * unit]).filter((_, i) => i % 2 === 0));
		this.#drawEarth();
	}

	showTrack(track) {
		this.#track = track;
		this.#drawSky();
	}

	showPosition(position) {
		this.#position = position;
		this.#motion.add(position, performance.now());
		this.#drawSky();
		this.#animate();
	}

	#redraw() {
		const { clientWidth: width, clientHeight: height } = this.#root;
		for (const pen of [this.#earth, this.#sky]) {
			Object.assign(pen.canvas, { width: width * devicePixelRatio, height: height * devicePixelRatio });
			pen.scale(devicePixelRatio, devicePixelRatio);
		}
		this.#place = projection(width, height);
		this.#nightAt = 0;
		this.#drawEarth();
		this.#drawSky();
	}

	#colour(name) {
		return getComputedStyle(this.#root).getPropertyValue(`--map-${name}`);
	}

	#drawEarth() {
		const pen = this.#earth;
		pen.clearRect(0, 0, pen.canvas.width, pen.canvas.height);
		pen.beginPath();
		for (const ring of this.#rings) this.#trace(pen, ring);
		pen.fillStyle = this.#colour("land");
		pen.fill("evenodd");
		pen.strokeStyle = this.#colour("coast");
		pen.lineWidth = 0.7;
		pen.stroke();
		pen.beginPath();
		for (let longitude = -150; longitude < 180; longitude += 30) this.#trace(pen, [[90, longitude], [-90, longitude]]);
		for (let latitude = -60; latitude < 90; latitude += 30) this.#trace(pen, [[latitude, -180], [latitude, 180]]);
		pen.strokeStyle = this.#colour("grid");
		pen.stroke();
	}

	#drawSky() {
		const pen = this.#sky;
		const { clientWidth, clientHeight } = this.#root;
		const nowMs = this.#position?.at ?? Date.now();
		const sun = subSolarPoint(nowMs);
		if (nowMs - this.#nightAt > NIGHT_HOLDS_MS) this.#drawNight(sun, nowMs);
		pen.clearRect(0, 0, clientWidth, clientHeight);
		pen.globalAlpha = 1;
		pen.drawImage(this.#night, 0, 0, clientWidth, clientHeight);
		this.#drawSun(pen, sun);
		if (this.#track) this.#drawTrack(pen, this.#track, nowMs);
		if (this.#position) this.#drawFootprint(pen, this.#position);
	}

	#drawNight(sun, nowMs) {
		this.#nightAt = nowMs;
		const pen = this.#night.getContext("2d");
		const image = pen.createImageData(NIGHT_COLUMNS, NIGHT_ROWS);
		darkness(sun, NIGHT_COLUMNS, NIGHT_ROWS).forEach((dark, cell) => (image.data[4 * cell + 3] = dark));
		pen.putImageData(image, 0, 0);
		pen.globalCompositeOperation = "source-in";
		pen.fillStyle = this.#colour("night");
		pen.fillRect(0, 0, NIGHT_COLUMNS, NIGHT_ROWS);
	}

	#drawSun(pen, { latitude, longitude }) {
		pen.fillStyle = this.#colour("sun");
		for (const [radius, alpha] of [[14, 0.15], [9, 0.25], [4.5, 1]]) {
			pen.globalAlpha = alpha;
			pen.beginPath();
			pen.arc(...this.#place(latitude, longitude), radius, 0, 2 * Math.PI);
			pen.fill();
		}
	}

	/** The orbit flown fades into the past; the one to come is dashed. */
	#drawTrack(pen, { from, step_ms: stepMs, points }, nowMs) {
		const reached = Math.max(0, Math.floor((nowMs - from) / stepMs) + 1);
		const here = this.#position ? [[this.#position.latitude, this.#position.longitude]] : [];
		const past = unwrapped([...points.slice(0, reached), ...here]);
		const edge = (part) => Math.floor((part / FADING_PARTS) * (past.length - 1));
		pen.lineWidth = 1.75;
		pen.strokeStyle = this.#colour("track");
		for (let part = 0; part < FADING_PARTS; part++) {
			pen.globalAlpha = 0.15 + (0.85 * part) / FADING_PARTS;
			this.#stroke(pen, past.slice(edge(part), edge(part + 1) + 1));
		}
		pen.setLineDash([5, 5]);
		this.#stroke(pen, unwrapped([...here, ...points.slice(reached)]));
		pen.setLineDash([]);
	}

	#drawFootprint(pen, { latitude, longitude, footprint_radius_km: radiusKm }) {
		pen.fillStyle = this.#colour("track");
		pen.lineWidth = 1;
		pen.globalAlpha = 0.6;
		const outline = circle(latitude, longitude, radiusKm);
		this.#stroke(pen, outline);
		pen.globalAlpha = 0.12;
		this.#stroke(pen, outline, "fill");
	}

	/** Draw on this world and its neighbours: what leaves on one side enters on the other. */
	#stroke(pen, places, draw = "stroke") {
		for (const turn of [-360, 0, 360]) {
			pen.beginPath();
			this.#trace(pen, places.map(([latitude, longitude]) => [latitude, longitude + turn]));
			pen[draw]();
		}
	}

	#trace(pen, places) {
		places.forEach(([latitude, longitude], i) => pen[i ? "lineTo" : "moveTo"](...this.#place(latitude, longitude)));
	}

	#animate() {
		clearTimeout(this.#timer);
		this.#placeMarker();
		if (!document.hidden && !this.#calm.matches) this.#timer = setTimeout(() => this.#animate(), MOVES_EVERY_MS);
	}

	#placeMarker() {
		const here = this.#motion.at(performance.now());
		if (!here) return;
		const [x, y] = this.#place(here.latitude, here.longitude);
		this.#marker.style.translate = `${x.toFixed(1)}px ${y.toFixed(1)}px`;
		this.#marker.hidden = false;
		Object.assign(this.#root.dataset, here);
	}
}
