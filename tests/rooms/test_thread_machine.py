"""A thread under any sequence of commands by anybody: what always holds, and that a replay gives the same."""

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from rooms.kind import By, Refused
from rooms.kinds.thread.kind import ThreadKind
from rooms.kinds.thread.messages import EMOJI_PER_MESSAGE_MAX

NOW = 1_700_000_000_000
AUTHOR, BOB = By("ada", "Ada"), By("bob", "Bob")
GUEST = By("guest-1", "Gus", guest=True)
MUTED = By("mute", "Mute", muted_until_ms=NOW * 2)
MODERATOR = By("mo", "Mo", moderator=True)
PEOPLE = st.sampled_from([AUTHOR, BOB, GUEST, MUTED, MODERATOR, By("")])
IDS = st.sampled_from(["1", "2", "3", "first"])
SETTINGS_WORDS = [
    "lock",
    "unlock",
    "pin",
    "unpin",
    "withdraw",
    "restore",
    "unsolve",
    "solve",
    "title",
    "slow",
]
MESSAGE_WORDS = ["post", "edit", "delete", "hide", "unhide", "react", "unreact", "typing"]


class ThreadMachine(RuleBasedStateMachine):
    """Gives commands as time goes on, and keeps the events."""

    def __init__(self) -> None:
        super().__init__()
        self.kind = ThreadKind()
        self.state: Any = self.kind.begin()
        self.events: list[dict[str, Any]] = []
        self.now = NOW

    def give(self, by: By, data: dict[str, Any]) -> list[dict[str, Any]]:
        """Give a command twice; return the events of the first time."""
        command = self.kind.parse(data)
        brought = self._decide(command, by)
        for event in brought:
            self.state = self.kind.evolve(self.state, event)
        self.events += brought
        assert self._decide(command, by) == [], "a repeat brings nothing"
        return brought

    def _decide(self, command: Any, by: By) -> list[dict[str, Any]]:
        try:
            events = self.kind.decide(self.state, command, by, self.now)
        except Refused:
            return []
        return [event.data for event in events if event.durable]

    @rule(by=st.sampled_from([AUTHOR, BOB]), guests=st.booleans())
    def open(self, by: By, guests: bool) -> None:
        data = {"type": "open", "title": "T", "board": "iss", "guests": guests, "id": "first", "text": "x"}
        hub = By(by.user, by.display_name, system=True)
        expected = [] if self.events else ["open", "post"]
        assert [each["type"] for each in self.give(hub, data)] == expected

    @rule(by=PEOPLE, word=st.sampled_from(MESSAGE_WORDS), message=IDS, text=st.sampled_from("abc"), quote=IDS)
    def speak(self, by: By, word: str, message: str, text: str, quote: str) -> None:
        was, data = self.state, {"type": word, "id": message, "text": text, "emoji": text, "reason": text}
        if word == "post" and text == "c":
            data["quote"] = quote
        for event in self.give(by, data):
            self._check_allowed(was, by, event)

    @rule(
        by=PEOPLE,
        word=st.sampled_from(SETTINGS_WORDS),
        message=IDS,
        text=st.sampled_from("abc"),
        seconds=st.sampled_from([0, 5]),
    )
    def set(self, by: By, word: str, message: str, text: str, seconds: int) -> None:
        was = self.state.settings
        for event in self.give(by, {"type": word, "post": message, "title": text, "seconds": seconds}):
            assert by.moderator or (by.user == was.author and event["type"] in ("solve", "unsolve", "title"))

    @rule(seconds=st.integers(1, 6))
    def wait(self, seconds: int) -> None:
        self.now += seconds * 1000

    def _check_allowed(self, was: Any, by: By, event: dict[str, Any]) -> None:
        assert was.settings.opened
        assert by.user == event["user"]["id"] != ""
        if by.moderator:
            return
        assert was.settings.guests or not by.guest
        assert not was.settings.withdrawn
        assert event["type"] == "delete" or not (was.settings.locked or by is MUTED)
        message = was.messages.get(event["id"])
        if message is not None and event["type"] in ("edit", "react", "unreact"):
            assert not message.deleted
            assert not message.hidden
        if event["type"] in ("edit", "delete"):
            assert message.author == by.user

    @invariant()
    def what_is_gone_says_nothing(self) -> None:
        for message in self.state.messages.things().values():
            assert not message.deleted or (message.text, message.reactions) == ("", frozenset())
            assert len({emoji for emoji, _ in message.reactions}) <= EMOJI_PER_MESSAGE_MAX

    @invariant()
    def in_slow_mode_nobody_but_moderators_posts_faster(self) -> None:
        slow_s, last = 0, {}
        for event in self.events:
            if event["type"] == "slow":
                slow_s, last = event["seconds"], {}
            elif event["type"] == "post":
                user = event["user"]["id"]
                assert user == "mo" or event["at"] - last.get(user, 0) >= slow_s * 1000
                last[user] = event["at"]

    @precondition(lambda self: self.events)
    @invariant()
    def a_replay_gives_the_same(self) -> None:
        state = self.kind.begin()
        for event in self.events:
            state = self.kind.evolve(state, event)
        assert state == self.state


ThreadMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestThread = ThreadMachine.TestCase
