"""The words of people who post into many rooms of the hub."""

import socket
from collections.abc import Iterable, Sequence

from bench.clients import Script, send_whole
from bench.hub_process import RunningHub
from bench.hub_rooms import PATH, Result, log_in, log_in_and_subscribe, post, publish_command
from bench.hub_threads import OPENED_AT, ROOMS, chat_rooms
from bench.websocket import client_text

POSTERS = 20
_FIRST_ID = 10  # the ids of commands before it belong to the greeting
_FILLER = 12
_SAMPLE = 0xDEADBEEF  # the number of a post that is never sent, found again wherever it stands


def poster_greetings(hub: RunningHub) -> list[tuple[str, Script[Result]]]:
    """Return how all posters are led in."""
    return [(PATH, log_in(hub.token(f"w{number:04}", "writer"))) for number in range(POSTERS)]


def reader_greetings(hub: RunningHub) -> list[tuple[str, Script[Result]]]:
    """Return how one reader a room is led into it."""
    return [
        (PATH, log_in_and_subscribe(hub.token(f"r{number:04}", "reader"), room))
        for number, room in enumerate(chat_rooms(hub))
    ]


def post_patterns(rooms: Sequence[str]) -> list[bytes]:
    """Return for each room the command that posts there, with places for the numbers of command and post.

    Filling them in costs the load a tenth of what making JSON costs: CPU that the hub would lack.
    """
    sample = post(_SAMPLE, _FILLER)
    return [_pattern(publish_command(_SAMPLE + _FIRST_ID, room, sample)) for room in rooms]


def _pattern(command: bytes) -> bytes:
    pattern = command.replace(b"%", b"%%").replace(b"%d" % (_SAMPLE + _FIRST_ID), b"%d")
    return pattern.replace(b"%08x" % _SAMPLE, b"%08x").replace(b"%010d" % _SAMPLE, b"%010d")


def send_posts(connection: socket.socket, patterns: Sequence[bytes], numbers: Iterable[int]) -> None:
    """Send posts by their numbers, all in one frame; they go to the rooms of the patterns in turn."""
    commands = [patterns[number % ROOMS] % (number + _FIRST_ID, number, number) for number in numbers]
    send_whole(connection, client_text(b"\n".join(commands)))


def post_of_reply(reply_id: int) -> int:
    """Return the number of the post that a reply is about."""
    return reply_id - _FIRST_ID


def posts_a_room(posts: int) -> list[int]:
    """Return how many of the first `posts` posts went to each room."""
    return [len(range(room, posts, ROOMS)) for room in range(ROOMS)]


def offset_of_each_room(posts: int) -> list[int]:
    """Return where the log of each room stands after the first `posts` posts."""
    return [OPENED_AT + count for count in posts_a_room(posts)]
