/** A place to talk: who takes part, the connection as people understand it, and one conversation. */

import { Chat } from "./chat.js";
import { find } from "./dom.js";
import { Realtime } from "./realtime.js";
import { Storage } from "./storage.js";
import { visitor } from "./visitor.js";
import { keepsake, who } from "./who.js";

const TEXTS = { connecting: "Connecting…", live: "Live", waiting: "Reconnecting" };

export class Talk {
	#closed;
	#pauseEndsMs = 0;

	/**
	 * Open the conversation of a channel; drafts and unsent messages are kept under the name `kept`. `closed()` tells
	 * whether one may not write; `more` is the Chat's.
	 */
	static async open({ channel, kept = "", closed = () => false, more }) {
		const talk = new Talk();
		talk.#closed = closed;
		const guest = await visitor(new Storage("cosmohub."), () => talk.welcome());
		const realtime = new Realtime({ guest, changed: (state) => talk.#showConnection(state) });
		const [storage, outbox] = [kept, `${kept}outbox.`].map((name) => new Storage(keepsake() + name));
		const chat = new Chat({ realtime, guest, storage, outbox, channel, more });
		Object.assign(talk, { guest, realtime, chat });
		talk.#listen();
		if (!who()) (await import("./joining.js")).joinWhereAsked(talk);
		return talk;
	}

	/** Connect, and show what the visitor may do. */
	begin() {
		setInterval(() => this.#tick(), 1000);
		this.welcome();
		this.realtime.start();
	}

	/** The visitor became somebody, or may do other things than before. */
	welcome(asks = !this.guest.user) {
		const closed = Boolean(this.#closed());
		find("join").hidden = closed || !asks;
		find("write").hidden = closed || asks;
		find("rename").hidden = Boolean(who());
		this.chat.welcome();
	}

	#listen() {
		find("connection").lastElementChild.addEventListener("click", () => this.realtime.start());
		addEventListener("online", () => find("connection").dataset.state === "waiting" && this.realtime.start());
	}

	#showConnection({ kind, untilMs, reason }) {
		const [words, , button] = find("connection").children;
		find("connection").dataset.state = kind;
		words.textContent = TEXTS[kind] ?? `Closed: ${reason}`;
		button.hidden = kind === "connecting" || kind === "live";
		this.#pauseEndsMs = untilMs;
		this.#showPause();
	}

	#showPause() {
		const seconds = Math.max(1, Math.ceil((this.#pauseEndsMs - Date.now()) / 1000));
		find("connection").children[1].textContent = this.#pauseEndsMs ? `in ${seconds} s` : "";
	}

	#tick() {
		this.#showPause();
		this.chat.tick();
	}
}
