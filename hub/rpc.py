"""The calls that no room need hear of: a table of them, each from the call's data to its answer."""

import math
import time
from collections.abc import Callable
from typing import Any

from hub import requests
from hub.roster import STATES, Report
from hub.services import Services
from hub.session import Session
from hub.wire import codes

ERROR_MS_MAX = 86_400_000.0  # a day apart
DELAY_MS_MAX = 60_000.0
ROSTER_COST = 10  # commands: it may tell of 2,000 people

Call = Callable[[Services, Session, dict[str, Any]], dict[str, Any]]


def call(services: Services, session: Session, request: dict[str, Any]) -> dict[str, Any]:
    """Answer the call that an `rpc` command names; raise Rejected."""
    method = RPCS.get(requests.text(request, "method"))
    if method is None:
        raise codes.Rejected(codes.METHOD_NOT_FOUND, f"the rpc methods are: {', '.join(sorted(RPCS))}")
    return {"data": method(services, session, requests.nested(request, "data") or {})}


def clock(services: Services, session: Session, data: dict[str, Any]) -> dict[str, Any]:
    """Give back the client's `t0` with the hub's times of arrival `t1` and of answer `t2`, in ms.

    `node` is another one where another clock goes.
    """
    t0 = _number(data, "t0", -math.inf, math.inf)
    heard_at = session.outlet.heard_at
    return {"t0": t0, "t1": heard_at, "t2": services.clock.now_ms(), "node": services.node}


def report(services: Services, session: Session, data: dict[str, Any]) -> dict[str, Any]:
    """Hear how far a member's player is from the party's timeline."""
    channel = _party(session, data)
    said = Report(
        _state(data),
        _optional_number(data, "error_ms", -ERROR_MS_MAX, ERROR_MS_MAX),
        _optional_number(data, "delay_ms", 0.0, DELAY_MS_MAX),
    )
    try:
        has_room = services.keepers.hear(channel, session.claims.user, session.client, said)
    except LookupError:
        raise _not_a_party() from None
    if not has_room:
        raise codes.Rejected(codes.LIMIT_EXCEEDED, "this party hears nobody more")
    return {}


def roster(services: Services, session: Session, data: dict[str, Any]) -> dict[str, Any]:
    """Give what is known of everybody at a party; what changes later is published there."""
    try:
        channel = _party(session, data)
        services.pace.check(channel, session.claims.user, ROSTER_COST)
        return {"members": services.keepers.roster(channel)}
    except LookupError:
        raise _not_a_party() from None


def wall_time(services: Services, session: Session, data: dict[str, Any]) -> dict[str, Any]:
    """Give the system's time, in ms since 1970."""
    return {"at": int(time.time() * 1000)}


RPCS: dict[str, Call] = {"clock": clock, "report": report, "roster": roster, "time": wall_time}


def _party(session: Session, data: dict[str, Any]) -> str:
    channel = requests.channel(data)
    if session.attachments is None or channel not in session.attachments or not session.claims.user:
        raise codes.Rejected(codes.PERMISSION_DENIED, "subscribe to the channel first")
    return channel


def _not_a_party() -> codes.Rejected:
    return codes.Rejected(codes.NOT_AVAILABLE, "only a watch party, watch:…, has a roster")


def _state(data: dict[str, Any]) -> str:
    state = requests.text(data, "state")
    if state not in STATES:
        raise codes.Rejected(codes.BAD_REQUEST, f"state must be one of: {', '.join(STATES)}")
    return state


def _optional_number(data: dict[str, Any], field: str, least: float, most: float) -> float | None:
    return None if data.get(field) is None else _number(data, field, least, most)


def _number(data: dict[str, Any], field: str, least: float, most: float) -> float:
    value = data.get(field)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise codes.Rejected(codes.BAD_REQUEST, f"{field} must be a number")
    if not least <= value <= most:
        raise codes.Rejected(codes.BAD_REQUEST, f"{field} must be from {least:,.0f} to {most:,.0f}")
    return value
