"""Whatever clients send to a watch party, it is carried out or refused: nothing breaks the room's rules."""

import math
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from rooms.kind import By, Refused
from rooms.kinds.watch.parsing import _PARSERS
from tests.rooms.watch_bench import ADA, BOB, GUS, HUB, MODERATOR, Watched

FIELDS = [
    "op", "seen", "position_ms", "rate", "item", "now", "place", "vote", "duration_ms", "ready", "stalled",
    "id", "text", "emoji", "word", "policy", "locked", "user", "banned", "role", "title", "visibility",
    "grants", "starts_at", "epoch", "items", "display_name", "via",
]  # fmt: skip
TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=70),
    st.sampled_from(
        ["film", "clip", "ada", "bob", "host", "guest", "all", "invite", "/x.mp4", "//x", "https://["]
    ),
)
NUMBERS = st.one_of(
    st.sampled_from([math.nan, math.inf, -math.inf, 1e308, 2**53, 2**63, -(2**63), -1, 0, 1]),
    st.integers(0, 700_000),
    st.floats(0, 3),
)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=5,
)
RIGHT = {
    "op": "op", "position_ms": 7_000, "rate": 1.5, "item": "clip", "place": 0, "vote": True,
    "duration_ms": 9_000, "ready": True, "stalled": True, "id": "1", "text": "Hi", "emoji": "👍",
    "word": "pause", "policy": "all",
    "locked": True, "user": "bob", "banned": True, "role": "host", "title": "Night", "visibility": "invite",
}  # fmt: skip
COMMANDS = st.tuples(
    st.sampled_from([ADA, BOB, GUS, MODERATOR, HUB, By("")]),
    st.sampled_from(list(_PARSERS)),
    st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=3),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(COMMANDS, max_size=20))
def test_rubbish_is_carried_out_or_refused(commands: list[tuple[By, str, dict[str, Any]]]) -> None:
    party = Watched(ADA, BOB, GUS, policy="all").playing()
    for number, (by, word, rubbish) in enumerate(commands):
        before, refusal = party.state, ""
        fields = RIGHT | {"op": str(number), "seen": party.seen} | rubbish
        try:
            party.give(by, word, **fields)
        except Refused as refused:
            refusal = refused.message
        assert len(refusal) <= 500
        assert not refusal or party.state is before
        party.tick(1)
        assert party.replayed() == party.state
