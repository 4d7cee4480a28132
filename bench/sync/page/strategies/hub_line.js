/** A party on a hub: its channel, its states, and the commands that change it. */

export class HubLine {}
