/** Forms that say what is wrong at the field that is wrong, to eyes and to screen readers. */

import { newKey } from "./api.js";
import { make } from "./dom.js";

/**
 * Call `act(values, key)` when a form is sent and its fields are as they must be. `values` are by name, check boxes as
 * booleans; `key` stays the same until something else is sent, so that a repetition creates nothing twice. What `act` throws is
 * shown at the field named by `error.field`, else in the form's `[role=alert]`. A button
 * `disabled data-early` in the markup keeps what is typed early, such as a password, out of the address.
 */
export function onSubmit(form, act) {
	let last = {};
	form.noValidate = true;
	for (const button of form.querySelectorAll("[data-early]")) button.disabled = false;
	form.addEventListener("input", ({ target }) => mark(target, ""));
	form.addEventListener("submit", async (event) => {
		event.preventDefault();
		if (form.ariaBusy === "true" || !complete(form)) return;
		const values = valuesOf(form, event.submitter);
		const sent = JSON.stringify(values);
		if (last.sent !== sent) last = { sent, key: newKey() };
		const done = await attempt(form, () => act(values, last.key));
		if (done) last = {};
	});
}

/** Do something for a form, or a part of the page like one, which is busy meanwhile; answer whether it went well, and show why not. */
export async function attempt(form, act) {
	say(form, "");
	form.ariaBusy = "true";
	try {
		await act();
		return true;
	} catch (error) {
		showError(form, error);
		return false;
	} finally {
		form.ariaBusy = "false";
	}
}

/** Show an error at its field, or for the whole form. */
export function showError(form, error) {
	const field = error.field && form.elements?.[error.field];
	if (!field) say(form, error.message);
	else {
		mark(field, error.message);
		field.focus();
	}
	if (error.status === undefined) throw error;
}

/** Read a form's values by name, with the pressed button's. */
export function valuesOf(form, submitter) {
	const named = [...form.elements].filter(({ name, type }) => name && type !== "submit" && type !== "button");
	const values = Object.fromEntries(named.filter(({ type, checked }) => type !== "radio" || checked).map(valueOf));
	return submitter?.name ? { ...values, [submitter.name]: submitter.value } : values;
}

const valueOf = ({ name, type, value, checked }) => [name, type === "checkbox" ? checked : value];

/** Put values into a form; what was typed since it had the values `sent` stays. */
export function refill({ elements }, sent, values) {
	for (const [name, value] of Object.entries(values)) if (elements[name].value === sent[name]) elements[name].value = value;
}

/** Say how it stands with the whole form. */
export function say(form, text) {
	const place = form.querySelector("[role=alert]");
	if (place) place.textContent = text;
}

function complete(form) {
	const fields = [...form.elements].filter(({ willValidate }) => willValidate);
	for (const field of fields) mark(field, field.validationMessage);
	const wrong = fields.find((field) => !field.validity.valid);
	wrong?.focus();
	return !wrong;
}

/** Write what is wrong below a field, "" when nothing is. */
function mark(field, problem) {
	if (!field.id) return;
	const id = `${field.id}-problem`;
	const words = document.getElementById(id) ?? make("span.bad", { id });
	const others = (field.getAttribute("aria-describedby") ?? "").split(" ").filter((name) => name && name !== id);
	words.textContent = problem;
	if (problem) (field.closest(".field") ?? field.parentElement).append(words);
	else words.remove();
	field.ariaInvalid = problem ? "true" : null;
	const described = problem ? [...others, id] : others;
	if (described.length) field.setAttribute("aria-describedby", described.join(" "));
	else field.removeAttribute("aria-describedby");
}
