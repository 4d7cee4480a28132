"""Cursors come back as what went in, and anything else is a problem of the field `cursor`."""

import base64
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.http.cursors import decode_cursor, encode_cursor
from api.problems import Problem

MOMENT = datetime(2026, 11, 21, 7, 30, 0, 123456, UTC)
ID = uuid.uuid4()
INT64 = st.integers(-(2**63) + 1, 2**63 - 1)
VALUES: list[tuple[type, st.SearchStrategy[Any]]] = [
    (int, INT64),
    (float, st.floats(allow_nan=False, allow_infinity=False)),
    (str, st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=60)),
    (bool, st.booleans()),
    (uuid.UUID, st.uuids()),
    (datetime, st.datetimes(timezones=st.just(UTC))),
]


def forged(value: object) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(value)).decode().rstrip("=")


@given(
    st.lists(st.one_of(*(st.tuples(st.just(kind), each | st.none()) for kind, each in VALUES)), max_size=4)
)
def test_what_was_encoded_comes_back(pairs: list[tuple[type, Any]]) -> None:
    values = tuple(value for _, value in pairs)
    cursor = encode_cursor(*values)
    assert decode_cursor(cursor, *(kind for kind, _ in pairs)) == values
    assert all(character.isalnum() or character in "-_" for character in cursor)


@pytest.mark.parametrize("absent", [None, ""])
def test_without_a_cursor_the_first_page_is_meant(absent: str | None) -> None:
    assert decode_cursor(absent, int) is None


@given(st.text(min_size=1) | st.binary(min_size=1).map(lambda raw: base64.urlsafe_b64encode(raw).decode()))
def test_any_text_is_refused_or_read(text: str) -> None:
    problem = None
    try:
        values = decode_cursor(text, int)
    except Problem as refused:
        problem = refused
    if problem is None:
        assert values is not None
        assert isinstance(values[0], int | None)
    else:
        assert (problem.status, problem.code, problem.field) == (400, "invalid_cursor", "cursor")


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (int, [2**63]),
        (int, [True]),
        (int, [1.5]),
        (int, ["1"]),
        (int, []),
        (int, [1, 2]),
        (int, {"a": 1}),
        (int, 1),
        (float, ["nan"]),
        (float, [True]),
        (str, [1]),
        (str, ["a\x00b"]),
        (bool, [1]),
        (uuid.UUID, ["nothing"]),
        (uuid.UUID, [7]),
        (datetime, [2**62]),
        (datetime, ["2026-11-21"]),
        (datetime, [-(2**62)]),
    ],
)
def test_a_forged_cursor_is_refused(kind: type, value: object) -> None:
    with pytest.raises(Problem):
        decode_cursor(forged(value), kind)


def test_a_cursor_that_is_too_long_is_refused() -> None:
    with pytest.raises(Problem):
        decode_cursor(forged(["x" * 2_000]), str)


def test_moments_keep_their_microseconds() -> None:
    later = MOMENT + timedelta(microseconds=1)
    assert decode_cursor(encode_cursor(MOMENT, ID, later), datetime, uuid.UUID, datetime) == (
        MOMENT,
        ID,
        later,
    )
