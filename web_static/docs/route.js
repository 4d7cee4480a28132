/** One route of the API: what it does, takes and answers, and how it refuses. */

import { make } from "../app/dom.js";
import { blocks, inline } from "./markdown.js";
import { fields, resolve, typeName } from "./schema.js";

/** Make the article about a route of an OpenAPI description. */
export function route({ id, method, path, summary, description: words, parameters, requestBody, responses, security }, description) {
	const heading = make("h3", {}, make("span.method", { "data-method": method }, method), " ", make("code", {}, path), make("a.anchor", { href: `#${id}`, "aria-label": `Link to ${method} ${path}` }, "#"));
	const parts = [
		table("Parameters", parameters.map((each) => parameter(resolve(each, description), description))),
		...body("Body", requestBody && resolve(requestBody, description), description),
		...answers(responses ?? {}, description),
	].filter(Boolean);
	const fold = parts.length > 0 && make("details", {}, make("summary", {}, "Takes and answers"), parts);
	const key = security?.length > 0 && make("p", {}, make("span.tag", {}, "bearer token"));
	return make("article.card", { id }, heading, summary && make("p", {}, inline(summary)), words && blocks(words), key, fold);
}

function parameter({ name, in: place, required, schema = {}, description: words }, description) {
	return [make("code", {}, name), `${typeName(schema, description)}, in ${place}${required ? "" : ", optional"}`, inline(words ?? resolve(schema, description).description ?? "")];
}

function body(title, { content = {}, description: words } = {}, description) {
	return Object.entries(content).flatMap(([type, { schema }]) => [
		make("h4", {}, title, " ", make("small", {}, type)),
		words && make("p", {}, inline(words)),
		schema && fields(schema, description),
	]);
}

function answers(responses, description) {
	const all = Object.entries(responses).map(([status, answer]) => [status, resolve(answer, description)]);
	const given = all.filter(([status]) => status < 300).flatMap(([status, answer]) => answered(status, answer, description));
	const others = all.filter(([status]) => status >= 300).map(([status, { description: words = "" }]) => [make("b", { "data-good": `${status < 400}` }, status), inline(words)]);
	return [...given, table("Or else", others)];
}

function answered(status, { content = {}, description: words = "" }, description) {
	const parts = body(`Answer ${status}`, { content, description: words }, description);
	return parts.length ? parts : [make("h4", {}, `Answer ${status}`), make("p", {}, inline(words))];
}

function table(title, rows) {
	if (!rows.length) return null;
	const lines = rows.map((cells) => make("tr", {}, cells.map((cell) => make("td", {}, cell))));
	return make("div", {}, make("h4", {}, title), make("table", {}, make("tbody", {}, lines)));
}
