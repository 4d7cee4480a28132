/** Requests to the hub's API: as the signed-in account, with errors as the hub words them. */

import { session } from "./session.js";

const TIMEOUT_MS = 20_000;

/** What the hub refused: a stable `code`, the `field` that is wrong, and what to do as its message. */
export class Refusal extends Error {
	constructor({ status, code = "", detail, title, field = "" }, retryAfterS = 0) {
		super(sentence(detail ?? title ?? `The hub answered ${status}; try again.`));
		Object.assign(this, { status, code, field, retryAfterS });
	}
}

/**
 * Ask, and answer {data, status, etag, answer}. Options: `query` {name: value, empty ones left out}, `body` (an object, or
 * a Blob as it is), `etag` (the edit is refused with 412 when somebody else was faster), `key` (the same key never creates
 * twice), `signal`, `as` (a guest who asks, instead of the account). Throws Refusal.
 */
export async function request(method, path, { query, body, etag, key, signal, as = session } = {}) {
	const ask = async () => reach(withQuery(path, query), { method, body: packed(body), headers: await headers(as, body, etag, key), signal: until(signal) });
	let answer = await ask();
	if (answer.status === 401 && as === session && session.user) {
		await reached(session.renew());
		if (session.user) answer = await ask();
	}
	const data = await read(answer);
	if (!answer.ok) throw new Refusal({ status: answer.status, ...data }, Number(answer.headers.get("Retry-After")));
	return { data, status: answer.status, etag: answer.headers.get("ETag"), answer };
}

export const get = async (path, query, options) => (await request("GET", path, { query, ...options })).data;
export const post = async (path, body = {}, options = {}) => (await request("POST", path, { body, ...options })).data;
export const put = async (path, body, options = {}) => (await request("PUT", path, { body, ...options })).data;
export const patch = async (path, body, options = {}) => (await request("PATCH", path, { body, ...options })).data;
export const remove = async (path, body, options = {}) => (await request("DELETE", path, { body, ...options })).data;

/** Make a key by which a creating request may be sent again without creating twice. */
export const newKey = () => crypto.getRandomValues(new Uint32Array(4)).join("-");

function withQuery(path, query = {}) {
	const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== "");
	return given.length ? `${path}?${new URLSearchParams(given)}` : path;
}

async function headers(as, body, etag, key) {
	const token = await reached(as.token());
	return {
		Accept: "application/json",
		...(token && { Authorization: `Bearer ${token}` }),
		...(body && { "Content-Type": body instanceof Blob ? body.type || "application/octet-stream" : "application/json" }),
		...(etag && { "If-Match": etag }),
		...(key && { "Idempotency-Key": key }),
	};
}

const packed = (body) => (body && !(body instanceof Blob) ? JSON.stringify(body) : body);

function until(signal) {
	const timeout = AbortSignal.timeout(TIMEOUT_MS);
	return signal ? AbortSignal.any([signal, timeout]) : timeout;
}

const reach = (path, options) => reached(fetch(path, { credentials: "same-origin", ...options }));

/** Who takes a request back wants to hear nothing; all else that fails did not reach the hub. */
function reached(promise) {
	return promise.catch((error) => {
		if (error.name === "AbortError") throw error;
		throw new Refusal({ status: 0, code: "unreachable", detail: "The hub cannot be reached; try again." });
	});
}

async function read(answer) {
	const text = await reached(answer.text());
	return text && answer.headers.get("Content-Type")?.includes("json") ? JSON.parse(text) : null;
}

/** Make a sentence of the hub's words. */
export const sentence = (words) => words[0].toUpperCase() + words.slice(1) + (/[.!?]$/.test(words) ? "" : ".");
