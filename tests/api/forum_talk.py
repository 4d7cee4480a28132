"""Ways to talk in the forum that its tests share."""

from typing import Any

from tests.api.api_app import Api, Person


async def open_thread(api: Api, by: Person, board: str = "iss", **more: Any) -> dict[str, Any]:
    """Open a thread and return it."""
    new = {"title": "Dragon docks", "text": "When?", **more}
    opened: dict[str, Any] = await api.json("POST", f"/api/boards/{board}/threads", new, by, status=201)
    return opened


async def say(api: Api, by: Person, thread: str, text: str = "Hello", **more: Any) -> dict[str, Any]:
    """Write a post and return it."""
    said: dict[str, Any] = await api.json(
        "POST", f"/api/threads/{thread}/posts", {"text": text, **more}, by, status=201
    )
    return said


async def posts_of(api: Api, thread: str, by: Person | None = None, query: str = "") -> list[dict[str, Any]]:
    """Return a page of posts."""
    page = await api.json("GET", f"/api/threads/{thread}/posts{query}", by=by)
    items: list[dict[str, Any]] = page["items"]
    return items


async def refused(api: Api, method: str, path: str, by: Person | None = None, json: Any = None) -> Any:
    """Ask for something that is refused; return (status, code)."""
    response = await api.ask(method, path, json, by)
    problem = await response.get_json(force=True)
    assert response.content_type == "application/problem+json", problem
    return response.status_code, problem["code"]
