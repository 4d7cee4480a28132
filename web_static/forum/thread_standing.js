/** How a thread stands: its card as it was read, and what was done to it since. */

/** Answer the card {title, tags, locked, pinned, solved, slow_s, …} after the last events of each kind. */
export function standing(card, { lock, pin, solve, title, slow }) {
	return {
		...card,
		title: title?.title ?? card.title,
		tags: title?.tags ?? card.tags ?? [],
		locked: lock ? lock.type === "lock" : card.locked,
		pinned: pin ? pin.type === "pin" : card.pinned,
		solved: solve ? (solve.type === "solve" ? solve.post : null) : card.solved,
		slow_s: slow?.seconds ?? card.slow_s ?? 0,
	};
}
