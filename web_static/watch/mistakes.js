/** What is wrong in a form about a party, in words that say what to do. */

const FILM = "Give the https address of an HLS stream (.m3u8) or of a film (.mp4 or .webm), without a password in it.";
const WORDS = { title: "Give it a title that can be read.", starts_at: "Choose a time that is still to come, within a year.", url: FILM, kind: FILM };

/** Do something; the field that is refused is named as it is in the form, in words for people. */
export async function inPlainWords(act) {
	try {
		return await act();
	} catch (error) {
		throw error.status === 400 && error.field ? explained(error) : error;
	}
}

function explained(error) {
	const [, words] = Object.entries(WORDS).find(([name]) => error.field.split(".").at(-1) === name) ?? [];
	return words ? Object.assign(error, { message: words, field: error.field.replace(/\bkind$/, "url") }) : error;
}
