/** Inviting: a link for a role, for a while and so many people; and the links still good. */

import { get, post, remove } from "../app/api.js";
import { openDialog } from "../app/dialog.js";
import { make } from "../app/dom.js";
import { choice, field, twice } from "../app/field.js";
import { onSubmit } from "../app/form.js";
import { notice } from "../app/notice.js";

const ROLES = { guest: "Guest", member: "Member", host: "Host" };
const HOUR_S = 3600;
const EXPIRIES = [[HOUR_S, "1 hour"], [24 * HOUR_S, "1 day"], [7 * 24 * HOUR_S, "1 week"], [30 * 24 * HOUR_S, "30 days"]];
const WHEN = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

/** Open the dialog of invitations to a party. */
export async function invite(party) {
	const path = `/api/parties/${party.id}/invites`;
	const options = { as: party.visitor };
	const place = make("div.stack", {});
	const list = make("ul.rows", { "aria-label": "Links that are good" });
	const dialog = openDialog("Invite", form(party, path, options, place, () => show()), place, list);
	let asked = 0;
	async function show() {
		const mine = ++asked;
		const { items } = await get(path, {}, options).catch((error) => (notice(error.message), { items: [] }));
		if (mine === asked) list.replaceChildren(...items.map((each) => row(each, path, options)));
	}
	await show();
	return dialog;
}

function form(party, path, options, place, made) {
	const roles = Object.entries(ROLES).filter(([role]) => role !== "host" || party.role === "owner");
	const node = make(
		"form.stack", {},
		make("p.quiet", {}, "Who opens the link comes in by giving a name; no account is needed."),
		make("div.row", {},
			field("They come as", choice("role", roles, "guest")),
			field("Good for", choice("expires_in_s", EXPIRIES, EXPIRIES[1][0])),
			field("People", make("input", { id: "uses", name: "uses", type: "number", min: 1, max: 500, value: 20, required: true })),
		),
		make("p.bad", { role: "alert" }), make("button.main", {}, "Make a link"),
	);
	onSubmit(node, async ({ role, expires_in_s: seconds, uses }) => {
		const { url } = await post(path, { role, expires_in_s: Number(seconds), uses: Number(uses) }, options);
		place.replaceChildren(link(url));
		place.querySelector("input").select();
		made();
	});
	return node;
}

function link(url) {
	const address = make("input", { id: "invite-url", value: url, readOnly: true, onfocus: () => address.select() });
	const copy = make("button.main", { type: "button", onclick: () => copied(address) }, "Copy");
	return make("div.row", {}, make("div.grow", {}, field("The link", address)), copy);
}

/** Where pages have no clipboard, the link is selected for the hand. */
async function copied(address) {
	address.select();
	const done = await (navigator.clipboard?.writeText(address.value).then(() => true, () => false) ?? document.execCommand("copy"));
	notice(done ? "The link is copied." : "Copy the link that is selected.");
}

function row({ id, role, expires_at: ends, uses, used }, path, options) {
	const take = async () => {
		const failed = await remove(`${path}/${id}`, undefined, options).catch((error) => error);
		if (failed) notice(failed.message);
		else node.remove();
	};
	const words = make("div.grow", {}, make("b", {}, `${ROLES[role]}s`), make("p.quiet", {}, `${used} of ${uses} came · good until ${WHEN.format(ends)}`));
	const node = make("li.row", {}, words, twice(make("button", { type: "button" }, "Withdraw"), "Really?", take));
	return node;
}
