/** The door of a party: who may come in, by which invitation, and what is said to who may not. */

import { get, post } from "../app/api.js";
import { find, make } from "../app/dom.js";
import { signInAddress } from "../app/shell.js";
import { Storage } from "../app/storage.js";
import { who } from "../app/who.js";

/** What of the hub's answers is final, until somebody does something. */
const FINAL = new Set([400, 401, 403, 404, 410]);
const SHOWN_OUT = "You are no longer in this party.";
const GONE = {
	left: "You have left this party.",
	kicked: "You were sent out of this party. You may come again in a few minutes.",
	banned: "You were sent out of this party for good.",
};
const NOT_HERE = "It is by invitation, the invitation was withdrawn, or the address is mistyped.";
const WHEN = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "short" });

export class Door {
	/** The party as the API tells it, and the visitor's role. */
	card = null;
	role = "";
	#path;
	#invite;
	#out = false;

	/** An invitation in the address is kept for this tab and taken out of the address, which people copy. */
	constructor(id) {
		const storage = new Storage(`cosmohub.invite.${id}`, "sessionStorage");
		const [, secret] = /^#invite=([\w.~-]+)$/.exec(location.hash) ?? [];
		if (secret) {
			storage.set("", secret);
			history.replaceState(null, "", location.pathname);
		}
		this.#invite = storage.get("") ?? undefined;
		this.#path = `/api/parties/${encodeURIComponent(id)}`;
	}

	/** Read the party's card; null when it is not for this visitor, who is told. */
	async look() {
		try {
			({ party: this.card } = await get(this.#path, { invite: this.#invite }));
			this.#show(this.card);
		} catch (error) {
			if (error.status === undefined) throw error;
			find("gate-title").textContent = error.status === 404 ? "This party is not here" : "The party cannot be shown";
			this.#refuse(error.status === 404 ? NOT_HERE : error.message, error.status === 404);
		}
		return this.card;
	}

	/** Answer a token for the party's channel; who is nobody yet, or may not come in, gets none. */
	async token(guest) {
		if (!this.open(guest)) throw new globalThis.Centrifuge.UnauthorizedError("nobody yet");
		try {
			const { token, role } = await post(`${this.#path}/join`, this.#invite ? { invite: this.#invite } : {}, { as: guest });
			this.role = role;
			this.#say("");
			return token;
		} catch (error) {
			if (!FINAL.has(error.status)) throw error;
			this.#refuse(error.message, error.status === 401 || error.code === "invite_needed");
			throw new globalThis.Centrifuge.UnauthorizedError(error.message);
		}
	}

	/** Tell whether the visitor may knock. */
	open(guest) {
		return Boolean(guest.user) && !this.#out;
	}

	/** The hub ended the subscription: codes from 2000 on are its own, for good. */
	closed({ code, reason }) {
		if (code >= 2000) this.gone(reason);
	}

	/** Somebody is not in the party any more: left, kicked or banned. */
	gone(reason) {
		this.refuse(GONE[reason] ?? SHOWN_OUT);
		if (reason === "left") find("gate-acts").prepend(make("button.main", { type: "button", onclick: () => location.reload() }, "Come in again"), " ");
	}

	/** Somebody was shown out, or did not get in: it stays so. */
	refuse(text) {
		this.#out = true;
		this.#refuse(text, false);
	}

	#show({ title, owner, starts_at: startsAt, status, members }) {
		const when = status === "lobby" && startsAt > Date.now() ? `starts ${WHEN.format(startsAt)}` : members ? `${members} watching` : "";
		document.title = `${title} · CosmoHub`;
		find("title").textContent = find("gate-title").textContent = title;
		find("gate-facts").textContent = [`by ${owner.display_name}`, when].filter(Boolean).join(" · ");
		if (!who()) find("gate-acts").replaceChildren("or ", make("a", { href: signInAddress() }, "sign in"));
	}

	#refuse(text, signingIn) {
		this.#say(text);
		const signIn = signingIn && !who() && make("a.button.main", { href: signInAddress() }, "Sign in");
		find("gate-acts").replaceChildren(...[signIn, " ", make("a.button", { href: "/watch" }, "All parties")].filter(Boolean));
	}

	#say(text) {
		find("refused").textContent = text;
	}
}
