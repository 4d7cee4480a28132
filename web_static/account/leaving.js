/** Taking one's data along, and deleting the account. */

import { request } from "../app/api.js";
import { find, make } from "../app/dom.js";
import { onSubmit } from "../app/form.js";
import { noticeLater } from "../app/notice.js";
import { remember } from "../app/who.js";

/** Offer the download of all data, and the end of the account, which asks for the password of who has one. */
export function offerLeaving({ has_password: hasPassword = true }) {
	find("export").addEventListener("click", download);
	find("password").required = hasPassword;
	find("password").closest(".field").hidden = !hasPassword;
	onSubmit(find("leave"), async ({ password }) => {
		await request("DELETE", "/api/me", { body: { password } });
		noticeLater("Your account is deleted.");
		remember(null);
		location.replace("/");
	});
}

async function download({ target }) {
	target.disabled = true;
	find("export-problem").textContent = "";
	try {
		const { data } = await request("GET", "/api/me/export");
		save(new Blob([JSON.stringify(data, null, "\t")], { type: "application/json" }));
	} catch (error) {
		find("export-problem").textContent = error.message;
	}
	target.disabled = false;
}

function save(blob) {
	const link = make("a", { href: URL.createObjectURL(blob), download: "cosmohub-export.json" });
	link.click();
	setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
