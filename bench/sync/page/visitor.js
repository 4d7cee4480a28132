/** Runs before the scripts of the real page of a party: lets the bench do there what a visitor does, and marks when. */
({ name }) => {
	const find = (selector) => document.querySelector(selector);
	const click = (selector) => find(selector).click();

	const COMMANDS = {
		play: () => click("#controls button[title=Play]"),
		pause: () => click("#controls button[title=Pause]"),
		seek: (positionMs) => {
			find("#seek").value = positionMs;
			find("#seek").dispatchEvent(new Event("change"));
		},
	};

	globalThis.member = {
		/** Give a name at the door; who is signed in is in already. */
		join() {
			globalThis.truth.mark("join");
			if (find("#join").hidden) return;
			find("#name").value = name;
			click("#join button");
		},

		command(word, positionMs) {
			globalThis.truth.mark(`command ${word}`);
			COMMANDS[word](positionMs);
		},

		/** What the page tells of how well it is in step. */
		figures: () => ({ sync: find("#sync").textContent }),
	};
};
