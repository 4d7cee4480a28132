"""What is kept on disk between two starts of the program."""

import json
from pathlib import Path

import pytest

from telemetry.cache import CacheEntry, DiskCache

ENTRY = CacheEntry("[…]", '"7"', "Fri, 02 Oct 2026 03:00:00 GMT", 1_790_000_000_000, 3)


def test_an_entry_is_there_after_a_restart(tmp_path: Path) -> None:
    DiskCache(tmp_path / "not" / "yet" / "there").write(25544, ENTRY)

    cache = DiskCache(tmp_path / "not" / "yet" / "there")
    assert cache.read(25544) == ENTRY
    assert cache.read(48274) == CacheEntry()


@pytest.mark.parametrize(
    "text", ["", "{", "null", "[]", "7", '{"text": 5}', '{"what": "else"}', '{"failures": "many"}', "\ud7ff"]
)
def test_a_spoiled_entry_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "25544.json").write_text(text, encoding="utf-8")
    assert DiskCache(tmp_path).read(25544) == CacheEntry()


def test_bytes_that_are_no_text_are_none(tmp_path: Path) -> None:
    (tmp_path / "25544.json").write_bytes(b"\xff\xfe{}")
    assert DiskCache(tmp_path).read(25544) == CacheEntry()


def test_a_write_that_fails_leaves_the_old_entry_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = DiskCache(tmp_path)
    cache.write(25544, ENTRY)

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("telemetry.cache.os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        cache.write(25544, CacheEntry("new"))

    assert cache.read(25544) == ENTRY
    assert [path.name for path in tmp_path.iterdir()] == ["25544.json"]


def test_the_stop_sign_tells_a_human_how_to_take_it_down(tmp_path: Path) -> None:
    cache = DiskCache(tmp_path)
    assert cache.stopped() is None

    cache.stop("the server answered 403", "2026-10-02T03:00:00+00:00")

    assert DiskCache(tmp_path).stopped() == "the server answered 403"
    sign = json.loads(cache.stop_sign.read_text(encoding="utf-8"))
    assert sign["stopped_at"] == "2026-10-02T03:00:00+00:00"
    assert f"delete {cache.stop_sign}" in sign["to_go_on"]
    cache.stop_sign.unlink()
    assert cache.stopped() is None


def test_a_stop_sign_that_cannot_be_read_is_one_all_the_same(tmp_path: Path) -> None:
    cache = DiskCache(tmp_path)
    cache.stop_sign.write_text("{")
    assert "cannot be read" in (cache.stopped() or "")
