"""CelesTrak's source against a real HTTP server that plays every answer a server can give."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import trio

from telemetry.cache import DiskCache
from telemetry.catalog import open_element_sets
from telemetry.clock import HOUR_MS, MINUTE_MS, wall_clock_ms
from telemetry.element_sets import bundled_element_sets, write_omm_json
from telemetry.refresh import Refresher
from telemetry.sources.celestrak import ANSWER_BYTES_MAX, USER_AGENT, CelesTrak
from telemetry.sources.source import Fetched, Refused, Unchanged, Unreachable, Validators

Play = Callable[[trio.SocketStream], Awaitable[None]]


class Server:
    """Listen on 127.0.0.1, note each request's head, and play what the test says."""

    def __init__(self) -> None:
        self.heads: list[str] = []
        self.url = ""
        self.play: Play = says(b"HTTP/1.1 500 \r\n\r\n")

    async def handle(self, stream: trio.SocketStream) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            head += await stream.receive_some()
        self.heads.append(head.decode())
        try:
            await self.play(stream)
        except trio.BrokenResourceError:
            return  # the client has gone, as some plays want it to
        finally:
            await trio.aclose_forcefully(stream)


def says(answer: bytes) -> Play:
    async def play(stream: trio.SocketStream) -> None:
        await stream.send_all(answer)

    return play


def answer(status: str, body: bytes = b"", **headers: str) -> Play:
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    head = "\r\n".join([f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *lines, "", ""])
    return says(head.encode() + body)


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    server = Server()
    async with trio.open_nursery() as nursery:
        listeners = await nursery.start(trio.serve_tcp, server.handle, 0)
        server.url = f"http://127.0.0.1:{listeners[0].socket.getsockname()[1]}/NORAD/elements/gp.php"
        yield server
        nursery.cancel_scope.cancel()


async def test_asks_for_one_satellite_and_says_who_asks(server: Server) -> None:
    server.play = answer(
        "200 OK", b'[{"x": "\xc3\xa4"}]', ETag='"7"', Last_Modified="Fri, 02 Oct 2026 03:00:00 GMT"
    )

    got = await CelesTrak(server.url).fetch(25544, Validators())

    assert got == Fetched('[{"x": "ä"}]', Validators('"7"', "Fri, 02 Oct 2026 03:00:00 GMT"))
    (head,) = server.heads
    assert head.startswith("GET /NORAD/elements/gp.php?CATNR=25544&FORMAT=json HTTP/1.1\r\n")
    assert f"User-Agent: {USER_AGENT}\r\n" in head
    assert "If-" not in head


async def test_asks_only_for_something_newer(server: Server) -> None:
    server.play = answer("304 Not Modified")

    got = await CelesTrak(server.url).fetch(25544, Validators('"7"', "Fri, 02 Oct 2026 03:00:00 GMT"))

    assert got == Unchanged()
    assert 'If-None-Match: "7"\r\n' in server.heads[0]
    assert "If-Modified-Since: Fri, 02 Oct 2026 03:00:00 GMT\r\n" in server.heads[0]


@pytest.mark.parametrize(
    "status", ["204 No Content", "301 Moved", "403 Forbidden", "404 Not Found", "429 Slow Down", "503 Busy"]
)
async def test_every_other_answer_is_a_refusal(server: Server, status: str) -> None:
    server.play = answer(status, Location=server.url + "/elsewhere")

    got = await CelesTrak(server.url).fetch(25544, Validators())

    assert isinstance(got, Refused)
    assert got.reason == f"{server.url}?CATNR=25544&FORMAT=json answered {status}"
    assert len(server.heads) == 1


async def test_a_body_of_rubbish_is_handed_on_as_text(server: Server) -> None:
    server.play = answer("200 OK", b"\xff\xfe No GP data found")

    got = await CelesTrak(server.url).fetch(25544, Validators())

    assert got == Fetched("\ufffd\ufffd No GP data found", Validators())


BROKEN = {
    "cut short": says(b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n[{"OBJECT_NAME'),
    "hung up": says(b""),
    "no http": says(b"SSH-2.0-OpenSSH_9.2\r\n"),
    "endless": answer("200 OK", b" " * (ANSWER_BYTES_MAX + 1)),
}


@pytest.mark.parametrize("play", BROKEN.values(), ids=BROKEN.keys())
async def test_no_whole_answer_may_be_tried_later(server: Server, play: Play) -> None:
    server.play = play

    got = await CelesTrak(server.url).fetch(25544, Validators())

    assert isinstance(got, Unreachable)
    assert got.reason.startswith(server.url)


async def test_packing_is_neither_asked_for_nor_undone(server: Server) -> None:
    server.play = answer("200 OK", b"not gzip at all", Content_Encoding="gzip")

    got = await CelesTrak(server.url).fetch(25544, Validators())

    assert got == Fetched("not gzip at all", Validators())
    assert "Accept-Encoding: identity\r\n" in server.heads[0]


async def test_silence_is_not_waited_for(server: Server) -> None:
    async def silence(stream: trio.SocketStream) -> None:
        await trio.sleep_forever()

    server.play = silence
    got = await CelesTrak(server.url, silence_s=0.02).fetch(25544, Validators())

    assert isinstance(got, Unreachable)
    assert got.reason.startswith(f"{server.url}: ")
    assert got.reason.endswith("Timeout")


async def test_a_trickle_is_not_waited_for(server: Server) -> None:
    async def trickle(stream: trio.SocketStream) -> None:
        await stream.send_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        while True:
            await stream.send_all(b" ")
            await trio.sleep(0.005)

    server.play = trickle
    got = await CelesTrak(server.url, answer_s=0.05).fetch(25544, Validators())

    assert got == Unreachable(f"{server.url}: no whole answer within 0.05 s")


async def test_nobody_there(server: Server) -> None:
    with trio.socket.socket() as unheard:
        await unheard.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{unheard.getsockname()[1]}/"
        got = await CelesTrak(nobody).fetch(25544, Validators())

    assert isinstance(got, Unreachable)
    assert "ConnectError" in got.reason


@pytest.mark.parametrize("url", ["http://[", "ftp://example.invalid/", "nonsense"])
async def test_a_wrong_address_is_no_crash(url: str) -> None:
    assert isinstance(await CelesTrak(url).fetch(25544, Validators()), Unreachable)


async def test_whoever_asks_may_stop_waiting(server: Server) -> None:
    with trio.CancelScope() as scope:

        async def leave(stream: trio.SocketStream) -> None:
            scope.cancel()
            await trio.sleep_forever()

        server.play = leave
        await CelesTrak(server.url).fetch(25544, Validators())

    assert scope.cancelled_caught


ISS = next(each for each in bundled_element_sets() if each.norad == 25544)
NEWER = replace(ISS, epoch=ISS.epoch + timedelta(days=1))


def refresher(server: Server, folder: Path) -> Refresher:
    return Refresher(CelesTrak(server.url), DiskCache(folder), wall_clock_ms)


async def test_what_is_served_is_kept_and_not_asked_for_again(server: Server, tmp_path: Path) -> None:
    server.play = answer("200 OK", write_omm_json([NEWER]).encode(), ETag='"7"')

    assert await refresher(server, tmp_path).ask(25544) == NEWER

    assert open_element_sets(tmp_path, server.url).get(25544) == NEWER
    assert await refresher(server, tmp_path).due_in_ms(25544) > HOUR_MS
    assert DiskCache(tmp_path).read(25544).etag == '"7"'


async def test_a_404_puts_up_the_stop_sign(server: Server, tmp_path: Path) -> None:
    server.play = answer("404 Not Found")

    assert await refresher(server, tmp_path).ask(25544) is None

    assert await refresher(server, tmp_path).is_stopped()
    assert "answered 404 Not Found" in (DiskCache(tmp_path).stopped() or "")
    assert open_element_sets(tmp_path, server.url).get(25544) == ISS


async def test_a_line_that_drops_leaves_the_next_try_for_later(server: Server, tmp_path: Path) -> None:
    server.play = BROKEN["cut short"]
    asking = refresher(server, tmp_path)

    assert await asking.ask(25544) is None

    assert not await asking.is_stopped()
    assert 0 < await asking.due_in_ms(25544) <= MINUTE_MS
    assert asking.statistics().unreachable == 1
