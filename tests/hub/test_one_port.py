"""One port for all: HTTP/1.1, HTTP/2 and WebSocket beside each other, and rubbish that ends by itself."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
import structlog
import trio

from api.app import create_app
from api.tokens import Tokens
from hub.http_server import HttpServer
from tests.api.api_bench import Steered, services_without_database
from tests.hub.live_hub import SECRET, LiveHub, live_hub

PAGE = "<!doctype html><title>CosmoHub</title>"
GET = b"GET /static/main.js HTTP/1.1\r\nHost: hub\r\n"
UPGRADE = (
    b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
)


@asynccontextmanager
async def whole_hub(web_static: Path) -> AsyncIterator[LiveHub]:
    """Run the HTTP side and the realtime side behind one door."""
    (web_static / "index.html").write_text(PAGE)
    (web_static / "main.js").write_text("let it = 'be';")
    (web_static.parent / "secret.js").write_text("secret")
    parts = Steered()
    http = HttpServer(create_app(services_without_database(web_static, parts, Tokens(SECRET))))
    async with http.running(), live_hub(http=http.serve) as hub:
        yield hub


@pytest.fixture
def web_static(tmp_path: Path) -> Path:
    """A folder for page files, with something beside it."""
    folder = tmp_path / "web_static"
    folder.mkdir()
    return folder


async def raw(hub: LiveHub, data: bytes, *, until: bytes = b"", half_close: bool = False) -> bytes:
    """Send bytes and return what comes back until the hub closes, or until the words in `until` have come."""
    answer = b""
    async with await trio.open_tcp_stream("127.0.0.1", hub.port) as stream:
        await stream.send_all(data)
        if half_close:
            await stream.send_eof()
        with trio.fail_after(30):
            while not until or until not in answer:
                chunk = await stream.receive_some()
                if not chunk:
                    break
                answer += chunk
    return answer


async def test_http_and_websocket_share_the_port(web_static: Path) -> None:
    async with whole_hub(web_static) as hub, hub.client() as ada:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{hub.port}", trust_env=False) as browser:
            response = await browser.get("/")
            assert (response.status_code, response.text) == (200, PAGE)
            assert response.headers["content-encoding"] == "gzip"
            assert "server" not in response.headers
            assert (await browser.head("/")).text == ""
            guest = (await browser.post("/api/auth/guest", json={"display_name": "Ada"})).json()
        assert await ada.ask("ping", {}) == {}
        async with hub.client(None) as client:
            assert "client" in await client.ask("connect", {"token": guest["token"]})
            assert hub.sessions()[-1].claims.user == guest["user"]["id"]


async def test_http2_with_prior_knowledge_carries_many_requests_at_once(web_static: Path) -> None:
    async with (
        whole_hub(web_static) as hub,
        httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{hub.port}", http1=False, http2=True, trust_env=False
        ) as browser,
    ):
        statuses: list[int] = []

        async def ask(path: str) -> None:
            response = await browser.get(path)
            assert response.http_version == "HTTP/2"
            statuses.append(response.status_code)

        async with trio.open_nursery() as nursery:
            for path in ["/", "/static/main.js", "/health/live", "/nowhere"] * 5:
                nursery.start_soon(ask, path)
        assert sorted(statuses) == [200] * 15 + [404] * 5
        response = await browser.post("/api/auth/guest", json={"display_name": "Ada"})
        assert response.status_code == 201


@pytest.mark.parametrize(
    "path",
    [
        b"/static/../secret.js",
        b"/static/x/../../secret.js",
        b"/static/%2e%2e/secret.js",
        b"/static/..%2fsecret.js",
        b"/static//etc/passwd",
        b"/../secret.js",
        b"/static/\xff.js",
        b"/static/%ff.js",
        b"/static/%00.js",
        b"/static/" + b"x" * 300 + b".js",
        b"/static/%",
        b"http://elsewhere/static/../secret.js",
        b"*",
    ],
)
async def test_no_path_leads_out_of_the_folder_or_to_a_fault(web_static: Path, path: bytes) -> None:
    with structlog.testing.capture_logs() as logs:
        async with whole_hub(web_static) as hub:
            answer = await raw(hub, b"GET " + path + b" HTTP/1.1\r\nHost: hub\r\nConnection: close\r\n\r\n")
    assert answer.split()[1] in (b"308", b"400", b"404")
    assert b"\r\n\r\nsecret" not in answer
    assert [each for each in logs if each["log_level"] == "error"] == []


async def test_several_requests_on_one_connection(web_static: Path) -> None:
    async with whole_hub(web_static) as hub:
        head = b"HEAD / HTTP/1.1\r\nHost: hub\r\n\r\n"
        ranged = GET + b"Range: bytes=-5\r\n\r\n"
        last = GET + b"Connection: close\r\n\r\n"
        answer = await raw(hub, head + ranged + last)
        assert answer.count(b"HTTP/1.1 200") == 3
        assert answer.count(b"let it = 'be';") == 2


@pytest.mark.parametrize(
    "request_",
    [
        b"GET / HTTP/1.1\r\nHost: hub\r\n" + UPGRADE + b"\r\n",
        b"GET /connection/websocket HTTP/1.1\r\nHost: hub\r\nConnection: close\r\n\r\n",
        GET + b"\r\nGET /connection/websocket HTTP/1.1\r\nHost: hub\r\n" + UPGRADE + b"\r\n",
        b"GET /connection/websocketx HTTP/1.1\r\nHost: hub\r\n" + UPGRADE + b"\r\n",
        b"POST /connection/websocket HTTP/1.1\r\nHost: hub\r\nContent-Length: 0\r\n" + UPGRADE + b"\r\n",
    ],
)
async def test_an_upgrade_where_there_is_none_is_refused(web_static: Path, request_: bytes) -> None:
    with structlog.testing.capture_logs() as logs:
        async with whole_hub(web_static) as hub:
            answer = await raw(hub, request_, until=b"HTTP/1.1 4")
    assert b"HTTP/1.1 4" in answer
    assert b"HTTP/1.1 1" not in answer
    assert [each for each in logs if each["log_level"] == "error"] == []


@pytest.mark.parametrize(
    "rubbish",
    [
        b"\x00",
        b"\r\n\r\n",
        b"hello\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: hub\r\nbad header\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: hub\r\nX: " + b"x" * 20_000,
        b"GET /" + b"x" * 20_000 + b" HTTP/1.1\r\n",
        b"POST / HTTP/1.1\r\nHost: hub\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: hub\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: hub\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"POST /api/auth/guest HTTP/1.1\r\nHost: hub\r\nContent-Length: 50\r\n\r\n{",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\xff" * 200,
        b"PRI * HTTP/2.0\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 200,
    ],
)
async def test_rubbish_ends_its_connection_alone(web_static: Path, rubbish: bytes) -> None:
    with structlog.testing.capture_logs() as logs:
        async with whole_hub(web_static) as hub:
            answer = await raw(hub, rubbish, half_close=True)
            assert b"HTTP/1.1 200" not in answer
            assert b"HTTP/1.1 5" not in answer.replace(b"HTTP/1.1 505", b"")
            assert b"HTTP/1.1 200" in await raw(hub, GET + b"Connection: close\r\n\r\n")
            await hub.until(lambda: hub.door.open_connections == 0)
    assert [each for each in logs if each["log_level"] == "error"] == []


async def test_who_goes_in_the_middle_of_an_answer_is_forgotten(web_static: Path) -> None:
    (web_static / "large.js").write_bytes(b"x" * 3_000_000)
    with structlog.testing.capture_logs() as logs:
        async with whole_hub(web_static) as hub:
            async with await trio.open_tcp_stream("127.0.0.1", hub.port) as stream:
                await stream.send_all(b"GET /static/large.js HTTP/1.1\r\nHost: hub\r\n\r\n")
                await stream.receive_some(1_000)
                await trio.aclose_forcefully(stream)
            await hub.until(lambda: hub.door.open_connections == 0)
    assert [each for each in logs if each["log_level"] == "error"] == []
