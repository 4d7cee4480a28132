/** The page behind the link that confirms an e-mail address. */

import { post } from "../app/api.js";
import { find } from "../app/dom.js";
import { openPage } from "../app/shell.js";
import { takeToken } from "./link_token.js";

openPage();
find("state").textContent = await confirmed(takeToken());

async function confirmed(token) {
	if (!token) return "This link is not whole: open the one in the mail once more.";
	try {
		await post("/api/auth/verify", { token });
		return "Thank you: your e-mail address is confirmed.";
	} catch (error) {
		return `${error.message} You can ask for a new link in the settings.`;
	}
}
