/** Where a video plays: its poster, and in what state it is. */

import { make } from "../app/dom.js";
import { poster } from "./poster.js";

const WORDS = {
	draft: "Nothing has been uploaded yet.",
	uploaded: "Uploaded. It will be processed soon.",
	processing: "Being processed. It can be watched in a while.",
	failed: "It could not be processed. Its creator can upload it again.",
	ready: "",
};

/** Make the place where a video {state, poster, …} plays. */
export function stage(video) {
	const words = WORDS[video.state] ?? "";
	const busy = video.state === "processing" || video.state === "uploaded";
	const spinner = busy && make("span.spinner", { "aria-hidden": "true" });
	const said = words && make("p", { role: "status" }, spinner, words);
	return make("div.stage", { id: "player", "data-state": video.state }, poster(video), said);
}
