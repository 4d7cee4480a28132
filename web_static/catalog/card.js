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
	const person = make("a", { href: `/u/${creator.handle}`, dir: "auto" }, creator.display_name);
	const facts = make("p.quiet", {}, person, ` · ${counted(views, "view")}`, published && [" · ", since(published)]);
	return make("li.video", { "data-id": id }, picture, make("div.about", {}, make("h3", {}, link), facts, notes(video), ...more));
}

function notes({ published_at: published, visibility, state, deleted_at: deleted }) {
	const standing = deleted ? "Deleted" : published ? STATES[state] : "Not published";
	const words = [standing, visibility !== "public" && visibility[0].toUpperCase() + visibility.slice(1)].filter(Boolean);
	const tags = words.map((word) => make("span.tag", {}, word));
	return tags.length > 0 && make("p.row", {}, tags);
}
