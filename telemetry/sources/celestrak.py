"""CelesTrak's GP data, one satellite a request, as OMM JSON."""

import httpx
import trio

from telemetry.sources.source import Answer, Fetched, Refused, Unchanged, Unreachable, Validators

CELESTRAK_URL = "https://celestrak.org/NORAD/elements/gp.php"
USER_AGENT = "CosmoHub/0.1 (element sets of the tracked satellites, each at most every 2 h)"
ANSWER_BYTES_MAX = 1 << 20  # one satellite's record has 500 bytes


class CelesTrak:
    """Ask CelesTrak, or a server with the same queries at `url`, for the element set of a satellite.

    A part of an answer has to come within `silence_s` and the whole within `answer_s`. Redirects are not
    followed: they are answers other than 200 and 304, which CelesTrak wants a human to look at.
    """

    def __init__(self, url: str = CELESTRAK_URL, silence_s: float = 20.0, answer_s: float = 60.0) -> None:
        self._url = url
        self._silence_s = silence_s
        self._answer_s = answer_s

    async def fetch(self, norad: int, known: Validators) -> Answer:
        """Ask for the newest element set of `norad`, if newer than `known`."""
        with trio.move_on_after(self._answer_s):
            try:
                return await self._ask(norad, known)
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                return Unreachable(f"{self._url}: {type(error).__name__} {error}".rstrip())
        return Unreachable(f"{self._url}: no whole answer within {self._answer_s:g} s")

    async def _ask(self, norad: int, known: Validators) -> Answer:
        # Reading the certificates takes 25 ms, too long for Trio's thread.
        client = await trio.to_thread.run_sync(self._client)
        query = {"CATNR": str(norad), "FORMAT": "json"}
        async with (
            client,
            client.stream("GET", self._url, params=query, headers=_conditions(known)) as response,
        ):
            match response.status_code:
                case httpx.codes.OK:
                    return await _whole(response)
                case httpx.codes.NOT_MODIFIED:
                    return Unchanged()
                case status:
                    return Refused(f"{response.url} answered {status} {response.reason_phrase}".rstrip())

    def _client(self) -> httpx.AsyncClient:
        headers = {"User-Agent": USER_AGENT, "Accept-Encoding": "identity"}
        return httpx.AsyncClient(timeout=self._silence_s, headers=headers)


def _conditions(known: Validators) -> dict[str, str]:
    conditions = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
    return {name: value for name, value in conditions.items() if value}


async def _whole(response: httpx.Response) -> Answer:
    body = bytearray()
    # To the end in any case: httpx does not close its inner generators when left early, and Trio complains.
    async for part in response.aiter_raw():
        body += part[: ANSWER_BYTES_MAX + 1 - len(body)]
    if len(body) > ANSWER_BYTES_MAX:
        return Unreachable(f"{response.url}: more than {ANSWER_BYTES_MAX} bytes")
    headers = response.headers
    validators = Validators(headers.get("ETag", ""), headers.get("Last-Modified", ""))
    return Fetched(body.decode("utf-8", errors="replace"), validators)
