"""The WebSocket handshake: subprotocols, correlation ids, refusals, and heads that are rubbish."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
import structlog
import trio

from hub import session, websocket_door
from tests.hub.delayed_log import DelayedLog
from tests.hub.live_hub import LOBBY, LiveHub, live_hub, post

KEY = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
USUAL = ("Host: hub", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13", KEY)


@asynccontextmanager
async def handshake(
    hub: LiveHub, *headers: str, query: str = "", usual: Sequence[str] = USUAL
) -> AsyncIterator[tuple[str, trio.SocketStream]]:
    """Send a request for a WebSocket and give the head of the answer, "" when there is none."""
    async with await trio.open_tcp_stream("127.0.0.1", hub.port) as stream:
        lines = [f"GET /connection/websocket{query} HTTP/1.1", *usual, *headers, "", ""]
        await stream.send_all("\r\n".join(lines).encode("latin-1"))
        answer = b""
        with trio.fail_after(30):
            while b"\r\n\r\n" not in answer and (chunk := await stream.receive_some()):
                answer += chunk
        yield answer.decode("latin-1"), stream


def header(answer: str, name: str) -> str | None:
    """Return a header of an answer."""
    for line in answer.split("\r\n")[1:]:
        word, _, value = line.partition(": ")
        if word.lower() == name.lower():
            return value
    return None


async def test_json_is_spoken_without_a_subprotocol() -> None:
    async with live_hub() as hub, handshake(hub) as (answer, _):
        assert answer.startswith("HTTP/1.1 101 ")
        assert header(answer, "Sec-WebSocket-Accept") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
        assert header(answer, "Sec-WebSocket-Protocol") is None
        assert header(answer, "Sec-WebSocket-Extensions") is None


@pytest.mark.parametrize("offered", ["", " ", "centrifuge-json", "chat, superchat"])
async def test_subprotocols_that_are_empty_or_unknown_are_accepted_and_not_echoed(offered: str) -> None:
    async with live_hub() as hub, handshake(hub, f"Sec-WebSocket-Protocol: {offered}") as (answer, _):
        assert answer.startswith("HTTP/1.1 101 ")
        assert header(answer, "Sec-WebSocket-Protocol") is None


@pytest.mark.parametrize(
    "offered", ["centrifuge-msgpack", "x, centrifuge-msgpack", "centrifuge-protobuf,centrifuge-msgpack"]
)
async def test_messagepack_is_spoken_where_it_is_offered(offered: str) -> None:
    async with live_hub() as hub, handshake(hub, f"Sec-WebSocket-Protocol: {offered}") as (answer, _):
        assert header(answer, "Sec-WebSocket-Protocol") == "centrifuge-msgpack"


async def test_protobuf_is_refused_in_words() -> None:
    async with live_hub() as hub:
        for headers, query in (
            (["Sec-WebSocket-Protocol: centrifuge-protobuf"], ""),
            ([], "?cf_protocol=protobuf"),
            ([], "?format=x&cf_protocol=protobuf"),
        ):
            async with handshake(hub, *headers, query=query) as (answer, stream):
                assert answer.startswith("HTTP/1.1 400 ")
                body = answer.partition("\r\n\r\n")[2].encode() + b"".join([bytes(c) async for c in stream])
                assert b"centrifuge-msgpack" in body
        await hub.until(lambda: hub.door.open_connections == 0)


async def test_compression_is_not_negotiated() -> None:
    async with (
        live_hub() as hub,
        handshake(hub, "Sec-WebSocket-Extensions: permessage-deflate") as (answer, _),
    ):
        assert answer.startswith("HTTP/1.1 101 ")
        assert header(answer, "Sec-WebSocket-Extensions") is None


async def test_a_correlation_id_comes_back() -> None:
    async with live_hub() as hub:
        async with handshake(hub, "X-Correlation-ID: trace-1:2.3_4") as (answer, _):
            assert header(answer, "X-Correlation-ID") == "trace-1:2.3_4"
        async with handshake(hub) as (answer, _):
            assert len(header(answer, "X-Correlation-ID") or "") == 36


@pytest.mark.parametrize("brought", ["a b", "a\x01b", "\xff", "<script>", "x" * 129, "", "a,b", "é"])
async def test_a_correlation_id_that_is_unfit_is_replaced(brought: str) -> None:
    async with live_hub() as hub, handshake(hub, f"X-Correlation-ID: {brought}") as (answer, _):
        assert answer.startswith("HTTP/1.1 101 ")
        assert len(header(answer, "X-Correlation-ID") or "") == 36


async def test_a_fault_in_a_command_is_logged_with_the_correlation_id(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with live_hub() as hub:
        monkeypatch.setattr(hub.services.presence, "clients", None)
        merge = [structlog.contextvars.merge_contextvars]
        with structlog.testing.capture_logs(processors=merge) as logs:
            async with hub.client(correlation_id="trace-7") as ada:
                assert await ada.error("presence", {"channel": LOBBY}) == 100
        [failed] = [each for each in logs if each["event"] == "command_failed"]
        assert failed["correlation_id"] == "trace-7"
        assert failed["method"] == "presence"


RUBBISH = {
    "no key": (USUAL[:-1], "400"),
    "no host": (USUAL[1:], "400"),
    "an old version": ((*USUAL[:3], "Sec-WebSocket-Version: 8", KEY), "426"),
    "a header without a colon": ((*USUAL, "rubbish"), "400"),
    "a header with a NUL": ((*USUAL, "X: a\x00b"), "400"),
    "two hosts": ((*USUAL, "Host: other"), "400"),
    "a protocol that is not ASCII": ((*USUAL, "Sec-WebSocket-Protocol: \xff"), ""),
    "an extension that is not ASCII": ((*USUAL, "Sec-WebSocket-Extensions: \xff"), ""),
    "a host that is not ASCII": (("Host: \xff", *USUAL[1:]), ""),
}


@pytest.mark.parametrize("rubbish", RUBBISH)
async def test_a_head_that_is_rubbish_ends_its_connection_and_is_no_fault_of_ours(
    rubbish: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(websocket_door, "CONNECT_TIMEOUT_S", 0.02)
    headers, status = RUBBISH[rubbish]
    with structlog.testing.capture_logs() as logs:
        async with live_hub() as hub, hub.client() as ada:
            async with handshake(hub, usual=headers) as (answer, _):
                assert answer[9:12] == status
            await hub.until(lambda: hub.door.open_connections == 1)
            assert await ada.ask("ping", {}) == {}
    assert [each for each in logs if each["log_level"] not in ("info", "debug")] == []


async def test_a_hub_that_is_full_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    async with live_hub() as hub, hub.client() as ada:
        monkeypatch.setattr(hub.services.connections, "_total_max", 1)
        async with handshake(hub) as (answer, _):
            assert answer.startswith("HTTP/1.1 503 ")
        assert await ada.ask("ping", {}) == {}


NO_FRAMES = {
    "reserved bits": b"\xff" * 20,
    "an unmasked frame": b"\x81\x02{}",
    "a text that is not UTF-8": b"\x81\x82\x00\x00\x00\x00\xff\xff",
    "half a close code": b"\x88\x81\x00\x00\x00\x00\x01",
    "a ping in pieces": b"\x09\x80\x00\x00\x00\x00",
}


@pytest.mark.parametrize("rubbish", NO_FRAMES)
async def test_what_is_no_frame_ends_its_connection_alone(rubbish: str) -> None:
    with structlog.testing.capture_logs() as logs:
        async with live_hub() as hub, hub.client() as ada:
            async with handshake(hub) as (_, stream):
                await stream.send_all(NO_FRAMES[rubbish])
                assert b"".join([bytes(chunk) async for chunk in stream]) == b""
            await hub.until(lambda: len(hub.sessions()) == 1)
            assert await ada.ask("ping", {}) == {}
    assert [each for each in logs if each["log_level"] == "error"] == []


async def test_who_goes_while_its_command_waits_is_gone_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "CLOSE_LINGER_S", 0.02)
    log = DelayedLog()
    async with live_hub(log) as hub:
        log.hold()
        async with hub.client("ada") as ada:
            await ada.send("subscribe", {"channel": LOBBY})
            await hub.until(lambda: log.looks)
            await trio.aclose_forcefully(ada.websocket._stream)
        await hub.until(lambda: not hub.sessions())
        assert hub.services.connections._users == {}
        assert hub.services.fanout._opening == {}
        log.release()
        async with hub.client("ada") as ada:
            assert "epoch" in await ada.subscribe()


async def test_who_disconnects_with_a_post_in_flight_has_posted() -> None:
    async with live_hub() as hub, hub.client("bob") as bob:
        await bob.subscribe()
        async with hub.client("ada") as ada:
            await ada.send("publish", {"channel": LOBBY, "data": post(1)})
            await trio.aclose_forcefully(ada.websocket._stream)
        assert await bob.offsets(1) == [1]
        await hub.until(lambda: len(hub.sessions()) == 1)
        assert hub.services.connections._users == {"bob": 1}
