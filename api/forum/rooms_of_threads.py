"""The way from a thread's or a post's id to its room, and how a new one is named."""

import re
import secrets
import string
import uuid

from api.problems import Problem
from rooms.commands import MESSAGE_ID_LENGTH_MAX

_THREAD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_LETTERS = string.ascii_letters + string.digits
_LENGTH = 12  # 71 bits: no two alike


def new_thread_id() -> str:
    """Return an id that no thread has."""
    return "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))


def new_post_id() -> str:
    """Return an id that no post has."""
    return str(uuid.uuid4())


def room_of(thread: str) -> str:
    """Return the channel of a thread; raise 404 for what can be no thread's id."""
    return f"thread:{thread_id(thread)}"


def thread_id(text: str) -> str:
    """Return a thread's id out of a path; raise 404 for what can be none."""
    if not _THREAD.fullmatch(text):
        raise Problem(404, "not_found", "there is no such thread")
    return text


def post_id(text: str) -> str:
    """Return a post's id out of a path; raise 404 for what can be none."""
    if not text.isprintable() or not 1 <= len(text) <= MESSAGE_ID_LENGTH_MAX:
        raise Problem(404, "not_found", "there is no such post")
    return text
