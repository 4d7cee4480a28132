"""Who may do what in a watch party: the whole table of commands, roles and grants."""

from typing import Any

import pytest

from rooms.kind import By, Refused
from rooms.kinds.watch.roles import GRANTS
from rooms.refusals import LOCKED, PERMISSION_DENIED
from tests.rooms.watch_bench import ADA, HUB, Watched, types

HOST, MEMBER, GUEST = By("host", "Host"), By("member", "Member"), By("guest", "Guest", guest=True)
PEOPLE = {"owner": ADA, "host": HOST, "member": MEMBER, "guest": GUEST}
OTHER = "somebody"

BY_GRANT: list[tuple[str, str, dict[str, Any]]] = [
    ("play", "play", {}),
    ("play", "pause", {}),
    ("seek", "seek", {"position_ms": 77}),
    ("rate", "rate", {"rate": 1.25}),
    ("media", "next", {}),
    ("media", "remove", {"item": "clip"}),
    ("media", "move", {"item": "clip", "place": 0}),
    ("queue", "add", {"item": {"url": "/mine.mp4"}}),
    ("queue", "vote", {"item": "clip", "vote": True}),
    ("chat", "chat", {"id": "m1", "text": "Hi"}),
    ("chat", "react", {"emoji": "👍"}),
    ("invite", "invite", {"id": "i1", "role": "guest"}),
    ("kick", "delete", {"id": "said"}),
]
BY_RANK: list[tuple[str, str, dict[str, Any]]] = [
    ("host", "policy", {"policy": "all"}),
    ("host", "lock", {"locked": True}),
    ("owner", "settings", {"title": "Another"}),
    ("owner", "hand_over", {"user": OTHER}),
    ("owner", "promote", {"user": OTHER, "role": "host"}),
    ("host", "promote", {"user": OTHER, "role": "guest"}),
    ("owner", "end", {}),
]
LOCKABLE = ("play", "seek", "rate", "media", "queue")


def party_with(**opening: Any) -> Watched:
    """Return a party in which somebody of every role is present, and somebody else who has spoken."""
    party = Watched(*PEOPLE.values(), By(OTHER, "Somebody"), **opening)
    party.give(HUB, "admit", user="host", display_name="Host", role="host", via="")
    party.give(ADA, "chat", id="said", text="Hello")
    party.give(ADA, "play")
    return party


def allowed(party: Watched, by: By, word: str, fields: dict[str, Any]) -> bool:
    """Return whether a command is carried out; playing is allowed where it plays already."""
    try:
        party.decide(by, word, **fields)
    except Refused as refused:
        if refused.code not in (PERMISSION_DENIED, LOCKED):
            raise
        return False
    return True


@pytest.mark.parametrize(("grant", "word", "fields"), BY_GRANT)
def test_a_grant_is_what_a_command_needs(grant: str, word: str, fields: dict[str, Any]) -> None:
    none, only = party_with(grants={"member": [], "guest": []}), {"member": [grant], "guest": [grant]}
    others = [each for each in GRANTS if each != grant]
    all_but = party_with(grants={"member": others, "guest": others})
    for role, by in PEOPLE.items():
        leads = role in ("owner", "host")
        assert allowed(none, by, word, fields) == allowed(all_but, by, word, fields) == leads
        assert allowed(party_with(grants=only), by, word, fields)


@pytest.mark.parametrize(("least", "word", "fields"), BY_RANK)
def test_an_order_needs_a_role(least: str, word: str, fields: dict[str, Any]) -> None:
    everything = {"member": list(GRANTS), "guest": list(GRANTS)}
    for role, by in PEOPLE.items():
        expected = role == "owner" or (role == "host" and least == "host")
        assert allowed(party_with(grants=everything), by, word, fields) == expected


@pytest.mark.parametrize(("grant", "word", "fields"), BY_GRANT)
def test_a_lock_keeps_playback_and_queue_to_those_who_lead(
    grant: str, word: str, fields: dict[str, Any]
) -> None:
    everything = {"member": list(GRANTS), "guest": list(GRANTS)}
    party = party_with(grants=everything)
    party.give(HOST, "lock", locked=True)
    for role, by in PEOPLE.items():
        assert allowed(party, by, word, fields) == (role in ("owner", "host") or grant not in LOCKABLE)
    if grant in LOCKABLE:
        assert party.refusal(MEMBER, word, **fields).code == 423


def test_by_default_members_queue_and_talk_and_guests_talk() -> None:
    party = party_with()
    can = {
        role: {grant for grant, word, fields in BY_GRANT if allowed(party, by, word, fields)}
        for role, by in PEOPLE.items()
    }
    assert can["owner"] == can["host"] == set(GRANTS)
    assert can["member"] == {"queue", "chat"}
    assert can["guest"] == {"chat"}


def test_the_owner_changes_what_is_granted_at_any_time() -> None:
    party = party_with()
    [event] = party.give(ADA, "settings", grants={"guest": ["seek"]})
    assert event["grants"] == {"member": ["chat", "queue"], "guest": ["seek"]}
    assert types(party.give(GUEST, "seek", position_ms=9)) == ["state"]
    assert party.refusal(GUEST, "chat", id="1", text="Hi").code == 103


def test_who_is_refused_is_told_whom_to_ask() -> None:
    assert party_with().refusal(GUEST, "pause").message == (
        "your role here, guest, may not do this: ask the owner or a host"
    )
    assert party_with().refusal(HOST, "end").message == "only the owner may do this"
    assert party_with().refusal(MEMBER, "lock", locked=True).message == "only the owner and hosts may do this"


def test_roles_are_given_below_the_own_one() -> None:
    party = party_with()
    assert party.refusal(ADA, "promote", user="ada", role="host").code == 103
    assert party.refusal(HOST, "promote", user="ada", role="guest").code == 103
    assert party.refusal(HOST, "promote", user="host", role="guest").code == 103
    assert party.refusal(ADA, "promote", user="nobody", role="host").code == 404
    assert party.give(ADA, "promote", user="host", role="host") == []
    [event] = party.give(HOST, "promote", user=GUEST.user, role="member")
    assert (event["type"], event["member"], event["role"], event["cause"]) == (
        "role", "guest", "member", "promote",
    )  # fmt: skip
    party.give(ADA, "promote", user="host", role="member")
    assert party.refusal(HOST, "pause").code == 103


def test_people_are_invited_under_the_own_role_at_most() -> None:
    party = party_with(grants={"member": ["invite"], "guest": ["invite"]})
    for by, role, may in (
        (ADA, "host", True),
        (HOST, "host", False),
        (HOST, "member", True),
        (MEMBER, "host", False),
        (MEMBER, "member", True),
        (GUEST, "member", False),
        (GUEST, "guest", True),
    ):
        assert allowed(party, by, "invite", {"id": "i1", "role": role}) == may
    [event] = party.give(MEMBER, "invite", id="i1", role="guest")
    assert (event["type"], event["id"], event["role"], event["user"]["id"]) == (
        "invite", "i1", "guest", "member",
    )  # fmt: skip


def test_asking_needs_no_grant() -> None:
    party = party_with(grants={"member": [], "guest": []})
    assert types(party.give(GUEST, "ask", word="please pause")) == ["ask"]
