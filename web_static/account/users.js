/** All accounts, for those who give out roles. */

import { get, put } from "../app/api.js";
import { find, make } from "../app/dom.js";
import { onSubmit } from "../app/form.js";
import { longDate } from "../app/dates.js";
import { notice } from "../app/notice.js";
import { openPage } from "../app/shell.js";
import { person } from "./people.js";

const TYPED_MS = 250;
const filter = find("filter");
const dialog = find("change");
const rows = document.querySelector("tbody");
let next = null;
let asked;
let chosen;
let pause;

if (openPage({ permission: "account.roles" })) begin();
else find("state").textContent = "This page is for those who give out roles.";

function begin() {
	filter.addEventListener("submit", (event) => event.preventDefault());
	filter.addEventListener("input", () => (clearTimeout(pause), (pause = setTimeout(readAnew, TYPED_MS))));
	find("more").addEventListener("click", read);
	find("cancel").addEventListener("click", () => dialog.close());
	onSubmit(dialog.querySelector("form"), change);
	readAnew();
}

function readAnew() {
	next = null;
	rows.replaceChildren();
	return read();
}

async function read() {
	asked?.abort();
	asked = new AbortController();
	const { q, role } = filter.elements;
	find("state").textContent = "Reading…";
	try {
		const page = await get("/api/admin/users", { q: q.value.trim(), role: role.value, cursor: next }, { signal: asked.signal });
		next = page.next;
		rows.append(...page.items.map(row));
		find("more").hidden = !next;
		find("state").textContent = rows.childElementCount ? "" : "Nobody fits.";
	} catch (error) {
		if (error.name !== "AbortError") find("state").textContent = error.message;
	}
}

function row(user) {
	const { email, email_verified: verified, created_at: since } = user;
	const cells = [person(user), [email, !verified && make("small", {}, " not confirmed")], longDate(since), roleButton(user)];
	return make("tr", { "data-user": user.id }, cells.map((cell) => make("td", {}, cell)));
}

function roleButton(user) {
	const label = `${user.role}: change the role of ${user.display_name}`;
	return make("button", { type: "button", "aria-label": label, onclick: () => open(user) }, user.role);
}

function open(user) {
	chosen = user;
	find("change-title").textContent = `Role of ${user.display_name}`;
	find("new_role").value = user.role;
	find("reason").value = "";
	dialog.showModal();
}

async function change({ role, reason }) {
	await put(`/api/admin/users/${chosen.id}/role`, { role, reason });
	const user = { ...chosen, role };
	rows.querySelector(`[data-user="${user.id}"]`).replaceWith(row(user));
	dialog.close();
	notice(`${user.display_name} is ${role} now.`);
	rows.querySelector(`[data-user="${user.id}"] button`).focus();
}
