"""Asking the provider: JSON over HTTP, bounded in time and size."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import orjson
import trio

ANSWER_S_MAX = 8.0
ANSWER_BYTES_MAX = 512 * 1024
_MAX_AGE = re.compile(r"(?:^|[\s,])max-age=(\d{1,9})\b")


class ProviderTrouble(Exception):
    """The provider did not answer, or not as OpenID Connect asks of it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A JSON object, and for how many seconds it may be kept; None when the provider does not say."""

    body: dict[str, Any]
    max_age_s: int | None


async def get_json(url: str) -> Answer:
    """Return the object at `url`; raise ProviderTrouble."""
    return await _ask("GET", url, None)


async def post_form(url: str, form: Mapping[str, str]) -> Answer:
    """Send a form and return the object that comes back; raise ProviderTrouble."""
    return await _ask("POST", url, form)


async def _ask(method: str, url: str, form: Mapping[str, str] | None) -> Answer:
    with trio.move_on_after(ANSWER_S_MAX):
        try:
            # Reading the certificates takes 25 ms, too long for Trio's thread.
            client = await trio.to_thread.run_sync(lambda: httpx.AsyncClient(timeout=ANSWER_S_MAX))
            headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
            async with client, client.stream(method, url, data=form, headers=headers) as response:
                return _read(response, await _body(response))
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ProviderTrouble(f"{url}: {type(error).__name__} {error}".rstrip()) from error
    raise ProviderTrouble(f"{url}: no whole answer within {ANSWER_S_MAX:g} s")


async def _body(response: httpx.Response) -> bytes:
    body = bytearray()
    # To the end in any case: httpx does not close its inner generators when left early, and Trio complains.
    async for part in response.aiter_raw():
        body += part[: ANSWER_BYTES_MAX + 1 - len(body)]
    return bytes(body)


def _read(response: httpx.Response, body: bytes) -> Answer:
    try:
        said = orjson.loads(body) if len(body) <= ANSWER_BYTES_MAX else None
    except orjson.JSONDecodeError:
        said = None
    if response.status_code != httpx.codes.OK or not isinstance(said, dict):
        code = said.get("error") if isinstance(said, dict) else None
        raise ProviderTrouble(f"{response.url} answered {response.status_code} {code or ''}".rstrip())
    found = _MAX_AGE.search(response.headers.get("Cache-Control", ""))
    return Answer(said, int(found[1]) if found else None)
