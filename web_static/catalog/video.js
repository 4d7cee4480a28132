/** The page of one video: where it plays, what it is about, and what people do with it. */

import { get, post, put, request } from "../app/api.js";
import { find, make } from "../app/dom.js";
import { noticeLeft } from "../app/notice.js";
import { openPage } from "../app/shell.js";
import { Storage } from "../app/storage.js";
import { who } from "../app/who.js";
import { about } from "./about_video.js";
import { Comments } from "./comments.js";
import { stage } from "./stage.js";

const NEXT = 8;

openPage();
noticeLeft();
const id = decodeURIComponent(location.pathname.split("/")[2]);
const path = `/api/videos/${encodeURIComponent(id)}`;

/** Read the video afresh as {video, etag}. */
async function read() {
	const { data, etag } = await request("GET", path);
	return { video: data, etag };
}

async function show() {
	const { video } = await read();
	document.title = `${video.title} · CosmoHub`;
	find("video").replaceChildren(stage(video), ...about(video, { read, changed: show }));
	find("video").ariaBusy = "false";
	return video;
}

async function begin() {
	const video = await show();
	find("comments").hidden = Boolean(video.deleted_at);
	if (!video.deleted_at) new Comments(video).begin();
	if (video.published_at && !video.deleted_at) count(video);
	await showNext(video);
}

/** A visit counts once a tab, and goes into one's history; nobody waits for it, and nobody misses it. */
function count({ position_s: seconds }) {
	const storage = new Storage("cosmohub.visit", "sessionStorage");
	const session = storage.get("") ?? crypto.getRandomValues(new Uint32Array(4)).join("-");
	const missed = (error) => console.info("The visit was not counted:", error.message);
	storage.set("", session);
	post(`${path}/views`, { session }).catch(missed);
	if (who()) put(`${path}/progress`, { position_s: seconds ?? 0 }).catch(missed);
}

async function showNext({ category }) {
	const { items } = await get("/api/videos", { category, sort: "trending", limit: NEXT });
	const { card } = await import("./card.js");
	const others = items.filter((video) => video.id !== id);
	find("next").hidden = !others.length;
	find("next").lastElementChild.replaceChildren(...others.map((video) => card(video)));
}

begin().catch((error) => {
	if (error.status === undefined) throw error;
	if (find("video").ariaBusy === "true") showProblem(error);
});

function showProblem({ status, message }) {
	const gone = status === 404 || status === 410;
	find("video").ariaBusy = "false";
	find("video").replaceChildren(
		make("h1", {}, gone ? "This video is not here" : "This video cannot be shown"),
		make("p", { role: "alert" }, gone ? "It may be private, or it was taken down." : message),
		make("p", {}, make("a.button", { href: "/videos" }, "All videos")),
	);
}
