/**
 * Runs before a page's own scripts: gives the page a clock that is off by seconds and runs too fast or too slow, and
 * keeps the machine's own clock for the log of what was shown when. Evaluated with `{offsetMs, ppm, grid}`.
 */
({ offsetMs, ppm, grid }) => {
	const trueNow = performance.now.bind(performance);
	const TrueDate = Date;
	const shifted = (ms) => ms * (1 + ppm * 1e-6) + offsetMs;
	const appDate = () => Math.round(performance.timeOrigin + shifted(trueNow()));

	performance.now = () => shifted(trueNow());
	globalThis.Date = class extends TrueDate {
		constructor(...given) {
			super(...(given.length ? given : [appDate()]));
		}

		static now() {
			return appDate();
		}
	};

	const timeStamp = Object.getOwnPropertyDescriptor(Event.prototype, "timeStamp").get;
	Object.defineProperty(Event.prototype, "timeStamp", {
		get() {
			return shifted(timeStamp.call(this));
		},
	});

	const trueAnimationFrame = globalThis.requestAnimationFrame.bind(globalThis);
	globalThis.requestAnimationFrame = (callback) => trueAnimationFrame((at) => callback(shifted(at)));

	const TIMES = ["presentationTime", "expectedDisplayTime", "captureTime", "receiveTime"];
	const trueVideoFrame = HTMLVideoElement.prototype.requestVideoFrameCallback;
	HTMLVideoElement.prototype.requestVideoFrameCallback = function (callback) {
		return trueVideoFrame.call(this, (now, metadata) => {
			const told = { ...metadata };
			for (const name of TIMES) if (name in told) told[name] = shifted(told[name]);
			callback(shifted(now), told);
		});
	};

	/** The picture can be read when the clip's server allows it and the element asks for that. */
	const source = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, "src");
	Object.defineProperty(HTMLMediaElement.prototype, "src", {
		...source,
		set(address) {
			if (!address.startsWith("blob:")) this.crossOrigin = "anonymous";
			source.set.call(this, address);
		},
	});

	/** Times are the machine's, in ms of this page; media positions are in s, as the browser gives them. */
	const truth = { frames: [], events: [], pictures: [] };
	globalThis.truth = {
		...truth,
		mark: (word) => truth.events.push([trueNow(), word, 0, 0]),
		take: () => Object.fromEntries(Object.entries(truth).map(([name, rows]) => [name, rows.splice(0)])),
	};

	const WORDS = ["play", "playing", "pause", "seeking", "seeked", "ratechange", "waiting", "ended", "error"];
	const READ_EVERY_MS = 2000;
	const FRAMES_MAX = 100_000;

	/** Return the number that stands in the picture, NaN when it is not one. */
	const pen = new OffscreenCanvas(grid.wide, grid.high).getContext("2d", { willReadFrequently: true });
	const readNumber = (video) => {
		pen.drawImage(video, 0, 0, grid.wide, grid.high);
		const { data } = pen.getImageData(0, 0, grid.wide, 4);
		let number = 0;
		for (let bit = 0; bit < grid.bits; bit++) {
			const [above, below] = [1, 2].map((row) => data[(row * grid.wide + 2 * bit) * 4]);
			if (Math.abs(above - below) < 60) return NaN;
			number = number * 2 + (above > below ? 1 : 0);
		}
		return number;
	};

	/** The number in the picture that is shown now. */
	globalThis.truth.number = () => readNumber(document.querySelector("video"));

	let readAt = 0;
	const follow = (video) => {
		for (const word of WORDS)
			video.addEventListener(word, () =>
				truth.events.push([trueNow(), word, video.currentTime, video.playbackRate]),
			);
		const shown = (now, { presentationTime, expectedDisplayTime, mediaTime }) => {
			trueVideoFrame.call(video, shown);
			if (truth.frames.length < FRAMES_MAX)
				truth.frames.push([expectedDisplayTime, mediaTime, presentationTime, now, video.currentTime]);
			if (now - readAt < READ_EVERY_MS) return;
			readAt = now;
			truth.pictures.push([now, mediaTime, readNumber(video)]);
		};
		trueVideoFrame.call(video, shown);
	};

	const known = new WeakSet();
	const look = () => {
		for (const video of document.querySelectorAll("video"))
			if (!known.has(video)) known.add(video), follow(video);
	};
	new MutationObserver(look).observe(document, { childList: true, subtree: true });
};
