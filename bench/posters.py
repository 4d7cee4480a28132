"""The words of people who post into many rooms of the hub."""

import socket
from collections.abc import Iterable

from bench.clients import Script, send_whole
from bench.hub_process import RunningHub
from bench.hub_rooms import PATH, Result, chat_room, log_in, log_in_and_subscribe, post, publish_command
from bench.websocket import client_text

POSTERS = 20
ROOMS = 100
_FIRST_ID = 10  # the ids of commands before it belong to the greeting
_FILLER = 12


def poster_greetings(hub: RunningHub) -> list[tuple[str, Script[Result]]]:
    """Return how all posters are led in."""
    return [(PATH, log_in(hub.token(f"w{number:04}", "writer"))) for number in range(POSTERS)]


def reader_greetings(hub: RunningHub) -> list[tuple[str, Script[Result]]]:
    """Return how one reader a room is led into it."""
    return [
        (PATH, log_in_and_subscribe(hub.token(f"r{room:04}", "reader"), chat_room(room)))
        for room in range(ROOMS)
    ]


def send_posts(connection: socket.socket, numbers: Iterable[int]) -> None:
    """Send posts by their numbers, all in one frame; they go to the rooms in turn."""
    send_whole(connection, client_text(b"\n".join(map(_command, numbers))))


def _command(number: int) -> bytes:
    return publish_command(number + _FIRST_ID, chat_room(number % ROOMS), post(number, _FILLER))


def post_of_reply(reply_id: int) -> int:
    """Return the number of the post that a reply is about."""
    return reply_id - _FIRST_ID


def posts_a_room(posts: int) -> list[int]:
    """Return how many of the first `posts` posts went to each room."""
    return [len(range(room, posts, ROOMS)) for room in range(ROOMS)]
