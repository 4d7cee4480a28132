"""Channel names: a kind, a colon and a plain id."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rooms.channels import kind_of
from rooms.kinds import KINDS


@pytest.mark.parametrize("channel", ["thread:lobby-2", "thread:0", "thread:a-b_c.d", "thread:" + "x" * 64])
def test_a_thread(channel: str) -> None:
    assert kind_of(channel) is KINDS["thread"]


def test_the_lobby_has_rules_of_its_own() -> None:
    lobby = kind_of("thread:lobby")
    assert lobby is not None
    assert not lobby.needs_opening


@pytest.mark.parametrize(
    "channel",
    [
        "", ":", "thread", "thread:", ":lobby", "lobby:thread", "Thread:lobby", "thread:lobby\n",
        "thread: lobby",
        "thread:a/b", "thread:a:b", "thread:.hidden", "thread:-", "thread:é", "thread:" + "x" * 65,
        "thread:٣", "thread:a\x00", "thread:$lobby", "\x00thread:lobby",
    ],
)  # fmt: skip
def test_nothing_there(channel: str) -> None:
    assert kind_of(channel) is None


@given(st.text(max_size=80))
def test_any_text_is_a_channel_or_none(name: str) -> None:
    kind = kind_of(f"thread:{name}")
    assert (kind is not None) == (
        1 <= len(name) <= 64 and name.isascii() and name[0].isalnum()
        and name.replace("-", "").replace("_", "").replace(".", "").isalnum()
    )  # fmt: skip
