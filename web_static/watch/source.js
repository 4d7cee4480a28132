/** What a video element plays: a file, or HLS by hls.js, or HLS by the browser where that cannot run. */

const LIBRARY = new URL("../vendor/hls.js", import.meta.url).href;
const WORKER = new URL("../vendor/hls.worker.js", import.meta.url).href;
const HLS_TYPE = "application/vnd.apple.mpegurl";
const AGAIN_MS = 3000;

/** The party says where to be and how fast: hls.js must not catch up by itself. */
const OPTIONS = { workerPath: WORKER, maxLiveSyncPlaybackRate: 1, startFragPrefetch: true };

export class Source {
	#video;
	#changed;
	#item = null;
	#hls = null;
	#timer = null;
	#problem = "";

	/** Calls `changed()` when there is or no longer is a problem. */
	constructor(video, changed) {
		this.#video = video;
		this.#changed = changed;
		video.addEventListener("error", () => this.#item && !this.#hls && this.#failed("This video cannot be played here."));
		video.addEventListener("loadeddata", () => this.#say(""));
	}

	get item() {
		return this.#item;
	}

	/** What keeps the item from playing, in words; "" when nothing does. */
	get problem() {
		return this.#problem;
	}

	/** Play an item {id, url, kind} from about a position on, or nothing (null); answer whether that is another than before. */
	show(item, positionMs) {
		if (item?.id === this.#item?.id && item?.url === this.#item?.url) return false;
		this.#clear();
		this.#item = item;
		if (item) this.#load(item, positionMs);
		return true;
	}

	/** The qualities {levels: names, level}; `level` is -1 while it is whichever fits the line. A file has one, without a name. */
	get quality() {
		const { levels = [], manualLevel = -1 } = this.#hls ?? {};
		return { levels: levels.map(named), level: manualLevel };
	}

	/** Play in this quality from the next piece on, -1 is whichever fits the line. */
	chooseQuality(level) {
		if (!this.#hls) return;
		this.#hls.autoLevelCapping = -1;
		this.#hls.nextLevel = level;
	}

	/** Be content with one quality level less, where there are several. */
	lowerQuality() {
		if (this.#hls?.currentLevel > 0) this.#hls.autoLevelCapping = this.#hls.currentLevel - 1;
	}

	stop() {
		this.show(null);
	}

	#clear() {
		clearTimeout(this.#timer);
		this.#hls?.destroy();
		this.#hls = null;
		this.#say("");
		this.#video.removeAttribute("src");
		this.#video.load();
	}

	async #load(item, positionMs) {
		if (item.kind !== "hls") return this.#direct(item);
		const Hls = await library().catch(() => null);
		if (item !== this.#item) return undefined;
		if (Hls?.isSupported()) return this.#attach(Hls, item, positionMs);
		return this.#video.canPlayType(HLS_TYPE) ? this.#direct(item) : this.#failed("This browser cannot play HLS.");
	}

	#direct({ url }) {
		this.#video.preload = "auto";
		this.#video.src = url;
		this.#video.load();
	}

	#attach(Hls, { url }, positionMs) {
		const hls = new Hls({ ...OPTIONS, startPosition: positionMs / 1000 });
		this.#hls = hls;
		hls.on(Hls.Events.ERROR, (_, { fatal, type }) => fatal && this.#mend(type === Hls.ErrorTypes.MEDIA_ERROR));
		hls.on(Hls.Events.FRAG_BUFFERED, () => this.#say(""));
		hls.loadSource(url);
		hls.attachMedia(this.#video);
	}

	#mend(decoding) {
		this.#failed(decoding ? "This video cannot be decoded." : "This video cannot be loaded.");
		if (decoding) this.#hls.recoverMediaError();
	}

	/** Nobody has to reload the page because a server was away for a moment. */
	#failed(words) {
		this.#say(words);
		const item = this.#item;
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => {
			this.#clear();
			this.#say(words);
			this.#load(item, 0);
		}, AGAIN_MS);
	}

	#say(words) {
		if (words === this.#problem) return;
		this.#problem = words;
		this.#changed();
	}
}

const named = ({ height, bitrate }) => (height ? `${height}p` : `${Math.round(bitrate / 1000)} kbit/s`);

let loading = null;

/** Bring hls.js, once; who failed to may try again. */
function library() {
	loading ??= new Promise((resolve, reject) => {
		const script = Object.assign(document.createElement("script"), { src: LIBRARY });
		script.addEventListener("load", () => resolve(globalThis.Hls));
		script.addEventListener("error", () => ((loading = null), reject(new Error("hls.js cannot be loaded"))));
		document.head.append(script);
	});
	return loading;
}
