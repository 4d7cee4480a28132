/** A list that is drawn row by row: what did not change stays where it is, with the focus in it. */

const drawn = new WeakMap();

/** Show `items` in `list`; `draw(item)` makes a row, anew only when what `facts(item)` answers has changed. */
export function drawRows(list, items, facts, draw) {
	const held = new Map([...list.children].map((row) => [row.dataset.id, row]));
	const focused = list.contains(document.activeElement) ? document.activeElement : null;
	const [id, name] = [focused?.closest("[data-id]").dataset.id, focused?.name];
	const rows = items.map((item) => {
		const now = JSON.stringify(facts(item));
		const before = held.get(item.id);
		if (before && drawn.get(before) === now) return before;
		const row = draw(item);
		row.dataset.id = item.id;
		drawn.set(row, now);
		return row;
	});
	for (const row of held.values()) if (!rows.includes(row)) row.remove();
	let next = list.firstChild;
	for (const row of rows) {
		if (row === next) next = next.nextSibling;
		else list.insertBefore(row, next);
	}
	if (focused && !focused.isConnected) find(list, id, name)?.focus({ preventScroll: true });
}

function find(list, id, name) {
	const row = [...list.children].find((each) => each.dataset.id === id);
	return row?.querySelector(`[name="${name}"]`) ?? row?.querySelector("button");
}
