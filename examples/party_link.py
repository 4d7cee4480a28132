"""The way into a party over HTTP: its link, a guest's name, and the tokens that the hub gives for them."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

_TIMEOUT_S = 10.0


class NotLetIn(Exception):
    """The hub does not let one into the party; the message is its own sentence."""


@dataclass(frozen=True)
class PartyLink:
    """Where a party is, and the invitation to it when it needs one."""

    hub: str
    party: str
    invite: str | None = None

    @property
    def channel(self) -> str:
        """The channel that the party happens in."""
        return f"watch:{self.party}"

    @property
    def websocket_url(self) -> str:
        """Where SDKs connect to."""
        return f"ws{self.hub.removeprefix('http')}/connection/websocket"


def read_link(link: str) -> PartyLink:
    """Read a link such as `http://127.0.0.1:8000/watch/<id>#invite=<secret>`; raise ValueError."""
    parts = urlsplit(link)
    folder, _, party = parts.path.rpartition("/")
    if parts.scheme not in ("http", "https") or not folder.endswith("/watch") or not party:
        raise ValueError(f"{link!r} is no link to a party: it looks like http://127.0.0.1:8000/watch/<id>")
    invites = parse_qs(parts.fragment).get("invite", [None])
    hub = f"{parts.scheme}://{parts.netloc}{folder.removesuffix('/watch')}"
    return PartyLink(hub, party, invites[0])


class Door:
    """Asks the hub for what one needs to be in a party, as a guest of this name."""

    def __init__(self, link: PartyLink, name: str) -> None:
        self.link = link
        self._name = name
        self._http = httpx.AsyncClient(base_url=link.hub, timeout=_TIMEOUT_S)
        self._token = ""
        self.user = ""

    async def guest_token(self) -> str:
        """Become a guest; return the connection token, the same guest's each time."""
        if self._token:
            answer = await self._post("/api/auth/refresh", None)
        else:
            answer = await self._post("/api/auth/guest", {"display_name": self._name})
            self.user = answer["user"]["id"]
        self._token = answer["token"]
        return self._token

    async def party_token(self) -> str:
        """Return a token to subscribe to the party with; an invitation counts once a person."""
        invite = {"invite": self.link.invite} if self.link.invite else {}
        joined = await self._post(f"/api/parties/{self.link.party}/join", invite)
        token: str = joined["token"]
        return token

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _post(self, path: str, body: dict[str, Any] | None) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        answer = await self._http.post(path, json=body, headers=headers)
        if answer.is_client_error:
            problem = answer.json()
            raise NotLetIn(problem.get("detail", answer.text))
        answer.raise_for_status()
        given: dict[str, Any] = answer.json()
        return given
