/** A video as it stands in a grid or a list. */

import { make } from "../app/dom.js";
import { counted, since } from "../app/words.js";
import { poster } from "./poster.js";

const STATES = { draft: "Nothing to watch yet", uploaded: "Waiting to be processed", processing: "Processing", failed: "Processing failed" };

/** Make the card of a video; `more` stands below it. */
export function card(video, ...more) {
	const { id, title, creator, views, published_at: published, progress_s: watched, duration_s: length } = video;
	const link = make("a", { href: `/videos/${id}`, dir: "auto" }, title);
	const picture = poster(video);
	if (watched && length) picture.append(make("progress", { max: length, value: watched, "aria-label": "Watched" }));
	const facts = [counted(views, "view"), published && since(published)].filter(Boolean).flatMap((fact) => [" · ", fact]);
	return make(
		"li.video", { "data-id": id }, picture,
		make("div.about", {}, make("h3", {}, link), make("p.quiet", {}, make("a", { href: `/u/${creator.handle}`, dir: "auto" }, creator.display_name), ...facts), notes(video), ...more),
	);
}

function notes({ published_at: published, visibility, state, deleted_at: deleted }) {
	const words = [deleted && "Deleted", !published && "Not published", visibility !== "public" && visibility, state !== "ready" && published && STATES[state]];
	const tags = words.filter(Boolean).map((word) => make("span.tag", {}, word[0].toUpperCase() + word.slice(1)));
	return tags.length > 0 && make("p.row", {}, tags);
}
