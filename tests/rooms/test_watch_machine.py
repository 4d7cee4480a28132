"""A watch party under any sequence of commands by anybody: what always holds, and that a replay gives it."""

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from rooms.kind import By, Refused
from rooms.kinds.watch.budget import MEMBER_BUDGET, PARTY_BUDGET
from rooms.kinds.watch.parsing import POLICIES, VISIBILITIES
from rooms.kinds.watch.position import position_at
from rooms.kinds.watch.roles import GRANTS, RANKS
from rooms.kinds.watch.state import LEADERS, Party
from rooms.kinds.watch.story import SNAPSHOT_EVERY
from tests.rooms.watch_bench import ADA, BOB, CAT, GUS, HUB, MODERATOR, NOW, STEERING, Watched

DAN = By("dan", "Dan")
PEOPLE = st.sampled_from([ADA, BOB, CAT, DAN, GUS, MODERATOR])
USERS = st.sampled_from(["ada", "bob", "cat", "dan", GUS.user])
ITEMS = st.sampled_from(["film", "clip", "a", "b", "c"])
ROLES = st.sampled_from(["host", "member", "guest"])
GRANTED = st.lists(st.sampled_from(GRANTS), max_size=8, unique=True)
POSITIONS = st.integers(0, 700_000)
RATES = st.sampled_from([0.25, 0.5, 0.77, 1.0, 1.25, 1.99, 2.0])
SECONDS = st.floats(0, 12)
NEEDS_GRANT = {
    "play": "play", "pause": "play", "seek": "seek", "rate": "rate", "next": "media", "add": "queue",
    "vote": "queue", "chat": "chat", "react": "chat", "invite": "invite", "kick": "kick", "ban": "kick",
}  # fmt: skip
NEEDS_RANK = {"policy": "host", "lock": "host", "settings": "owner", "hand_over": "owner", "end": "owner"}
LOCKABLE = ("play", "seek", "rate", "media", "queue")
FOR_MODERATORS = ("kick", "ban", "delete", "end")


class WatchMachine(RuleBasedStateMachine):
    """Gives commands as time goes on, against a model that knows only what a viewer would expect."""

    def __init__(self) -> None:
        super().__init__()
        self.party = Watched()

    @property
    def state(self) -> Party:
        return self.party.state

    @initialize(
        policy=st.sampled_from(POLICIES), starts=st.booleans(), grants=GRANTED, said=st.integers(0, 99)
    )
    def begin(self, policy: str, starts: bool, grants: list[str], said: int) -> None:
        starts_at = NOW + 20_000 if starts else None
        granted = {"member": grants}
        self.party = Watched(ADA, BOB, policy=policy, starts_at=starts_at, grants=granted)
        for _ in range(said):  # so that a picture falls anywhere
            self.party.give(ADA, "react", emoji="👍")

    def give(self, by: By, word: str, /, **fields: Any) -> list[dict[str, Any]]:
        """Give a command and again; check what it may bring about at all."""
        before, now = self.state, self.party.now
        operation = {} if word in STEERING else {"op": f"op-{len(self.party.events)}-{now}"}
        told = self.try_(by, word, **operation, **fields)
        if told is None:
            assert self.state is before
            return []
        if any(data["type"] not in ("ask", "beacon") for data in told):
            self._check_allowed(before, by, word, fields)
        moves = ("seek", "next", "add", "duration", *(["play"] if _over(before, now) else []))
        self._check_moves(before, now, word in moves)
        if operation and word not in ("react", "ask", "chat", "delete", "enter", "leave"):
            assert self.party.give(by, word, **operation, **fields) == [], "repeated, it changes nothing"
        return told

    def try_(self, by: By, word: str, /, **fields: Any) -> list[dict[str, Any]] | None:
        """Give a command; return None when it is refused."""
        try:
            return self.party.give(by, word, **fields)
        except Refused:
            return None

    def _check_allowed(self, before: Party, by: By, word: str, fields: dict[str, Any]) -> None:
        """Check the grants by a table of its own."""
        if word in ("enter", "leave") or (by.moderator and word in FOR_MODERATORS):
            return
        assert by.user not in before.banned
        role = before.roles.get(by.user) or ("guest" if by.guest else "member")
        assert by.user in before.members or role in LEADERS
        assert RANKS[role] >= RANKS[NEEDS_RANK.get(word, "guest")]
        grant = NEEDS_GRANT.get(word)
        if grant is not None and role not in LEADERS:
            assert grant in before.grants[role]
            assert not (before.locked and grant in LOCKABLE)
            assert not fields.get("now") or "media" in before.grants[role]

    def _check_moves(self, before: Party, now: int, may_jump: bool) -> None:
        """Check that the film is where it was, unless somebody moved it or it came to its end."""
        was, is_ = before.timeline, self.state.timeline
        assert is_.seq - was.seq == sum(data["type"] == "state" for data in self._since(before))
        assert is_.epoch == was.epoch
        if may_jump:
            return
        assert _item(was) == _item(is_)
        effective = max(now, is_.t0) if is_.status == "playing" else now
        assert position_at(is_, effective) == position_at(was, effective)

    def _since(self, before: Party) -> list[dict[str, Any]]:
        return [data for data in self.party.events if data.get("n", 0) > before.n]

    @rule(by=PEOPLE)
    def enter(self, by: By) -> None:
        before = self.state
        for data in self.give(by, "enter"):
            assert by.user not in before.banned
            assert before.kicked.get(by.user, 0) <= self.party.now
            assert before.visibility != "invite" or by.user in before.roles
            if data["type"] == "enter":
                assert data["member"]["late"] == (before.timeline.status in ("playing", "waiting"))

    @rule(by=PEOPLE)
    def leave(self, by: By) -> None:
        self.give(by, "leave")
        assert by.user not in self.state.members

    @rule(by=PEOPLE, word=st.sampled_from(STEERING), position_ms=POSITIONS, rate=RATES, item=ITEMS)
    def steer(self, by: By, word: str, position_ms: int, rate: float, item: str) -> None:
        more = {"item": item} if word == "next" and position_ms % 2 else {}
        for data in self.give(by, word, position_ms=position_ms, rate=rate, **more)[:1]:
            if word == "seek":
                assert data["position_ms"] == min(position_ms, data["item"].get("duration_ms") or position_ms)
            if word in ("seek", "rate", "play", "next") and data["status"] == "playing":
                assert data["t0"] == self.party.now + data["lead_ms"]

    @rule(by=PEOPLE, word=st.sampled_from(STEERING), behind=st.sampled_from([-1, 1]))
    def steer_what_is_no_more(self, by: By, word: str, behind: int) -> None:
        before, seen = self.state, {**self.party.seen}
        seen["seq"] += behind
        if seen["seq"] >= 0:
            self.give(by, word, seen=seen, position_ms=7, rate=2.0)
        assert self.state is before

    @rule(by=PEOPLE, item=ITEMS, now=st.booleans(), duration_ms=st.sampled_from([None, 3_000, 60_000]))
    def add(self, by: By, item: str, now: bool, duration_ms: int | None) -> None:
        self.give(by, "add", item={"id": item, "url": "/x.mp4", "duration_ms": duration_ms}, now=now)

    @rule(by=PEOPLE, word=st.sampled_from(["remove", "move", "vote"]), item=ITEMS, yes=st.booleans())
    def order_queue(self, by: By, word: str, item: str, yes: bool) -> None:
        before = self.state
        for data in self.give(by, word, item=item, place=int(yes), vote=yes):
            if data["type"] == "queue":
                brought = {each.id: each.by for each in before.queue}[item]
                role = before.role_of(by.user, guest=by.guest)
                needed = "queue" if brought == by.user else "media"
                assert role in LEADERS or needed in before.grants[role]

    @rule(by=PEOPLE, item=ITEMS, duration_ms=st.integers(1, 100_000))
    def learn_duration(self, by: By, item: str, duration_ms: int) -> None:
        self.give(by, "duration", item=item, duration_ms=duration_ms)

    @rule(by=PEOPLE, stalled=st.booleans())
    def buffer(self, by: By, stalled: bool) -> None:
        self.give(by, "buffering", stalled=stalled)

    @rule(by=PEOPLE, ready=st.booleans())
    def be_ready(self, by: By, ready: bool) -> None:
        self.give(by, "ready", ready=ready)

    @rule(by=PEOPLE, word=st.sampled_from(["chat", "react", "ask", "delete"]), id_=st.sampled_from("123"))
    def talk(self, by: By, word: str, id_: str) -> None:
        before = self.state
        for data in self.give(by, word, id=id_, text="Hi", emoji="👍", word="please"):
            if data["type"] in ("chat", "react"):
                assert data["media_ms"] == position_at(before.timeline, self.party.now)
                assert data["item"] == _item(before.timeline)

    @rule(by=PEOPLE, policy=st.sampled_from(POLICIES), locked=st.booleans(), lock=st.booleans())
    def set_policy_or_lock(self, by: By, policy: str, locked: bool, lock: bool) -> None:
        self.give(by, "lock", locked=locked) if lock else self.give(by, "policy", policy=policy)

    @rule(by=PEOPLE, visibility=st.sampled_from(VISIBILITIES), member=GRANTED, guest=GRANTED)
    def set_grants(self, by: By, visibility: str, member: list[str], guest: list[str]) -> None:
        self.give(by, "settings", visibility=visibility, grants={"member": member, "guest": guest})

    @rule(by=PEOPLE, user=USERS, word=st.sampled_from(["kick", "ban"]), banned=st.booleans())
    def send_out(self, by: By, user: str, word: str, banned: bool) -> None:
        before = self.state
        if self.give(by, word, user=user, banned=banned):
            own, theirs = (before.role_of(each, guest=each == GUS.user) for each in (by.user, user))
            assert by.moderator or RANKS[own] > RANKS[theirs]
            assert user not in self.state.members or (word == "ban" and not banned)

    @rule(by=PEOPLE, user=USERS, role=ROLES)
    def promote(self, by: By, user: str, role: str) -> None:
        before = self.state
        if self.give(by, "promote", user=user, role=role):
            assert RANKS[before.role_of(by.user, guest=by.guest)] > RANKS[role]
            assert user != before.owner

    @rule(by=PEOPLE, user=USERS)
    def hand_over(self, by: By, user: str) -> None:
        before = self.state
        if self.give(by, "hand_over", user=user):
            assert (before.owner, self.state.owner) == (by.user, user)
            assert not self.state.members[user].guest

    @rule(user=USERS, role=ROLES)
    def admit(self, user: str, role: str) -> None:
        before, now = self.state, self.party.now
        told = self.try_(HUB, "admit", user=user, display_name=user, role=role, via="x")
        if told is None:
            assert before.ended or user in before.banned or before.kicked[user] > now
        else:
            had = RANKS[before.roles.get(user, "guest")]
            assert RANKS[self.state.roles[user]] == max(had, RANKS[role])

    @rule(seconds=SECONDS)
    def wait(self, seconds: float) -> None:
        self.party.now += int(seconds * 1_000)

    @rule(seconds=SECONDS, silent=st.sets(USERS, max_size=2), lead_ms=st.sampled_from([None, 120, 400]))
    def tick(self, seconds: float, silent: set[str], lead_ms: int | None) -> None:
        before = self.state
        self.party.now += int(seconds * 1_000)
        heard = set(before.members) - silent
        told = self.party.tick(heard=heard, lead_ms=lead_ms)
        for data in told:
            assert data["type"] in ("lead", "leave", "role", "state", "queue", "party")
        causes = {data["cause"]["word"] for data in told if data["type"] == "state"}
        self._check_moves(before, self.party.now, bool(causes & {"start", "next", "ended"}))
        if causes & {"next", "ended"}:
            assert position_at(before.timeline, self.party.now) == before.timeline.item.duration_ms

    @precondition(lambda self: self.party.status == "waiting")
    @rule(stalls=st.lists(st.sampled_from([ADA, BOB, CAT, DAN, GUS]), max_size=4))
    def no_wait_outlasts_the_budgets(self, stalls: list[By]) -> None:
        for by in stalls:
            self.give(by, "buffering", stalled=True)
        self._waits_no_longer_than_it_may()

    @invariant()
    def a_wait_says_for_whom_and_until_when(self) -> None:
        timeline = self.state.timeline
        assert (timeline.status == "waiting") == bool(timeline.waiting_for) == (timeline.until is not None)
        for user in timeline.waiting_for:
            member = self.state.members[user]
            assert member.stalled
            assert not member.late
        if timeline.until is not None:
            assert timeline.until - timeline.t0 <= PARTY_BUDGET.once_ms

    @invariant()
    def a_party_runs_only_where_somebody_is(self) -> None:
        assert self.state.members or not self.state.running
        assert self.state.timeline.item or not self.state.running

    @invariant()
    def there_is_one_owner(self) -> None:
        roles = self.state.roles
        assert [user for user in roles if roles[user] == "owner"] == [self.state.owner]
        acting = self.state.acting
        assert acting is None or (acting.user in self.state.members and roles[acting.user] == "host")

    @invariant()
    def budgets_are_kept(self) -> None:
        for member in self.state.members.values():
            if member.holds_until is not None and member.stalled_at is not None:
                assert 0 <= member.holds_until - member.stalled_at <= MEMBER_BUDGET.once_ms
        assert all(each for each in self.state.spent.values())

    @invariant()
    def numbers_grow_by_one_and_pictures_come_in_time(self) -> None:
        numbers = [data["n"] for data in self.party.events if "n" in data]
        assert numbers == list(range(1, self.state.n + 1))
        pictures = [place for place, data in enumerate(self.party.events) if data["type"] == "party"]
        assert len(self.party.events) - pictures[-1] <= SNAPSHOT_EVERY

    @invariant()
    def a_replay_gives_the_same(self) -> None:
        assert self.party.replayed() == self.state

    def teardown(self) -> None:
        """Whatever has happened, seconds go by and the party goes on."""
        self._waits_no_longer_than_it_may()
        self.a_replay_gives_the_same()

    def _waits_no_longer_than_it_may(self) -> None:
        seconds = 0
        while self.party.status == "waiting":
            assert seconds <= PARTY_BUDGET.once_ms // 1_000
            self.party.tick(1)
            seconds += 1


def _over(party: Party, now: int) -> bool:
    """Return whether there is nothing to go on with, so that play begins something."""
    item = party.timeline.item
    return item is None or position_at(party.timeline, now) == item.duration_ms


def _item(timeline: Any) -> str | None:
    return None if timeline.item is None else timeline.item.id


WatchMachine.TestCase.settings = settings(max_examples=50, stateful_step_count=40, deadline=None)
TestWatch = WatchMachine.TestCase
