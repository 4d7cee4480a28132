"""The web client's pages and files: only those, whole, compressed where it pays, asked for again by ETag."""

import gzip
import os
from pathlib import Path

import pytest

from api import pages
from api.pages import PAGES, PageFiles
from tests.api.api_bench import open_client

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"
SCRIPT = b"export const answer = 42;\n" * 50


@pytest.fixture
def web_static(tmp_path: Path) -> Path:
    """A folder of page files beside something that is nobody's business."""
    (tmp_path / "secret.js").write_bytes(b"secret")
    folder = tmp_path / "web_static"
    (folder / "app").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>Olá</title>")
    (folder / "app" / "main.js").write_bytes(SCRIPT)
    (folder / "app" / "icon.svg").write_text("<svg/>")
    (folder / "picture.png").write_bytes(b"\x89PNG" * 100)
    (folder / "notes.txt").write_text("not served")
    (folder / ".env.json").write_text("{}")
    (folder / "folder.js").mkdir()
    (folder / "link.js").symlink_to(tmp_path / "secret.js")
    return folder


@pytest.mark.parametrize(
    ("path", "content_type"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/favicon.ico", "image/svg+xml"),
        ("/static/app/main.js", "text/javascript; charset=utf-8"),
        ("/static/picture.png", "image/png"),
    ],
)
async def test_files_come_with_their_type_and_a_tag(web_static: Path, path: str, content_type: str) -> None:
    client, _ = open_client(web_static)
    response = await client.get(path)
    assert response.status_code == 200
    assert response.content_type == content_type
    assert response.headers["Cache-Control"] == "no-cache"
    assert response.headers["Vary"] == "Accept-Encoding"
    assert response.headers["ETag"].startswith('"')


@pytest.mark.parametrize(
    "name",
    [
        "../secret.js",
        "app/../../secret.js",
        "%2e%2e/secret.js",
        "..%2fsecret.js",
        "..\\secret.js",
        "/etc/passwd",
        "//etc/passwd",
        "link.js",
        "folder.js",
        "app",
        "app/",
        "",
        ".",
        "notes.txt",
        "index.html\x00.js",
        "\x00.js",
        "%00.js",
        "nothing.js",
        "x" * 300 + ".js",
        "x/" * 3000 + "x.js",
        "index.html/x.js",
        "é.js",
        "%ff.js",
        "%ed%a0%80.js",
        "~/x.js",
        "MAIN.JS",
    ],
)
async def test_nothing_else_is_served(web_static: Path, name: str) -> None:
    client, _ = open_client(web_static)
    response = await client.get(f"/static/{name}")
    assert response.status_code in (308, 404)
    assert b"secret" not in (await response.get_data()).replace(b"secret.js", b"")
    assert PageFiles(web_static).get(name) is None


async def test_the_same_file_is_not_sent_twice(web_static: Path) -> None:
    client, _ = open_client(web_static)
    tag = (await client.get("/static/app/main.js")).headers["ETag"]
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        response = await client.get("/static/app/main.js", headers={"If-None-Match": known})
        assert response.status_code == 304
        assert await response.get_data() == b""
        assert response.headers["ETag"] == tag
    response = await client.get("/static/app/main.js", headers={"If-None-Match": '"other"'})
    assert response.status_code == 200


async def test_a_file_that_changed_is_sent_anew(web_static: Path) -> None:
    client, _ = open_client(web_static)
    tag = (await client.get("/static/app/main.js")).headers["ETag"]
    file = web_static / "app" / "main.js"
    file.write_bytes(b"changed")
    os.utime(file, ns=(1, 1))
    response = await client.get("/static/app/main.js", headers={"If-None-Match": tag})
    assert response.status_code == 200
    assert await response.get_data() == b"changed"
    file.unlink()
    assert (await client.get("/static/app/main.js")).status_code == 404


@pytest.mark.parametrize(
    ("accepted", "zipped"),
    [
        ("gzip", True),
        ("br, gzip;q=0.5", True),
        ("*", True),
        ("", False),
        ("br", False),
        ("gzip;q=0", False),
        ("identity", False),
    ],
)
async def test_text_is_compressed_for_who_takes_it(web_static: Path, accepted: str, zipped: bool) -> None:
    client, _ = open_client(web_static)
    response = await client.get("/static/app/main.js", headers={"Accept-Encoding": accepted})
    body = await response.get_data()
    assert (response.headers.get("Content-Encoding") == "gzip") is zipped
    assert (gzip.decompress(body) if zipped else body) == SCRIPT
    assert int(response.headers["Content-Length"]) == len(body)
    assert (
        "Content-Encoding"
        not in (await client.get("/static/picture.png", headers={"Accept-Encoding": accepted})).headers
    )


@pytest.mark.parametrize(
    "asked", ["bytes=0-3", "bytes=-5", "bytes=99999-", "bytes=5-1", "rubbish", "bytes=0-1,3-4"]
)
async def test_a_range_is_answered_with_the_whole(web_static: Path, asked: str) -> None:
    client, _ = open_client(web_static)
    for path, body in (("/static/app/main.js", SCRIPT), ("/static/picture.png", b"\x89PNG" * 100)):
        response = await client.get(path, headers={"Range": asked})
        assert response.status_code == 200
        assert await response.get_data() == body


async def test_a_page_names_all_its_modules_at_once(web_static: Path) -> None:
    (web_static / "index.html").write_text('<script src="/static/live/main.js" type="module"></script>')
    (web_static / "live").mkdir()
    (web_static / "live" / "main.js").write_text(
        'import { a } from "../app/a.js";\nimport {\n\tb,\n} from "./b.js";\nimport("./later.js");\n'
    )
    (web_static / "live" / "b.js").write_text('import { a } from "../app/a.js";\nimport "../../secret.js";\n')
    (web_static / "app" / "a.js").write_text('import { b } from "../live/b.js";\nexport const a = b;\n')
    client, _ = open_client(web_static)
    modules = (await client.get("/")).headers["Link"].split(", ")
    assert sorted(modules) == [
        f"</static/{name}>; rel=modulepreload" for name in ("app/a.js", "live/b.js", "live/main.js")
    ]
    assert "Link" not in (await client.get("/static/live/main.js")).headers


async def test_every_page_has_a_clean_address(web_static: Path) -> None:
    client, _ = open_client(web_static)
    for rule, file in PAGES.items():
        (web_static / file).write_text(f"<!doctype html><title>{file}</title>")
        response = await client.get(rule.replace("<name>", "some-thing"))
        assert response.status_code == 200
        assert f"<title>{file}</title>" in await response.get_data(as_text=True)


@pytest.mark.parametrize("path", ["/nothing", "/u/", "/u/ada/more", "/login/", "/no/such/page", "/%00"])
async def test_a_browser_is_shown_that_nothing_is_there(web_static: Path, path: str) -> None:
    (web_static / "not_found.html").write_text("<!doctype html><title>Nothing here</title>")
    client, _ = open_client(web_static)
    response = await client.get(path, headers={"Accept": BROWSER})
    assert response.status_code == 404
    assert response.content_type == "text/html; charset=utf-8"
    assert "Nothing here" in await response.get_data(as_text=True)


@pytest.mark.parametrize(
    ("path", "accept"),
    [("/nothing", "*/*"), ("/nothing", ""), ("/nothing", "application/json"), ("/api/nothing", BROWSER)],
)
async def test_a_program_is_told_that_nothing_is_there(web_static: Path, path: str, accept: str) -> None:
    (web_static / "not_found.html").write_text("<!doctype html><title>Nothing here</title>")
    client, _ = open_client(web_static)
    response = await client.get(path, headers={"Accept": accept})
    assert response.status_code == 404
    assert response.content_type == "application/problem+json"
    assert (await response.get_json(force=True))["code"] == "not_found"


async def test_a_page_that_was_not_prepared_is_a_problem(tmp_path: Path) -> None:
    client, _ = open_client(tmp_path)
    response = await client.get("/")
    assert response.status_code == 404
    assert "index.html" in (await response.get_json(force=True))["detail"]


def test_a_file_is_kept_once_whatever_names_lead_to_it(web_static: Path) -> None:
    files = PageFiles(web_static)
    for number in range(50):
        found = files.get(f"app/{'../app/' * number}main.js")
        assert found is not None
        assert found.body == SCRIPT
    assert len(files._files) == 1


def test_a_file_that_is_too_large_is_not_kept(web_static: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "FILE_BYTES_MAX", 100)
    assert PageFiles(web_static).get("app/main.js") is None
