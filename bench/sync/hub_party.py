"""A party on a real hub, made and entered over HTTP as anybody would."""

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any

from bench.errors import BenchError

PASSWORD = "correct horse battery"
_TIMEOUT_S = 30.0


def email_of(name: str) -> str:
    """Return the address by which an owner signs in."""
    return f"{name}@example.org"


@dataclass(frozen=True)
class Visitor:
    """Somebody who may come in: the token of their connection."""

    name: str
    token: str


class HubParty:
    """A public party with one clip, owned by `owner`."""

    def __init__(self, port: int, clip: str, owner: str) -> None:
        self._port = port
        self.owner = self._sign_up(owner)
        wanted = {"title": "A clip with numbers", "visibility": "public", "items": [{"url": clip}]}
        self.id = str(self._ask("/api/parties", wanted, self.owner.token)["party"]["id"])

    def guest(self, name: str) -> Visitor:
        """Become a guest of the hub."""
        return Visitor(name, self._ask("/api/auth/guest", {"display_name": name})["token"])

    def _sign_up(self, name: str) -> Visitor:
        account = {"email": email_of(name), "password": PASSWORD, "display_name": name}
        return Visitor(name, self._ask("/api/auth/signup", account)["token"])

    def _ask(self, path: str, body: Any, token: str = "") -> Any:
        headers = {
            "Content-Type": "application/json",
            **({"Authorization": f"Bearer {token}"} if token else {}),
        }
        request = urllib.request.Request(
            f"http://127.0.0.1:{self._port}{path}", json.dumps(body).encode(), headers, method="POST"
        )
        try:
            with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as response:
                return json.loads(response.read())
        except urllib.error.HTTPError as refused:
            raise BenchError(f"POST {path} was answered {refused.code}: {refused.read()!r}") from refused
