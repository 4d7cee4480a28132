"""Where a party is: its states one after the other, each in force from its own moment on."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

_STATES_KEPT = 4  # more are never under way at once: the hub looks 0.4 s ahead at most


@dataclass(frozen=True, slots=True)
class Moment:
    """What is to be seen at one moment; the position moves on by `rate`, which is 0 while it stands."""

    status: str
    item: Mapping[str, Any] | None
    position_ms: float
    rate: float
    starts_in_ms: float = 0.0


def moment_of(state: Mapping[str, Any], hub_ms: float) -> Moment:
    """Return what a state means at this time of the hub, if it is in force then."""
    status, item, rate = state["status"], state["item"], float(state["rate"])
    end_ms = (item or {}).get("duration_ms") or math.inf
    start_ms = min(float(state["position_ms"]), end_ms)
    if status != "playing" or hub_ms < state["t0"]:
        return Moment(status, item, start_ms, 0.0)
    position_ms = start_ms + rate * (hub_ms - state["t0"])
    return Moment(status, item, min(position_ms, end_ms), rate if position_ms < end_ms else 0.0)


class Timeline:
    """The newest state of a party, and those before it while it has not begun."""

    def __init__(self) -> None:
        self._states: list[Mapping[str, Any]] = []

    @property
    def state(self) -> Mapping[str, Any] | None:
        """The newest state, as the hub sent it."""
        return self._states[-1] if self._states else None

    @property
    def seen(self) -> dict[str, Any]:
        """What a command says it has seen, so that the hub refuses one that comes too late."""
        newest = self._states[-1]
        return {"epoch": newest["epoch"], "seq": newest["seq"]}

    def take(self, state: Mapping[str, Any]) -> bool:
        """Take over a state that the hub sent; return whether it is newer than what is known."""
        newest = self.state
        if newest is not None and newest["epoch"] == state["epoch"]:
            if state["seq"] <= newest["seq"]:
                return False
            self._states = [*self._states[1 - _STATES_KEPT :], state]
        else:
            self._states = [state]
        return True

    def amend(self, **fields: Any) -> None:
        """Note what became known of the newest state, which moves nobody."""
        self._states[-1] = {**self._states[-1], **fields}

    def at(self, hub_ms: float) -> Moment:
        """Return what is to be seen at this time of the hub; only when there is a state."""
        newest = self._states[-1]
        for state in reversed(self._states):
            if state["status"] != "playing" or state["t0"] <= hub_ms:
                break
        starts_in_ms = max(0.0, newest["t0"] - hub_ms) if newest["status"] == "playing" else 0.0
        return replace(moment_of(state, hub_ms), starts_in_ms=starts_in_ms)
