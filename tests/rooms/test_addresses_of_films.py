"""Which addresses people may play together, and what they are taken for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rooms.addresses import NAME_LENGTH_MAX, URL_LENGTH_MAX, name_of, read_address
from rooms.kind import Refused


@pytest.mark.parametrize(
    ("url", "kind", "expected"),
    [
        ("https://films.example/a/master.m3u8?token=1", None, "hls"),
        ("https://films.example/CLIP.MP4#t=1", None, "mp4"),
        ("https://films.example:8443/clip.webm", None, "mp4"),
        ("https://films.example/play", "hls", "hls"),
        ("https://films.example/master.m3u8", "mp4", "mp4"),
        ("https://фильмы.example/я.mp4", None, "mp4"),
        ("http://127.0.0.1:9000/clip.mp4", None, "mp4"),
        ("http://localhost/clip.mp4", None, "mp4"),
        ("http://[::1]:9000/clip.mp4", None, "mp4"),
        ("/media/7/master.m3u8", None, "hls"),
    ],
)
def test_what_may_be_played(url: str, kind: str | None, expected: str) -> None:
    assert read_address(url, kind) == (url, expected)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://films.example/clip.mp4",
        "http://127.0.0.1.example/clip.mp4",
        "https://user:password@films.example/clip.mp4",
        "https:///clip.mp4",
        "https://films.example:0/clip.mp4",
        "https://films.example:99999/clip.mp4",
        "https://[::1/clip.mp4",
        "//films.example/clip.mp4",
        "/\\films.example/clip.mp4",
        "clip.mp4",
        "javascript:alert(1)//.mp4",
        "data:video/mp4;base64,AAAA.mp4",
        "file:///clip.mp4",
        "blob:https://films.example/clip.mp4",
        " https://films.example/clip.mp4",
        "https://films.example/a b.mp4",
        "https://films.example/\0.mp4",
        "https://films.example/" + "x" * URL_LENGTH_MAX + ".mp4",
        7,
        None,
    ],
)
def test_what_may_not_be_played(url: object) -> None:
    with pytest.raises(Refused, match=r"^url must be"):
        read_address(url)


@pytest.mark.parametrize("kind", [None, "", "dash", 7, ["hls"]])
def test_what_cannot_be_told_from_the_ending_has_to_be_said(kind: object) -> None:
    with pytest.raises(Refused, match=r"^kind must be hls or mp4"):
        read_address("https://films.example/play", kind)


@given(st.text(), st.sampled_from([None, "hls", "mp4"]))
def test_any_text_is_read_or_refused(url: str, kind: str | None) -> None:
    try:
        address = read_address(url, kind)
    except Refused:
        return
    assert address.url.lower().startswith(("https://", "http://", "/"))
    assert 1 <= len(name_of(url)) <= NAME_LENGTH_MAX
    assert name_of(url).isprintable()


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://films.example/a/Big%20Buck%20Bunny.mp4?x=1", "Big Buck Bunny.mp4"),
        ("https://films.example/", "films.example"),
        ("/clip.mp4", "clip.mp4"),
        ("/%00%0a", "A film"),
    ],
)
def test_a_film_without_a_title_is_called_by_its_address(url: str, name: str) -> None:
    assert name_of(url) == name
