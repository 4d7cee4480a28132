/** The page of a person: who they are, whom they follow, and who follows them. */

import { get, put, remove } from "../app/api.js";
import { avatar } from "../app/avatar.js";
import { find, make } from "../app/dom.js";
import { longDate } from "../app/dates.js";
import { number } from "../app/numbers.js";
import { notice } from "../app/notice.js";
import { openPage, signInAddress } from "../app/shell.js";
import { who } from "../app/who.js";
import { PeopleList } from "./people.js";

const handle = decodeURIComponent(location.pathname.split("/")[2] ?? "");
const path = `/api/users/${encodeURIComponent(handle)}`;
const people = new PeopleList(find("people"));
let user;

openPage();
await read();

async function read() {
	try {
		({ user } = await get(path));
		document.title = `${user.display_name} · CosmoHub`;
		draw();
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
	const since = make("p.quiet", {}, `Here since ${longDate(user.created_at)}`);
	const bio = user.bio && make("p.words", { dir: "auto" }, user.bio);
	find("profile").replaceChildren(...[make("div.person", {}, picture, names, action()), bio, numbers(), since].filter(Boolean));
}

function action() {
	if (who()?.id === user.id) return make("a.button", { href: "/settings" }, "Edit");
	if (!who()) return make("a.button.main", { href: signInAddress() }, "Follow");
	const following = user.followed_by_me;
	const text = following ? "Following" : "Follow";
	return make(`button${following ? "" : ".main"}`, { id: "follow", type: "button", "aria-pressed": `${following}`, onclick: follow }, text);
}

function numbers() {
	const link = (count, name, words) => make("button", { type: "button", onclick: () => people.open(words, `${path}/${name}`) }, make("b", {}, number(count, 0)), ` ${words.toLowerCase()}`);
	return make("p.numbers", {}, link(user.followers, "followers", "Followers"), link(user.following, "following", "Following"));
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
