"""Avatars: what becomes of a picture, how it is kept and served, and what is no picture."""

import io
import random
import zlib
from typing import Any

import pytest
from PIL import Image

from api.accounts.avatar_images import SIDE_PX, NoPicture, TooManyPixels, square_webp
from tests.api.api_app import Api, Person

BYTES_MAX = 2 * 1024 * 1024


def picture(kind: str = "PNG", size: tuple[int, int] = (64, 48), mode: str = "RGB", **more: Any) -> bytes:
    written = io.BytesIO()
    colour: Any = (200, 30, 60, 128)[: len(mode)] if mode.isalpha() and len(mode) > 1 else 1
    Image.new(mode, size, colour).save(written, kind, **more)
    return written.getvalue()


def bomb(side: int = 20_000) -> bytes:
    """Return a small PNG that says it has very many pixels."""
    small = picture(size=(8, 8))
    header = b"IHDR" + side.to_bytes(4, "big") * 2 + small[24:29]
    return small[:12] + header + zlib.crc32(header).to_bytes(4, "big") + small[33:]


def seen(webp: bytes) -> Image.Image:
    return Image.open(io.BytesIO(webp))


async def put(api: Api, who: Person | None, body: bytes, content_type: str = "image/png") -> Any:
    return await api.ask("PUT", "/api/me/avatar", by=who, data=body, headers={"Content-Type": content_type})


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("size", [(1, 1), (30, 900), (900, 30), (256, 256)])
def test_every_picture_becomes_a_square(kind: str, size: tuple[int, int]) -> None:
    made = seen(square_webp(picture(kind, size)))
    assert (made.format, made.size) == ("WEBP", (SIDE_PX, SIDE_PX))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_kind_of_pixel_will_do(mode: str) -> None:
    assert seen(square_webp(picture(mode=mode))).size == (SIDE_PX, SIDE_PX)


def test_nothing_but_the_picture_is_kept_and_it_stands_upright() -> None:
    source = Image.new("RGB", (200, 200), "white")
    source.paste("black", (0, 0, 200, 100))
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees
    exif[0x010E] = "where I live"
    written = io.BytesIO()
    source.save(written, "JPEG", exif=exif, comment=b"a secret", icc_profile=b"profile")
    webp = square_webp(written.getvalue())
    assert b"where I live" not in webp
    assert b"secret" not in webp
    made = seen(webp)
    assert dict(made.getexif()) == {}
    assert "icc_profile" not in made.info
    left, right = made.convert("L").getpixel((20, 128)), made.convert("L").getpixel((236, 128))
    assert left > right  # the black upper half is on the right now


@pytest.mark.parametrize(
    "upload",
    [
        b"",
        b"GIF89a",
        picture("GIF"),
        picture("BMP"),
        picture("TIFF"),
        picture()[:60],
        b"\x89PNG\r\n\x1a\n",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        picture("JPEG")[:200],
        picture("WEBP")[:20],
    ],
)
def test_what_is_no_picture_is_said_to_be_none(upload: bytes) -> None:
    with pytest.raises(NoPicture):
        square_webp(upload)


@pytest.mark.parametrize("side", [5_000, 10_000, 20_000, 100_000, 2**31 - 1])
def test_a_bomb_is_not_unpacked(side: int) -> None:
    with pytest.raises(TooManyPixels):
        square_webp(bomb(side))


def test_a_text_that_unpacks_to_very_much_is_no_picture() -> None:
    packed = zlib.compress(b"x" * 80_000_000)
    chunk = b"zTXt" + b"k\x00\x00" + packed
    framed = (len(chunk) - 4).to_bytes(4, "big") + chunk + zlib.crc32(chunk).to_bytes(4, "big")
    with pytest.raises(NoPicture):
        square_webp(picture()[:33] + framed + picture()[33:])


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_broken_pictures_break_nothing(kind: str) -> None:
    chance = random.Random(7)
    whole = picture(kind)
    for _ in range(60):
        broken = bytearray(whole)
        for _ in range(chance.randint(1, 8)):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        try:
            assert seen(square_webp(bytes(broken))).size == (SIDE_PX, SIDE_PX)
        except (NoPicture, TooManyPixels):
            continue


async def test_an_avatar_is_shown_wherever_its_owner_is(api: Api) -> None:
    ada = await api.sign_in(handle="ada")
    path = (await (await put(api, ada, picture())).get_json())["avatar"]
    assert (await api.json("GET", "/api/users/ada"))["user"]["avatar"] == path
    assert (await api.json("GET", "/api/auth/me", by=ada))["user"]["avatar"] == path
    shown = await api.ask("GET", path)
    assert (shown.status_code, shown.content_type) == (200, "image/webp")
    assert shown.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert seen(await shown.get_data(as_text=False)).size == (SIDE_PX, SIDE_PX)
    again = await api.ask("GET", path, headers={"If-None-Match": shown.headers["ETag"]})
    assert (again.status_code, await again.get_data()) == (304, b"")


async def test_another_picture_is_under_another_address(api: Api) -> None:
    ada, grace = await api.sign_in(handle="ada"), await api.sign_in(handle="grace")
    first = (await (await put(api, ada, picture())).get_json())["avatar"]
    assert (await (await put(api, ada, picture())).get_json())["avatar"] == first
    assert (await (await put(api, grace, picture())).get_json())["avatar"] != first
    second = (await (await put(api, ada, picture("JPEG"), "image/jpeg")).get_json())["avatar"]
    assert second != first
    assert (await api.ask("GET", first)).status_code == 404
    assert await api.database.fetchval("select count(*) from avatar") == 2
    for _ in range(2):
        await api.json("DELETE", "/api/me/avatar", by=ada, status=204)
    assert (await api.json("GET", "/api/users/ada"))["user"]["avatar"] is None
    assert (await api.ask("GET", second)).status_code == 404


@pytest.mark.parametrize(
    ("body", "content_type", "status", "code"),
    [
        (picture(), "image/gif", 415, "unsupported_media_type"),
        (picture(), "", 415, "unsupported_media_type"),
        (b"no picture", "image/png", 415, "unsupported_media_type"),
        (b"", "image/png", 415, "unsupported_media_type"),
        (b"\x00" * (BYTES_MAX + 1), "image/png", 413, "request_entity_too_large"),
        (bomb(), "image/png", 413, "request_entity_too_large"),
    ],
)
async def test_what_will_not_do_is_refused(
    api: Api, body: bytes, content_type: str, status: int, code: str
) -> None:
    response = await put(api, await api.sign_in(), body, content_type)
    assert (response.status_code, (await response.get_json(force=True))["code"]) == (status, code)


async def test_two_mebibytes_are_taken(api: Api) -> None:
    whole = picture("JPEG", quality=95)
    padded = whole + b"\x00" * (BYTES_MAX - len(whole))
    assert (await put(api, await api.sign_in(), padded, "image/jpeg")).status_code == 200


async def test_it_needs_an_account(api: Api) -> None:
    assert (await put(api, None, picture())).status_code == 401
    assert (await put(api, await api.guest(), picture())).status_code == 403


@pytest.mark.parametrize("name", ["x", "0" * 32, "0" * 31 + "%00", "../ada", "%ED%A0%80"])
async def test_there_are_no_other_pictures(api: Api, name: str) -> None:
    assert (await api.ask("GET", f"/api/avatars/{name}.webp")).status_code == 404
