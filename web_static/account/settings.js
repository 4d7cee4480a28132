/** The settings: what others see of one, how one signs in, and how one leaves. */

import { post } from "../app/api.js";
import { find } from "../app/dom.js";
import { onSubmit, refill } from "../app/form.js";
import { notice } from "../app/notice.js";
import { openPage } from "../app/shell.js";
import { offerLeaving } from "./leaving.js";
import { readOwn } from "./own.js";
import { offerPicture } from "./picture.js";
import { offerProfile } from "./profile_form.js";
import { letSecretsBeSeen } from "./secrets.js";
import { listSessions } from "./sessions.js";

if (openPage({ account: true })) await show();

async function show() {
	letSecretsBeSeen();
	try {
		const user = await readOwn();
		offerProfile();
		offerPicture();
		showMail(user);
		offerPassword(user);
		offerLeaving(user);
		find("all").hidden = false;
		find("state").textContent = "";
		await listSessions();
	} catch (error) {
		find("state").textContent = error.message;
	}
}

function showMail({ email, email_verified: verified }) {
	find("email").textContent = email;
	find("verified").textContent = verified ? "confirmed" : "not confirmed yet";
	find("verified").classList.toggle("good", verified);
	find("unverified").hidden = verified;
	find("unverified").firstElementChild.addEventListener("click", async ({ target }) => {
		target.disabled = true;
		await post("/api/auth/verify/request").then(() => notice("The mail is on its way."), (error) => notice(error.message));
		target.disabled = false;
	});
}

function offerPassword({ email, has_password: has }) {
	const form = find("secret");
	form.elements.username.value = email;
	form.hidden = has === false;
	onSubmit(form, async ({ current, new: wanted }) => {
		await post("/api/auth/password", { current, new: wanted });
		refill(form, { current, new: wanted }, { current: "", new: "" });
		notice("Your password is changed.");
		await listSessions();
	});
}
