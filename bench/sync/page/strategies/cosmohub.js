/** Our own player, as the page of a party uses it, on the hub's party room or on the bench's stand-in for it. */
import { SyncedPlayer } from "/static/watch/synced_player.js";
import { HubLine } from "./hub_line.js";
import { RelayLine } from "./relay_line.js";

class Member {
	#line;
	#player;

	constructor({ video, config }) {
		const Line = config.party ? HubLine : RelayLine;
		this.#line = new Line(config, {
			follow: (state) => this.#player.follow(state),
			askTime: () => this.#player.askTime(),
			rebind: () => this.#player.rebind(),
		});
		this.#player = new SyncedPlayer({
			video,
			rpc: (method, data) => this.#line.rpc(method, data),
			report: (report) => this.#line.report(report),
			command: (command) => this.#line.publish(command),
		});
	}

	async join() {
		await this.#line.connect();
		this.#player.start();
		await this.#line.opened();
	}

	command(word, positionMs) {
		return this.#line.change(positionMs === undefined ? { type: word } : { type: word, position_ms: positionMs });
	}

	figures() {
		const { errorMs, rate, seeks, delayMs, boundMs, state } = this.#player.figures;
		return { errorMs, rate, seeks, delayMs, boundMs, state };
	}
}

/** Come into the party. */
export async function join(where) {
	const member = new Member(where);
	await member.join();
	return member;
}
