/** The page to make an account. */

import { find } from "../app/dom.js";
import { onSubmit } from "../app/form.js";
import { noticeLater } from "../app/notice.js";
import { openPage } from "../app/shell.js";
import { destination, keepDestination, leaveWhenSignedIn, offerGoogle } from "./arrival.js";
import { letSecretsBeSeen } from "./secrets.js";
import { signIn } from "./sign_in.js";

openPage();
if (!leaveWhenSignedIn()) {
	letSecretsBeSeen();
	offerGoogle();
	keepDestination(find("login"));
	onSubmit(find("signup"), signUp);
}

async function signUp(values, key) {
	await signIn("/api/auth/signup", values, key);
	noticeLater(`Welcome, ${values.display_name}! A mail is on its way to confirm your address.`);
	location.replace(destination());
}
