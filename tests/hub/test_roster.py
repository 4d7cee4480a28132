"""Who is heard at a party, what of it is news, and the lead that their delays ask for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.roster import (
    CHANGED_MAX,
    CHANGES_MAX,
    LEAD_MS_MAX,
    LEAD_MS_MIN,
    LEAD_STEP_MS,
    PEOPLE_MAX,
    Report,
    Roster,
)

STEADY = Report("playing", 3.0, 40.0)


def heard(roster: Roster, *users: str, report: Report = STEADY, now_s: float = 0.0) -> None:
    for user in users:
        assert roster.hear(user, f"client of {user}", report, now_s)


def test_who_reported_within_ten_seconds_is_heard() -> None:
    roster = Roster()
    heard(roster, "ada", now_s=0)
    heard(roster, "bob", now_s=4)
    assert roster.heard(10.0) == {"ada", "bob"}
    assert roster.heard(10.1) == {"bob"}
    assert roster.heard(14.1) == frozenset()
    assert len(roster) == 0


def test_any_connection_of_a_person_lets_them_be_heard_and_one_is_shown() -> None:
    roster = Roster()
    roster.hear("ada", "tv", STEADY, 0)
    roster.hear("ada", "phone", Report("stalled", None, 300.0), 1)
    assert roster.whole() == {"ada": STEADY.as_json()}
    roster.hear("ada", "phone", Report("loading", None, 300.0), 5.5)
    assert roster.whole()["ada"]["state"] == "loading"
    assert roster.heard(15.4) == {"ada"}


def test_only_what_is_new_is_told() -> None:
    roster = Roster()
    heard(roster, "ada", "bob")
    assert roster.take_changes() == {"ada": STEADY.as_json(), "bob": STEADY.as_json()}
    assert roster.take_changes() == {}
    heard(roster, "ada", report=Report("playing", 7.9, 47.0), now_s=1)
    assert roster.take_changes() == {}
    heard(roster, "bob", report=Report("stalled", 3.0, 40.0), now_s=1)
    assert roster.take_changes() == {"bob": {"state": "stalled", "error_ms": 3.0, "delay_ms": 40.0}}
    heard(roster, "ada", report=Report("playing", 8.04, 40.0), now_s=2)
    assert roster.take_changes() == {"ada": {"state": "playing", "error_ms": 8.0, "delay_ms": 40.0}}
    heard(roster, "ada", report=Report("playing", None, 40.0), now_s=3)
    assert roster.take_changes()["ada"] == {"state": "playing", "error_ms": None, "delay_ms": 40.0}


def test_wobbles_are_measured_by_what_was_told() -> None:
    roster = Roster()
    heard(roster, "ada", report=Report("playing", 1_000.0, None))
    roster.take_changes()
    heard(roster, "ada", report=Report("playing", 1_199.0, None), now_s=1)
    assert roster.take_changes() == {}
    heard(roster, "ada", report=Report("playing", 1_200.0, None), now_s=2)
    assert roster.take_changes()["ada"] is not None


def test_who_is_heard_no_more_is_told_once_to_those_who_knew() -> None:
    roster = Roster()
    heard(roster, "ada")
    roster.take_changes()
    heard(roster, "bob")
    roster.heard(11)
    assert roster.take_changes() == {"ada": None}
    assert roster.take_changes() == {}


def test_what_is_told_at_once_is_bounded_and_the_rest_follows() -> None:
    roster = Roster()
    users = [f"user {n}" for n in range(CHANGES_MAX + 7)]
    heard(roster, *users)
    first, second = roster.take_changes(), roster.take_changes()
    assert (len(first), len(second)) == (CHANGES_MAX, 7)
    assert list(first) + list(second) == users


def test_more_people_than_a_party_has_find_no_room() -> None:
    roster = Roster()
    heard(roster, *(f"user {n}" for n in range(PEOPLE_MAX)))
    assert not roster.hear("one more", "client", STEADY, 0)
    assert roster.hear("user 1", "client of user 1", STEADY, 1)
    for round_ in range(1, 5):  # strangers who come and go leave nothing behind
        roster.heard(round_ * 20.0)
        heard(roster, *(f"{round_} {n}" for n in range(PEOPLE_MAX)), now_s=round_ * 20.0)
        roster.take_changes()
        assert len(roster._changed) <= CHANGED_MAX + PEOPLE_MAX


@pytest.mark.parametrize(
    ("delays", "lead_ms"),
    [
        ([1.0], 120),
        ([100.0], 160),
        ([150.0, 150.0], 220),
        ([1_000.0], 400),
        ([20.0] * 18 + [5_000.0], 120),
        ([1.0, 20.0, 60.0, 150.0], 200),
    ],
)
def test_the_lead_reaches_nine_of_ten(delays: list[float], lead_ms: int) -> None:
    roster = Roster()
    for number, delay in enumerate(delays):
        heard(roster, f"user {number}", report=Report("playing", 0.0, delay))
    assert roster.lead_ms() == lead_ms


def test_the_lead_is_asked_of_those_who_are_ready_and_stays_when_nobody_is() -> None:
    roster = Roster()
    assert roster.lead_ms() is None
    heard(roster, "bob", report=Report("stalled", None, 300.0))
    heard(roster, "eve", report=Report("playing", None, None))
    assert roster.lead_ms() is None
    heard(roster, "ada", report=Report("paused", None, 100.0))
    assert roster.lead_ms() == 160
    heard(roster, "ada", report=Report("loading", None, 100.0))
    assert roster.lead_ms() == 160


def test_a_little_more_delay_is_no_new_lead() -> None:
    roster = Roster()
    leads = []
    for delay in (100.0, 109.0, 119.0, 120.0, 105.0, 100.0):
        heard(roster, "ada", report=Report("playing", 0.0, delay))
        leads.append(roster.lead_ms())
    assert leads == [160, 160, 160, 180, 180, 160]


@given(st.lists(st.floats(0, 60_000), min_size=1, max_size=50))
def test_every_lead_is_a_step_within_bounds(delays: list[float]) -> None:
    roster = Roster()
    for number, delay in enumerate(delays):
        heard(roster, f"user {number}", report=Report("playing", 0.0, delay))
        lead_ms = roster.lead_ms()
        assert lead_ms is not None
        assert LEAD_MS_MIN <= lead_ms <= LEAD_MS_MAX
        assert lead_ms % LEAD_STEP_MS == 0
