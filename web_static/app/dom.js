/** Elements of the page: found, and made without markup. */

export const find = (id) => document.getElementById(id);

/** Make `"tag.class"` with properties and attributes (`aria-…`, `data-…`, `role`, …) and children; false ones are left out. */
export function make(name, properties = {}, ...children) {
	const [tag, ...classes] = name.split(".");
	const node = document.createElement(tag);
	if (classes.length) node.className = classes.join(" ");
	for (const [key, value] of Object.entries(properties)) put(node, key, value);
	node.append(...children.flat().filter((child) => child || child === 0));
	return node;
}

function put(node, key, value) {
	if (value === undefined || value === null || value === false) return;
	if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
	else if (key in node && key !== "list" && key !== "form") node[key] = value;
	else node.setAttribute(key, value === true ? "" : value);
}

/** Make an element of text; `dir` "auto" for what people wrote. */
export function element(name, className, text = "", dir = "") {
	return Object.assign(document.createElement(name), { className, textContent: text, dir });
}

/** Make a picture of one path on 24 × 24 that says nothing by itself. */
export function icon(path) {
	const names = "http://www.w3.org/2000/svg";
	const svg = document.createElementNS(names, "svg");
	const line = svg.appendChild(document.createElementNS(names, "path"));
	svg.setAttribute("viewBox", "0 0 24 24");
	svg.setAttribute("aria-hidden", "true");
	svg.classList.add("icon");
	line.setAttribute("d", path);
	return svg;
}
