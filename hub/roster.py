"""Who is heard at a watch party, how far each is from the common timeline, and what of it is new."""

import math
from dataclasses import dataclass
from typing import Any

SILENT_AFTER_S = 10.0
SHOWN_FOR_S = 5.0  # of several connections of a person one is shown, until it has been quiet for so long
PEOPLE_MAX = 2_000  # 500 members, and those who only look on
CHANGES_MAX = 100  # told at once: 6 kB a subscriber; the others follow a second later
CHANGED_MAX = 2 * PEOPLE_MAX  # beyond it nobody is told who has gone: the roster as a whole says it
TOLD_STEP_MS = 5.0  # smaller wobbles, and those below a fifth of what was told, are no news
TOLD_STEP_SHARE = 0.2
LEAD_MS_MIN = 120.0
LEAD_MS_MAX = 400.0
LEAD_MARGIN_MS = 60.0
LEAD_STEP_MS = 20
STATES = ("playing", "paused", "loading", "stalled")
READY = ("playing", "paused")


@dataclass(frozen=True, slots=True)
class Report:
    """What a member's player says: its state, how far it is ahead, and the one-way delay to the hub."""

    state: str
    error_ms: float | None
    delay_ms: float | None

    def as_json(self) -> dict[str, Any]:
        """Return the shape in which it stands in the roster; null is what the player does not know."""
        return {"state": self.state, "error_ms": _tenths(self.error_ms), "delay_ms": _tenths(self.delay_ms)}

    def is_news_after(self, told: "Report") -> bool:
        """Say whether it is worth telling those who know `told`."""
        return (
            self.state != told.state
            or _moved(self.error_ms, told.error_ms)
            or _moved(self.delay_ms, told.delay_ms)
        )


@dataclass(slots=True)
class _Person:
    """What is heard of somebody, and what of it others know."""

    client: str
    report: Report
    heard_s: float
    shown_s: float
    told: Report | None = None


class Roster:
    """The people of one party. All times are seconds of the watch that its keeper has kept."""

    def __init__(self) -> None:
        self._people: dict[str, _Person] = {}
        self._changed: dict[str, None] = {}
        self._lead_ms: int | None = None

    def __len__(self) -> int:
        """Return how many are heard."""
        return len(self._people)

    def hear(self, user: str, client: str, report: Report, now_s: float) -> bool:
        """Take a report of one of a person's connections; say whether there was room for the person."""
        person = self._people.get(user)
        if person is None:
            if len(self._people) >= PEOPLE_MAX:
                return False
            person = self._people[user] = _Person(client, report, now_s, now_s)
        person.heard_s = now_s
        if client == person.client or now_s - person.shown_s > SHOWN_FOR_S:
            person.client, person.report, person.shown_s = client, report, now_s
        if person.told is None or person.report.is_news_after(person.told):
            self._changed[user] = None
        return True

    def heard(self, now_s: float) -> frozenset[str]:
        """Return who was heard within SILENT_AFTER_S, and forget the others."""
        silent = [user for user, each in self._people.items() if now_s - each.heard_s > SILENT_AFTER_S]
        for user in silent:
            self._forget(user)
        return frozenset(self._people)

    def lead_ms(self) -> int | None:
        """Return how far ahead a command has to be dated so that it reaches nearly all who are ready in time.

        Steps of LEAD_STEP_MS, and no new one for less. None until somebody ready has reported a delay.
        """
        delays = sorted(
            each.report.delay_ms
            for each in self._people.values()
            if each.report.delay_ms is not None and each.report.state in READY
        )
        if delays:
            wanted = min(max(_p90(delays) + LEAD_MARGIN_MS, LEAD_MS_MIN), LEAD_MS_MAX)
            if self._lead_ms is None or abs(wanted - self._lead_ms) >= LEAD_STEP_MS:
                self._lead_ms = math.ceil(wanted / LEAD_STEP_MS) * LEAD_STEP_MS
        return self._lead_ms

    def take_changes(self) -> dict[str, dict[str, Any] | None]:
        """Return what is new and has to be told, by person; None stands for who is not heard any more."""
        changes: dict[str, dict[str, Any] | None] = {}
        while self._changed and len(changes) < CHANGES_MAX:
            user = next(iter(self._changed))
            del self._changed[user]
            person = self._people.get(user)
            if person is not None:
                person.told = person.report
            changes[user] = person.report.as_json() if person is not None else None
        return changes

    def whole(self) -> dict[str, dict[str, Any]]:
        """Return what is known of everybody now."""
        return {user: person.report.as_json() for user, person in self._people.items()}

    def _forget(self, user: str) -> None:
        if self._people.pop(user).told is None:
            self._changed.pop(user, None)
        elif len(self._changed) < CHANGED_MAX:
            self._changed[user] = None


def _tenths(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def _moved(value: float | None, told: float | None) -> bool:
    if value is None or told is None:
        return value is not told
    return abs(value - told) >= max(TOLD_STEP_MS, TOLD_STEP_SHARE * abs(told))


def _p90(ordered: list[float]) -> float:
    """Return the value below which nine of ten lie, between two of `ordered` where it falls there."""
    place = 0.9 * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])
