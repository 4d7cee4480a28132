/** How a party is set: for whom it waits, what its members may do, who finds it, and its end. */

import { openDialog } from "../app/dialog.js";
import { make } from "../app/dom.js";
import { choice, field, twice } from "../app/field.js";
import { onSubmit } from "../app/form.js";
import { GRANTS, POLICIES, VISIBILITIES } from "./choices.js";

/** Open the dialog; who is a host and not the owner has less in it. */
export function openSettings(party) {
	const { view } = party;
	const owner = party.role === "owner";
	const title = make("input", { id: "new-title", name: "title", required: true, maxLength: 120, value: view.title, autocomplete: "off" });
	const form = make(
		"form.stack", {},
		owner && field("Title", title),
		owner && view.timeline.status === "lobby" && field("Starts", make("input", { id: "starts_at", name: "starts_at", type: "datetime-local", value: localTime(view.timeline.starts_at) })),
		field("When somebody's film stalls", choice("policy", Object.entries(POLICIES), view.policy)),
		check("locked", "Only the owner and hosts control the film and the queue", view.locked),
		owner && field("Who finds it", choice("visibility", Object.entries(VISIBILITIES), view.visibility)),
		owner && grants(view.grants),
		view.banned.length > 0 && pardon(party),
		make("p.bad", { role: "alert" }),
		make("div.bar", {}, make("button.main", {}, "Save"), owner && ending(party, () => dialog.close())),
	);
	const dialog = openDialog("Settings", form);
	onSubmit(form, async (values) => {
		if (await saved(party, values)) dialog.close();
	});
}

/** Tell the party what was changed, each thing by its own command. */
async function saved(party, values) {
	const { policy, locked, title, visibility, timeline, grants: before } = party.view;
	const chosen = Object.fromEntries(["member", "guest"].map((role) => [role, Object.keys(GRANTS).filter((word) => values[`${role} ${word}`])]));
	const same = JSON.stringify(sorted(chosen)) === JSON.stringify(sorted(before));
	const changed = {
		...(values.title !== title && { title: values.title }),
		...(values.visibility !== visibility && { visibility: values.visibility }),
		...(!same && { grants: chosen }),
		...(values.starts_at !== undefined && values.starts_at !== localTime(timeline.starts_at) && { starts_at: Date.parse(values.starts_at) || 0 }),
	};
	const orders = [
		values.policy !== policy && ["policy", { policy: values.policy }],
		values.locked !== locked && ["lock", { locked: values.locked }],
		party.role === "owner" && Object.keys(changed).length && ["settings", changed],
	].filter(Boolean);
	for (const [type, fields] of orders) if (!(await party.give(type, fields))) return false;
	return true;
}

const sorted = ({ member = [], guest = [] }) => [[...member].sort(), [...guest].sort()];

function grants({ member = [], guest = [] }) {
	const head = make("tr", {}, make("th", {}, "May"), make("th", {}, "Members"), make("th", {}, "Guests"));
	const box = (role, word, given) => make("td", {}, make("input", { type: "checkbox", name: `${role} ${word}`, checked: given.includes(word), "aria-label": `${role}s: ${GRANTS[word]}` }));
	const rows = Object.keys(GRANTS).map((word) => make("tr", {}, make("td", {}, GRANTS[word]), box("member", word, member), box("guest", word, guest)));
	return make("table.grants", { "aria-label": "What members and guests may do" }, make("thead", {}, head), make("tbody", {}, rows));
}

/** Write a time in ms as a field for local times has it. */
const localTime = (ms) => (ms ? new Date(ms - 60_000 * new Date(ms).getTimezoneOffset()).toISOString().slice(0, 16) : "");

function pardon(party) {
	const { banned } = party.view;
	const button = make("button", { type: "button" }, `Let ${banned.length} who ${banned.length > 1 ? "are" : "is"} banned come again`);
	return twice(button, "Really?", async () => {
		for (const user of banned) if (!(await party.give("ban", { user, banned: false }))) return;
		button.remove();
	});
}

const check = (name, text, checked) => make("label.row", {}, make("input", { type: "checkbox", name, checked }), text);

function ending(party, close) {
	const end = async () => (await party.give("end")) && close();
	return twice(make("button.danger", { type: "button" }, "End the party"), "Really end it for everybody?", end);
}
