/** What a party can be set to, in words. */

export const POLICIES = { none: "Nobody waits", quorum: "Wait when half or more stall", all: "Wait for everybody, a while" };

export const VISIBILITIES = { public: "Everybody: it is listed", unlisted: "Whoever has the link", invite: "Only who is invited" };

export const GRANTS = {
	play: "Play and pause",
	seek: "Go elsewhere in the film",
	rate: "Change the speed",
	media: "Choose what plays",
	queue: "Add and vote",
	chat: "Chat and react",
	invite: "Invite",
	kick: "Kick out",
};
