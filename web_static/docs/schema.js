/** JSON schemas in words: a name for each type, and its fields as a list. */

import { make } from "../app/dom.js";
import { inline } from "./markdown.js";

const DEPTH_MAX = 4;
const FAR = 100_000;
const LIMITS = [["minLength", "at least", "characters"], ["maxLength", "at most", "characters"], ["minimum", "from", ""], ["maximum", "up to", ""], ["minItems", "at least", "items"], ["maxItems", "at most", "items"]];

/** Follow a reference within the description. */
export function resolve(schema, description) {
	if (!schema?.$ref) return schema ?? {};
	const steps = schema.$ref.replace(/^#\//, "").split("/");
	const found = steps.reduce((place, step) => place?.[step.replaceAll("~1", "/").replaceAll("~0", "~")], description);
	return resolve(found, description);
}

/** Name a type as short as it can be said. */
export function typeName(schema, description) {
	const resolved = resolve(schema, description);
	const { type, format, items, enum: values, const: value, anyOf, oneOf } = resolved;
	const choices = anyOf ?? oneOf;
	if (choices) return choices.map((each) => typeName(each, description)).join(" or ");
	if (values) return values.map((each) => JSON.stringify(each)).join(" | ");
	if (value !== undefined) return JSON.stringify(value);
	if (type === "array") return `list of ${typeName(items ?? {}, description)}`;
	if (type === "object" || resolved.properties) return resolved.title ?? "object";
	return [format, Array.isArray(type) ? type.join(" or ") : type].filter(Boolean).join(" ") || "anything";
}

/** Make the list of a schema's fields, those of its parts within. */
export function fields(schema, description, depth = 0) {
	const { properties = {}, required = [] } = partOf(schema, description);
	const lines = Object.entries(properties).map(([name, each]) => field(name, each, required.includes(name), description, depth));
	if (lines.length) return make("ul.fields", {}, lines);
	return depth === 0 && make("p.quiet", {}, typeName(schema, description));
}

function field(name, schema, required, description, depth) {
	const { description: words } = resolve(schema, description);
	const notes = [typeName(schema, description), ...limits(schema, description), !required && "optional"].filter(Boolean);
	const within = depth < DEPTH_MAX && fields(schema, description, depth + 1);
	return make("li", {}, make("code", {}, name), " ", make("small", {}, notes.join(", ")), words && make("span", {}, " ", inline(words)), within);
}

/** Find the object in a schema: itself, an item of a list, or the one that is not null. */
function partOf(schema, description) {
	const resolved = resolve(schema, description);
	const inner = resolved.items ?? (resolved.anyOf ?? resolved.oneOf)?.find((each) => resolve(each, description).type !== "null");
	return resolved.properties || !inner ? resolved : partOf(inner, description);
}

/** Say the limits of a value, or of the one that may stand instead of null; what is out of reach is none. */
function limits(schema, description) {
	const resolved = resolve(schema, description);
	const value = resolved.anyOf ? resolve(resolved.anyOf[0], description) : resolved;
	const told = LIMITS.filter(([name]) => value[name] > 0 && value[name] < FAR);
	return told.map(([name, words, unit]) => `${words} ${value[name]} ${unit}`.trim());
}
