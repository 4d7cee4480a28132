/** Becoming a guest: by giving a name, or another one, or in another tab. */

import { find } from "./dom.js";

/** Let the visitor of a talk join by the form that asks for a name. */
export function joinWhereAsked(talk) {
	const { guest, realtime } = talk;
	find("join").addEventListener("submit", (event) => join(event, talk));
	find("rename").addEventListener("click", () => {
		talk.welcome(true);
		find("name").value = guest.user.display_name;
		find("name").select();
	});
	addEventListener("storage", ({ key }) => key === "cosmohub.guest" && (guest.follow(), realtime.start()));
}

async function join(event, talk) {
	event.preventDefault();
	const { submitter } = event;
	submitter.disabled = true;
	const problem = find("join").lastElementChild;
	problem.textContent = "";
	try {
		await talk.guest.join(find("name").value.trim());
		talk.realtime.start();
		talk.welcome();
		find("text").focus();
	} catch (error) {
		problem.textContent = error instanceof TypeError ? "The hub cannot be reached; try again." : error.message;
	}
	submitter.disabled = false;
}
