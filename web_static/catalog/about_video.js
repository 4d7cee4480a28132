/** What is said about a video, and what one may do with it. */

import { get, put, remove } from "../app/api.js";
import { make } from "../app/dom.js";
import { notice } from "../app/notice.js";
import { personLink } from "../app/person_link.js";
import { signInAddress } from "../app/shell.js";
import { who } from "../app/who.js";
import { counted, since } from "../app/words.js";

/** Make title, numbers, creator, acts and description of a video; `read()` and `changed()` are for who edits it. */
export function about(video, { read, changed }) {
	const { title, description, creator, views, published_at: published, category, tags } = video;
	const facts = make("p.quiet", {}, counted(views, "view"), published && [" · ", since(published)]);
	const label = (text, filter) => make("a.tag", { href: `/videos?${new URLSearchParams(filter)}`, dir: "auto" }, text);
	const labels = [label(category, { category }), ...tags.map((tag) => label(`#${tag}`, { tag }))];
	const acts = [likeButton(video), saveButton(video), reportButton(video)];
	return [
		make("h1", { dir: "auto" }, title),
		make("div.bar", {}, make("div.row", {}, personLink(creator), followButton(creator)), make("div.row", {}, acts)),
		video.editable && ownerBar(video, read, changed),
		make("div.card.stack", {}, facts, description && make("p.words", { dir: "auto" }, description), make("p.row", {}, labels)),
	].filter(Boolean);
}

/** Make a button that is on or off; who is nobody is sent to sign in. `turn(on)` tells the hub, in the order of the presses; `words(on)` is its text. */
function toggle(on, words, turn) {
	const draw = () => Object.assign(button, { ariaPressed: on, textContent: words(on) });
	const button = make("button", { type: "button", onclick: press });
	let told = Promise.resolve();
	function press() {
		if (!who()) return location.assign(signInAddress());
		const wanted = (on = !on);
		draw();
		told = told.then(() => turn(wanted)).catch((error) => {
			if (on === wanted) on = !wanted;
			draw();
			notice(error.message);
		});
		return told;
	}
	return draw();
}

function likeButton({ id, liked, likes }) {
	const others = likes - (liked ? 1 : 0);
	const words = (on) => `♥ ${counted(others + (on ? 1 : 0), "like")}`;
	return Object.assign(toggle(liked, words, (on) => (on ? put : remove)(`/api/videos/${id}/like`)), { id: "like" });
}

/** Whether one follows the creator is known a moment later. */
function followButton({ id, handle }) {
	if (id === who()?.id) return null;
	const words = (on) => (on ? "Following" : "Follow");
	const turn = (on) => (on ? put : remove)(`/api/users/${handle}/follow`);
	const follow = (on) => Object.assign(toggle(on, words, turn), { id: "follow" });
	const button = follow(false);
	const known = ({ user }) => user.followed_by_me && button.replaceWith(follow(true));
	button.disabled = button.ariaBusy = Boolean(who());
	if (who()) get(`/api/users/${handle}`).then(known, (error) => notice(error.message)).then(() => (button.disabled = button.ariaBusy = false));
	return button;
}

function saveButton(video) {
	const act = async () => (who() ? (await import("./saving.js")).save(video) : location.assign(signInAddress()));
	return make("button", { type: "button", id: "save", onclick: act }, "Save");
}

function reportButton({ id, creator }) {
	if (!who() || creator.id === who().id) return null;
	const act = async () => (await import("../app/why.js")).report({ kind: "video", id });
	return make("button", { type: "button", onclick: act }, "Report");
}

function ownerBar(video, read, changed) {
	const bar = make("div.card.bar.owner", { role: "group", "aria-label": "Your video" });
	import("./owner.js").then(({ ownerActs }) => bar.append(...ownerActs(video, read, changed)));
	return bar;
}
