/** The page to sign in. */

import { find } from "../app/dom.js";
import { onSubmit } from "../app/form.js";
import { openPage } from "../app/shell.js";
import { destination, keepDestination, leaveWhenSignedIn, offerGoogle } from "./arrival.js";
import { arriveFromGoogle } from "./google.js";
import { letSecretsBeSeen } from "./secrets.js";
import { signIn } from "./sign_in.js";

openPage();
if (!(await arriveFromGoogle()) && !leaveWhenSignedIn()) {
	letSecretsBeSeen();
	offerGoogle();
	keepDestination(find("signup"));
	onSubmit(find("login"), async (values) => {
		await signIn("/api/auth/login", values);
		location.replace(destination());
	});
}
