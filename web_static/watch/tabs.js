/** Tabs: one panel at a time, chosen by a click or the arrow keys, with counts. */

/** Let the tabs in `list` show their panels; answer `count(name, text, isNew)`, which says how much is in one. */
export function openTabs(list, chosen) {
	const tabs = [...list.children];
	const panel = (tab) => document.getElementById(tab.getAttribute("aria-controls"));
	const choose = (tab) => {
		for (const each of tabs) {
			each.ariaSelected = each === tab;
			each.tabIndex = each === tab ? 0 : -1;
			panel(each).hidden = each !== tab;
		}
		chosen(tab.id);
	};
	for (const tab of tabs) tab.disabled = false;
	list.addEventListener("click", ({ target }) => target.closest("[role=tab]") && choose(target.closest("[role=tab]")));
	list.addEventListener("keydown", (event) => {
		const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
		if (!step) return;
		const tab = tabs.at((tabs.indexOf(document.activeElement) + step) % tabs.length);
		tab.focus();
		choose(tab);
		event.preventDefault();
	});
	return (id, text, isNew = false) => {
		const place = document.getElementById(id).lastElementChild;
		place.textContent = text;
		place.dataset.new = isNew;
	};
}
