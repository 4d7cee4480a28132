/** The page for a new password: asks for the link, and sets the password of who comes by it. */

import { post } from "../app/api.js";
import { find } from "../app/dom.js";
import { onSubmit } from "../app/form.js";
import { noticeLater } from "../app/notice.js";
import { openPage } from "../app/shell.js";
import { remember } from "../app/who.js";
import { takeToken } from "./link_token.js";
import { letSecretsBeSeen } from "./secrets.js";

openPage();
letSecretsBeSeen();
const token = takeToken();
show(token ? "set" : "ask");

onSubmit(find("ask"), async ({ email }) => {
	await post("/api/auth/reset/request", { email });
	show("sent");
	find("sent").firstElementChild.focus();
});

onSubmit(find("set"), async ({ password }) => {
	await post("/api/auth/reset", { token, password });
	remember(null);
	noticeLater("Your new password is set. Sign in with it.");
	location.replace("/login");
});

find("again").addEventListener("click", () => (show("ask"), find("email").focus()));

function show(name) {
	for (const each of ["ask", "sent", "set"]) find(each).hidden = each !== name;
}
