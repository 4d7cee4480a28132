/** The page of a person: who they are, whom they follow, and who follows them. */

import { get, put, remove } from "../app/api.js";
import { avatar } from "../app/avatar.js";
import { find, make } from "../app/dom.js";
import { notice } from "../app/notice.js";
import { once } from "../app/once.js";
import { Paged } from "../app/paged.js";
import { openPage, signInAddress } from "../app/shell.js";
import { can, who } from "../app/who.js";
import { counted, dateOf } from "../app/words.js";
import { card } from "../catalog/card.js";
import { showPeople } from "./person.js";

const handle = decodeURIComponent(location.pathname.split("/")[2] ?? "");
const path = `/api/users/${encodeURIComponent(handle)}`;
const press = once(follow);
let user;

openPage();
await read();

async function read() {
	try {
		({ user } = await get(path));
		document.title = `${user.display_name} · CosmoHub`;
		draw();
		if (user.role !== "viewer") showVideos();
	} catch (error) {
		const words = error.status === 404 ? "Nobody has this name here." : error.message;
		find("profile").replaceChildren(make("h1", {}, "Profile"), make("p", {}, words));
	}
	find("profile").ariaBusy = "false";
}

function draw() {
	const picture = avatar(user);
	picture.classList.add("large");
	const role = user.role !== "viewer" && make("span.tag", {}, user.role);
	const names = make("div.grow", {}, make("h1", { dir: "auto" }, user.display_name), make("p.quiet", {}, `@${user.handle} `, role));
	const since = make("p.quiet", {}, `Here since ${dateOf(user.created_at)}`);
	const bio = user.bio && make("p.words", { dir: "auto" }, user.bio);
	find("profile").replaceChildren(...[make("div.person", {}, picture, names, make("div.row", {}, action(), reporting())), bio, numbers(), since].filter(Boolean));
}

function action() {
	if (who()?.id === user.id) return make("a.button", { href: "/settings" }, "Edit");
	if (!who()) return make("a.button.main", { href: signInAddress() }, "Follow");
	const following = user.followed_by_me;
	const text = following ? "Following" : "Follow";
	return make(`button${following ? "" : ".main"}`, { id: "follow", type: "button", "aria-pressed": `${following}`, onclick: press }, text);
}

function reporting() {
	const ask = () => import("../app/why.js").then(({ report }) => report({ kind: "user", id: user.id }));
	return can("report.create") && who().id !== user.id && make("button", { type: "button", onclick: ask }, "Report");
}

function numbers() {
	const link = (title, words, name) => make("button", { type: "button", onclick: () => showPeople(title, `${path}/${name}`) }, words);
	const followers = link("Followers", counted(user.followers, "follower"), "followers");
	return make("p.numbers", {}, followers, link("Following", `follows ${counted(user.following, "person", "people")}`, "following"));
}

function showVideos() {
	find("videos").hidden = false;
	const read = (cursor, signal) => get("/api/videos", { creator: user.handle, cursor }, { signal });
	new Paged({ list: find("videos").querySelector("ul"), read, draw: (video) => card(video), empty: "No videos yet." }).begin();
}

async function follow() {
	const wanted = !user.followed_by_me;
	try {
		await (wanted ? put(`${path}/follow`) : remove(`${path}/follow`));
		user = { ...user, followed_by_me: wanted, followers: user.followers + (wanted ? 1 : -1) };
		draw();
		find("follow").focus();
	} catch (error) {
		notice(error.message);
	}
}
