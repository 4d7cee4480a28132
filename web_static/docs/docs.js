/** The description of the API as people read it: by subject, each route with what it takes and gives. */

import { find, make } from "../app/dom.js";
import { openPage } from "../app/shell.js";
import { blocks, inline } from "./markdown.js";
import { route } from "./route.js";

const METHODS = ["get", "post", "put", "patch", "delete"];

openPage();
try {
	const answer = await fetch("/api/openapi.json");
	draw(await answer.json());
	find("state").textContent = "";
	goToAnchor();
} catch (error) {
	find("state").textContent = `The description cannot be read: ${error.message}`;
}
addEventListener("hashchange", goToAnchor);

function draw(description) {
	const groups = grouped(routesOf(description));
	const { title, version, description: words } = description.info;
	const machine = make("a", { href: "/api/openapi.json" }, "OpenAPI");
	find("about").replaceChildren(make("p", {}, `${title} ${version}, for machines as `, machine, "."), ...blocks(words ?? ""));
	find("groups").replaceChildren(...groups.map(([name, routes]) => group(name, routes, description)));
	find("contents").replaceChildren(...groups.map(contents));
}

function routesOf({ paths }) {
	return Object.entries(paths).flatMap(([path, item]) =>
		METHODS.filter((method) => item[method]).map((method) => ({
			id: `${method}${path.replaceAll(/\W+/g, "-")}`.replace(/-$/, ""),
			method: method.toUpperCase(),
			path,
			...item[method],
			parameters: [...(item.parameters ?? []), ...(item[method].parameters ?? [])],
		})),
	);
}

function grouped(routes) {
	const groups = new Map();
	for (const each of routes) {
		const name = each.tags?.[0] ?? "other";
		groups.set(name, [...(groups.get(name) ?? []), each]);
	}
	return [...groups];
}

function group(name, routes, description) {
	const about = description.tags?.find((tag) => tag.name === name)?.description;
	const title = make("h2", { id: `tag-${name}` }, name);
	return make("section", { "aria-labelledby": `tag-${name}` }, title, about && make("p", {}, inline(about)), routes.map((each) => route(each, description)));
}

function contents([name, routes]) {
	const links = routes.map(({ id, method, path }) => make("li", {}, make("a", { href: `#${id}` }, make("span.method", { "data-method": method }, method), " ", path)));
	return make("details", { open: true }, make("summary", {}, name), make("ul", {}, links));
}

/** The routes were not there when the browser looked for the anchor. */
function goToAnchor() {
	const target = location.hash && find(decodeURIComponent(location.hash.slice(1)));
	if (!target) return;
	const fold = target.querySelector("details");
	if (fold) fold.open = true;
	target.scrollIntoView();
}
