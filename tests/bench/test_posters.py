"""The posts of the load program: patterns that are filled in are the very commands."""

import socket

from hypothesis import given
from hypothesis import strategies as st

from bench.hub_rooms import post, publish_command
from bench.hub_threads import ROOMS
from bench.posters import post_of_reply, post_patterns, send_posts
from bench.websocket import take_frame

CHANNELS = [f"thread:{room}" for room in range(ROOMS)]


@given(st.lists(st.integers(0, 99_999_999), min_size=1, max_size=5))
def test_posts_are_sent_as_the_commands_of_their_rooms(numbers: list[int]) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        send_posts(ours, post_patterns(CHANNELS), numbers)
        frame = take_frame(bytearray(theirs.recv(1 << 16)))
    assert frame is not None
    for number, command in zip(numbers, frame.payload.split(b"\n"), strict=True):
        command_id = next(each for each in range(number, number + 100) if post_of_reply(each) == number)
        assert command == publish_command(command_id, CHANNELS[number % ROOMS], post(number, 12))
