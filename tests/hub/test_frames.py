"""WebSocket frames as RFC 6455 has them, read back by a library that knows it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wsproto.connection import Connection, ConnectionType
from wsproto.events import BytesMessage, CloseConnection, TextMessage

from hub.wire import codes
from hub.wire.frames import BINARY, TEXT, close_frame, frame
from tests.hub.frame_reader import frames_in


@pytest.mark.parametrize("length", [0, 1, 125, 126, 127, 65_535, 65_536, 70_000])
def test_every_length_is_read_back(length: int) -> None:
    payload = b"x" * length
    reader = Connection(ConnectionType.CLIENT)
    reader.receive_data(frame(BINARY, payload) + frame(TEXT, b"end"))
    *parts, end = reader.events()
    assert b"".join(part.data for part in parts if isinstance(part, BytesMessage)) == payload
    assert isinstance(end, TextMessage)
    assert frames_in(frame(BINARY, payload)) == [(BINARY, payload)]


@given(st.integers(3000, 3999), st.text(alphabet=st.characters(codec="ascii", exclude_categories=["Cc"])))
def test_a_close_frame_has_a_code_and_a_reason_that_fits(code: int, reason: str) -> None:
    reader = Connection(ConnectionType.CLIENT)
    reader.receive_data(close_frame(code, reason))
    [event] = reader.events()
    assert isinstance(event, CloseConnection)
    assert event.code == code
    assert event.reason == reason[:123]


def test_every_reason_is_plain_words_that_fit_and_are_no_json() -> None:
    closes = [each for each in vars(codes).values() if isinstance(each, codes.Disconnect)]
    assert len(closes) == len({each.code for each in closes}) >= 10
    for each in closes:
        assert len(each.reason.encode()) < 124
        assert each.reason.replace(" ", "").isalpha()


def test_only_passing_troubles_are_temporary() -> None:
    errors = [each for each in vars(codes).values() if isinstance(each, codes.Error)]
    assert {each.code for each in errors if each.temporary} == {100, 111}
    assert codes.INTERNAL.as_json() == {"code": 100, "message": codes.INTERNAL.message, "temporary": True}
    assert codes.BAD_REQUEST.as_json() == {"code": 107, "message": "bad request"}
