/** A bare page with one player and one way to keep it in step, which the address names; the bench drives it. */

const config = JSON.parse(decodeURIComponent(location.hash.slice(1)));
const { join } = await import(`./strategies/${config.strategy}.js`);

let joined = null;

globalThis.member = {
	/** Come into the party; settles when commands can be given. */
	join() {
		globalThis.truth.mark("join");
		joined = join({ video: document.querySelector("video"), config });
		return joined.then(() => null);
	},

	/** Give a command: "play", "pause" or "seek" (to `positionMs`). */
	async command(word, positionMs) {
		globalThis.truth.mark(`command ${word}`);
		await (await joined).command(word, positionMs);
	},

	/** What the strategy says of itself, null when it says nothing. */
	figures: async () => (await joined).figures?.() ?? null,
};
