/** The frame of every page: where one can go, the search, and who one is. */

import { avatar } from "./avatar.js";
import { icon, make } from "./dom.js";
import { Storage } from "./storage.js";
import { can, onWho, who } from "./who.js";

const PLACES = [
	["/", "Live", /^\/$/],
	["/watch", "Watch", /^\/watch\b/],
	["/videos", "Videos", /^\/(videos|lists|history)\b/],
	["/forum", "Forum", /^\/(forum|threads)\b/],
];
const MAGNIFIER = "M10 4a6 6 0 1 0 0 12 6 6 0 0 0 0-12zm4.5 10.5L20 20";

/** Answer the address of the sign-in page, from which one comes back here. */
export function signInAddress() {
	const here = location.pathname + location.search;
	return here === "/" ? "/login" : `/login?next=${encodeURIComponent(here)}`;
}

/**
 * Draw the page's header into `header.site`. With `account` or a `permission` the page is for those who are signed in: others
 * are sent to sign in. Answer whether one may go on.
 */
export function openPage({ account = false, permission = "" } = {}) {
	const header = document.querySelector("header.site");
	const closed = () => (account || permission) && !who();
	const draw = () => header.replaceChildren(brand(), places(), search(), ...person());
	onWho((user, before) => {
		if (closed()) location.replace(signInAddress());
		else if (user && before) location.reload();
		else draw();
	});
	draw();
	if (new Storage("cosmohub.notice", "sessionStorage").get("")) import("./notice.js").then(({ noticeLeft }) => noticeLeft());
	if (closed()) location.replace(signInAddress());
	return !closed() && (!permission || can(permission));
}

function brand() {
	return make("a.brand", { href: "/" }, make("img", { src: "/static/app/icon.svg", alt: "", width: 26, height: 26 }), make("span", {}, "CosmoHub"));
}

function places() {
	const links = PLACES.map(([href, text, here]) => make("a", { href, "aria-current": here.test(location.pathname) && "page" }, text));
	return make("nav", { "aria-label": "Pages" }, links);
}

function search() {
	const typed = location.pathname === "/search" ? (new URLSearchParams(location.search).get("q") ?? "") : "";
	const field = make("input", { type: "search", name: "q", value: typed, placeholder: "Search", maxLength: 200, "aria-label": "Search videos, people and threads" });
	const form = make("form", { role: "search", action: "/search" }, field);
	return make("div.search", {}, form, make("a.round", { href: "/search", "aria-label": "Search" }, icon(MAGNIFIER)));
}

function person() {
	const user = who();
	if (!user) return location.pathname === "/login" ? [] : [make("a.button", { href: signInAddress() }, "Sign in")];
	const menu = make("div.menu", { id: "account-menu", popover: "auto" }, make("p", { dir: "auto" }, make("b", {}, user.display_name), make("small", {}, `@${user.handle}`)));
	const links = [
		["Profile", `/u/${user.handle}`],
		["Settings", "/settings"],
		["Lists", "/lists"],
		["History", "/history"],
		can("post.moderate") && ["Moderation", "/moderation"],
		can("account.roles") && ["Users", "/admin/users"],
	];
	menu.append(...links.filter(Boolean).map(([text, href]) => make("a", { href }, text)));
	menu.append(make("button", { type: "button", onclick: () => import("./sign_out.js").then(({ signOut }) => signOut()) }, "Log out"));
	const opener = make("button.round", { type: "button", "aria-label": `Your account, ${user.display_name}` }, avatar(user));
	opener.popoverTargetElement = menu;
	return [opener, menu];
}
