/** Presses on a slow line: who sees nothing happen presses again. */

/** Make `act` do nothing while what it began before is under way. */
export function once(act) {
	let underWay = false;
	return async (...given) => {
		if (underWay) return;
		underWay = true;
		try {
			await act(...given);
		} finally {
			underWay = false;
		}
	};
}
