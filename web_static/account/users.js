/** All accounts, for those who give out roles. */

import { get, put } from "../app/api.js";
import { find, make } from "../app/dom.js";
import { field } from "../app/field.js";
import { notice } from "../app/notice.js";
import { Paged } from "../app/paged.js";
import { permittedNow } from "../app/permission.js";
import { openPage } from "../app/shell.js";
import { askWhy } from "../app/why.js";
import { dateOf } from "../app/words.js";
import { person } from "./person.js";

const PERMISSION = "account.roles";
const TYPED_MS = 250;
const ROLES = ["viewer", "creator", "admin"];
const filter = find("filter");
const list = find("users");

if (openPage({ permission: PERMISSION })) begin();
else if (await permittedNow(PERMISSION)) location.reload();
else {
	list.hidden = true;
	find("state").textContent = "This page is for those who give out roles.";
}

function begin() {
	const paged = new Paged({ list, read, draw: row, empty: "Nobody fits." });
	let pause;
	filter.hidden = false;
	filter.addEventListener("submit", (event) => (event.preventDefault(), paged.begin()));
	filter.addEventListener("input", () => (clearTimeout(pause), (pause = setTimeout(() => paged.begin(), TYPED_MS))));
	paged.begin();
}

function read(cursor, signal) {
	const { q, role } = filter.elements;
	return get("/api/admin/users", { q: q.value.trim(), role: role.value, cursor }, { signal });
}

function row(user) {
	const { email, email_verified: verified, created_at: since, role } = user;
	const facts = make("p.quiet.grow", {}, `${email} · ${verified ? "" : "not confirmed · "}since ${dateOf(since)}`);
	const button = make("button", { type: "button", "aria-label": `${role}: change the role of ${user.display_name}`, onclick: () => ask(user) }, role);
	return make("li.row", { "data-user": user.id }, person(user), facts, button);
}

function ask(user) {
	const roles = make("select", { id: "new_role", name: "role" }, ROLES.map((role) => make("option", { selected: role === user.role }, role)));
	askWhy("Change the role", `The role of ${user.display_name}; the audit log keeps this.`, (values) => change(user, values), field("New role", roles));
}

async function change(user, { role, reason }) {
	await put(`/api/admin/users/${user.id}/role`, { role, reason });
	const changed = row({ ...user, role });
	list.querySelector(`[data-user="${user.id}"]`)?.replaceWith(changed);
	notice(`${user.display_name} is ${role} now.`);
	setTimeout(() => changed.querySelector("button").focus());
}
