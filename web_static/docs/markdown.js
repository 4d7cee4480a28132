/** The few marks of Markdown that the description uses: `code`, **strong**, paragraphs and tables. */

import { make } from "../app/dom.js";

const MARKED = /(`[^`]+`|\*\*[^*]+\*\*)/;
const RULE = /^\|[-| ]+\|$/;

/** Make the parts of a line. */
export function inline(text) {
	return text.split(MARKED).filter(Boolean).map((part) => {
		if (part.startsWith("`")) return make("code", {}, part.slice(1, -1));
		return part.startsWith("**") ? make("b", {}, part.slice(2, -2)) : part;
	});
}

/** Make the paragraphs and tables of a text. */
export const blocks = (text) => text.trim().split(/\n{2,}/).map((block) => (block.startsWith("|") ? table(block.split("\n")) : make("p", {}, inline(block))));

function table(lines) {
	const [head, ...rows] = lines.filter((line) => !RULE.test(line)).map((line) => line.slice(1, -1).split("|"));
	const row = (cells, name) => make("tr", {}, cells.map((cell) => make(name, {}, inline(cell.trim()))));
	return make("div.wide-table", {}, make("table", {}, make("thead", {}, row(head, "th")), make("tbody", {}, rows.map((cells) => row(cells, "td")))));
}
