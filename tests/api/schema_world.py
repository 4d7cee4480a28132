"""A small world for generated requests: people, and one of each thing that a path can name."""

import io
import re
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from PIL import Image

from tests.api.api_app import Api, Person

ROLES = ("anonymous", "guest", "viewer", "creator", "admin")
NOTHING = "nothing"


def _picture() -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (8, 8), "navy").save(written, "PNG")
    return written.getvalue()


PICTURE = _picture()
_PARAMETER = re.compile(r"\{(\w+)\}")


@dataclass
class World:
    """Who may ask, and what there is to ask for, by the word that stands before it in a path."""

    api: Api
    people: dict[str, Person] = field(default_factory=dict)
    things: dict[str, str] = field(default_factory=dict)

    def parameters_of(self, path: str) -> dict[str, str]:
        """Return values for the parameters of a path that name something which is there."""
        words = path.removeprefix("/api/").split("/")
        found = {}
        for before, word in pairwise(words):
            for name in _PARAMETER.findall(word):
                known = self.things.get(f"{words[0]}/{before}") or self.things.get(before)
                if known is not None:
                    found[name] = known
        return found

    async def headers_of(self, role: str) -> dict[str, str]:
        """Return the headers by which somebody of this role asks; a person that is gone is replaced."""
        if role == "anonymous":
            return {}
        person = self.people.get(role)
        if person is None:
            person = self.people[role] = await self._new(role)
        return person.headers

    def forget(self, role: str) -> None:
        """Let somebody be replaced whose token is good no more."""
        self.people.pop(role, None)

    async def _new(self, role: str) -> Person:
        return await self.api.guest() if role == "guest" else await self.api.sign_in(role)


async def new_world(api: Api) -> World:
    """Make people, a video with a comment, a list, a thread with a post, and a watch party."""
    world = World(api)
    creator = await api.sign_in("creator", "Grace", "grace")
    world.people = {"creator": creator, "admin": await api.sign_in("admin", "Katherine", "katherine")}
    for make in (_accounts, _catalog, _forum, _parties):
        await make(world, api, creator, world.people["admin"])
    return world


async def _accounts(world: World, api: Api, creator: Person, admin: Person) -> None:
    other = await api.sign_in("viewer", "Sally", "sally")
    await api.ask("PUT", "/api/me/avatar", by=other, data=PICTURE, headers={"Content-Type": "image/png"})
    avatar = await api.database.fetchval("select avatar from account where handle = 'sally'")
    sessions = await api.json("GET", "/api/auth/sessions", by=creator)
    world.things |= {
        "users": "sally",
        "moderation/users": other.id,
        "admin/users": other.id,
        "sessions": sessions["items"][0]["id"],
        "avatars": str(avatar).rsplit("/", 1)[-1].removesuffix(".webp"),
    }


async def _catalog(world: World, api: Api, creator: Person, admin: Person) -> None:
    await api.json("POST", "/api/categories", {"slug": "launches", "title": "Launches"}, admin, status=201)
    await api.json("POST", "/api/categories", {"slug": "empty", "title": "Empty"}, admin, status=201)
    video = await _made(api, "/api/videos", {"title": "First light", "category": "launches"}, creator)
    await api.ask("POST", f"/api/videos/{video}/publish", None, creator)
    comment = await _made(api, f"/api/videos/{video}/comments", {"text": "Look", "at_s": 1}, creator)
    saved = await _made(api, "/api/lists", {"title": "Later", "visibility": "public"}, creator)
    await api.ask("PUT", f"/api/lists/{saved}/items/{video}", None, creator)
    world.things |= {
        "videos": video,
        "history": video,
        "items": video,
        "comments": comment,
        "lists": saved,
        "categories": "empty",
    }


async def _forum(world: World, api: Api, creator: Person, admin: Person) -> None:
    board = (await api.json("GET", "/api/boards"))["items"][0]["slug"]
    opening = {"title": "Hello", "text": "All"}
    thread = await _made(api, f"/api/boards/{board}/threads", opening, admin)
    post = await _made(api, f"/api/threads/{thread}/posts", {"text": "Welcome"}, creator)
    report = await _made(api, "/api/reports", {"kind": "thread", "id": thread, "reason": "spam"}, admin)
    world.things |= {
        "boards": board,
        "threads": thread,
        "posts": post,
        "reactions": "👍",
        "reports": report,
        "moderation/posts": thread,
        "moderation/{thread}": post,
    }


async def _parties(world: World, api: Api, creator: Person, admin: Person) -> None:
    party = await _made(api, "/api/parties", {"title": "Launch night", "visibility": "public"}, creator)
    invite = await _made(api, f"/api/parties/{party}/invites", {}, creator)
    world.things |= {"parties": party, "invites": invite}


async def _made(api: Api, path: str, body: dict[str, Any], by: Person) -> str:
    made = await api.json("POST", path, body, by, status=201)
    for thing in (made, *made.values()):
        if isinstance(thing, dict) and isinstance(thing.get("id"), str):
            return str(thing["id"])
    return NOTHING
