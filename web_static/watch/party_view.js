/** A party as plain data: what its log says, folded event by event. */

const SNAPSHOT = ["title", "visibility", "owner", "policy", "locked", "grants", "banned", "queue", "votes", "timeline"];
const PLAYBACK = new Set(["play", "seek", "rate", "media", "queue"]);
const RANKS = ["owner", "host", "member", "guest"];

/** What an event changes in a view; those that are not here change nothing that lasts. */
const CHANGES = {
	state: (view, event) => ({ timeline: timelineOf(event) }),
	lead: ({ timeline }, { lead_ms }) => ({ timeline: { ...timeline, lead_ms } }),
	queue: ({ votes }, { items }) => ({ queue: items, votes: Object.fromEntries(items.map(({ id }) => [id, votes[id] ?? []])) }),
	vote: ({ votes }, { item, user, vote }) => ({ votes: { ...votes, [item]: [...others(votes[item], user.id), ...(vote ? [user.id] : [])] } }),
	enter: ({ members }, { member }) => ({ members: new Map(members).set(member.id, member) }),
	leave: ({ members }, { member }) => ({ members: without(members, member) }),
	role: ({ members, owner }, { member, role }) => ({ members: changed(members, member, { role }), owner: role === "owner" ? member : owner }),
	admit: ({ members }, { member, role }) => ({ members: changed(members, member.id, { role }) }),
	settings: (view, event) => given(event, ["title", "visibility", "grants", "policy", "locked"]),
	ready: ({ members }, { user, ready }) => ({ members: changed(members, user.id, { ready }) }),
	buffering: ({ members }, { user, stalled }) => ({ members: changed(members, user.id, { stalled, ...(!stalled && { late: false }) }) }),
	ban: ({ members, banned }, { member, banned: out }) => ({ banned: out ? [...others(banned, member), member] : others(banned, member) }),
	duration: ({ queue, timeline }, { item, duration_ms }) => {
		const measured = (each) => (each?.id === item ? { ...each, duration_ms } : each);
		return { queue: queue.map(measured), timeline: { ...timeline, item: measured(timeline.item) } };
	},
};

/** Answer the view after an event; without a snapshot there is none. An event that is older than the view changes nothing. */
export function fold(view, event) {
	if (event.type === "party") return view && event.n <= view.n ? view : begun(event);
	if (event.type === "beacon") return view && newer(view.timeline, event) ? { ...view, timeline: timelineOf(event) } : view;
	if (!view || !CHANGES[event.type] || event.n <= view.n) return view;
	return { ...view, ...CHANGES[event.type](view, event), n: event.n };
}

/** Tell the role of somebody who is there: owner, host, member or guest; "" of who is not. */
export const roleOf = ({ members }, id) => members.get(id)?.role ?? "";

/** Tell whether somebody keeps order: the owner and the hosts. */
export const hosts = (view, id) => ["owner", "host"].includes(roleOf(view, id));

/** Tell whether somebody may do what a grant is about. */
export function may(view, id, word) {
	if (hosts(view, id)) return true;
	return !(view.locked && PLAYBACK.has(word)) && (view.grants[roleOf(view, id)] ?? []).includes(word);
}

/** List who is there, those who keep order first, then by name. */
export function present(view) {
	const rank = ({ id }) => RANKS.indexOf(roleOf(view, id));
	return [...view.members.values()].sort((a, b) => rank(a) - rank(b) || a.display_name.localeCompare(b.display_name));
}

/** Name somebody who is there, or was. */
export const nameOf = ({ members }, id) => members.get(id)?.display_name ?? "Somebody";

/** Say where a timeline is at a time of the hub, in ms of the film. */
export function positionAt({ status, position_ms: from, rate, t0, item }, hubMs) {
	const at = status === "playing" ? from + rate * Math.max(0, hubMs - t0) : from;
	return Math.max(0, Math.min(at, item?.duration_ms ?? Infinity));
}

function begun({ n, party }) {
	const members = new Map(party.members.map((member) => [member.id, member]));
	return { n, ...given(party, SNAPSHOT), members };
}

function timelineOf(event) {
	const fields = ["epoch", "seq", "status", "item", "position_ms", "rate", "t0", "waiting_for", "until", "starts_at", "lead_ms", "cause"];
	return given(event, fields);
}

const newer = (timeline, { epoch, seq }) => timeline.epoch === epoch && seq > timeline.seq;

const given = (event, names) => Object.fromEntries(names.filter((name) => event[name] !== undefined).map((name) => [name, event[name]]));
const others = (ids = [], id) => ids.filter((each) => each !== id);

function changed(members, id, change) {
	return members.has(id) ? new Map(members).set(id, { ...members.get(id), ...change }) : members;
}

function without(members, id) {
	const left = new Map(members);
	left.delete(id);
	return left;
}
