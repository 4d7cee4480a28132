/** Opening a party: what it is called, what is watched, when, who finds it and who controls it. */

import { post } from "../app/api.js";
import { openDialog } from "../app/dialog.js";
import { make } from "../app/dom.js";
import { choice, field } from "../app/field.js";
import { onSubmit } from "../app/form.js";
import { POLICIES, VISIBILITIES } from "./choices.js";
import { inPlainWords } from "./mistakes.js";

const ITEMS_MAX = 50;
const CONTROLS = { hosts: "I do, and hosts whom I name", everyone: "Everybody with an account" };

/** Ask what the party is to be, open it, and go there. */
export function createParty() {
	const items = new Addresses();
	const form = make(
		"form.stack", {},
		field("Title", make("input", { id: "title", name: "title", required: true, maxLength: 120, autocomplete: "off" })),
		make("div.field", {}, make("label", { htmlFor: "item-0" }, "What to watch"), items.list, items.more, make("small", {}, "Addresses of films: HLS (.m3u8) or MP4. More can be added later.")),
		field("Starts", make("input", { id: "starts_at", name: "starts_at", type: "datetime-local" }), "Leave it empty to start when you press play."),
		field("Who finds it", choice("visibility", Object.entries(VISIBILITIES), "public")),
		field("Who controls it", choice("controls", Object.entries(CONTROLS), "hosts")),
		field("When somebody's film stalls", choice("policy", Object.entries(POLICIES), "quorum")),
		make("p.bad", { role: "alert" }),
		make("button.main", {}, "Open the party"),
	);
	openDialog("New party", form);
	onSubmit(form, async (values, key) => {
		const { party } = await inPlainWords(() => post("/api/parties", described(values, items.values), { key }));
		location.assign(`/watch/${party.id}`);
	});
}

function described({ title, starts_at: startsAt, visibility, controls, policy }, urls) {
	return {
		title,
		visibility,
		policy,
		everyone_controls: controls === "everyone",
		items: urls.map((url) => ({ url })),
		...(startsAt && { starts_at: new Date(startsAt).getTime() }),
	};
}

/** Fields for addresses, one more whenever the last one is used. */
class Addresses {
	list = make("ol.items");
	more = make("button", { type: "button", onclick: () => this.#add().focus() }, "One more");

	constructor() {
		this.#add();
	}

	/** The addresses that are given; their fields are called as the hub counts them, so that what is wrong is told at the right one. */
	get values() {
		const inputs = [...this.list.querySelectorAll("input")];
		const filled = inputs.filter(({ value }) => value.trim());
		const rest = inputs.filter((input) => !filled.includes(input));
		[...filled, ...rest].forEach((input, at) => (input.name = `items.${at}.url`));
		return filled.map(({ value }) => value.trim());
	}

	#add() {
		const at = this.list.childElementCount;
		const input = make("input", { id: `item-${at}`, name: `items.${at}.url`, maxLength: 1000, inputMode: "url", autocomplete: "off", placeholder: "Address", "aria-label": `Address ${at + 1}` });
		this.list.append(make("li", {}, input));
		this.more.hidden = at + 1 >= ITEMS_MAX;
		return input;
	}
}
