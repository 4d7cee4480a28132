/** The figures below the map, and whether what they stand on is fresh. */

import { age, degrees, number } from "./numbers.js";

/** Positions come each second. */
const SILENT_AFTER_MS = 5000;
const ELEMENTS_OLD_S = 3 * 86_400;
const ELEMENTS_OLD = "Orbit data over 3 days old: the position is approximate.";

const FIGURES = {
	latitude: ({ latitude }) => degrees(latitude, "NS"),
	longitude: ({ longitude }) => degrees(longitude, "EW"),
	altitude: ({ altitude_km: km }) => number(km, 1),
	velocity: ({ velocity_km_s: kmPerSecond }) => number(kmPerSecond, 2),
	light: ({ sunlit }) => (sunlit ? "In sunlight" : "In shadow"),
	footprint: ({ footprint_radius_km: km }) => number(km, 0),
	elements: ({ element_set: elements }) => age(elements.age_s),
};

export class Figures {
	#root;
	#warning;
	#heardMs = performance.now();
	#position = null;

	constructor(root, warning) {
		this.#root = root;
		this.#warning = warning;
	}

	show(position) {
		this.#heardMs = performance.now();
		this.#position = position;
		for (const [name, figure] of Object.entries(FIGURES)) this.#write(name, figure(position));
		this.#root.dataset.sunlit = position.sunlit;
		this.tick();
	}

	/** Look once a second whether the figures still hold. */
	tick() {
		const silentMs = performance.now() - this.#heardMs;
		const silent = silentMs > SILENT_AFTER_MS;
		const old = this.#position?.element_set.age_s > ELEMENTS_OLD_S;
		if (this.#position) this.#write("heard", silentMs < 2000 ? "now" : `${age(silentMs / 1000)} ago`);
		this.#root.dataset.state = silent ? "silent" : "live";
		this.#root.dataset.old = old;
		const warning = silent ? "No new position arrives." : old ? ELEMENTS_OLD : "";
		if (this.#warning.textContent !== warning) this.#warning.textContent = warning;
	}

	#write(name, text) {
		this.#root.querySelector(`[data-figure="${name}"]`).textContent = text;
	}
}
