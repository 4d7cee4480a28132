"""What people want to watch, as rooms take it: addresses that browsers find, and videos of the catalog."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from api.catalog.viewers import Viewer, no_such_video
from api.moderation.rules import check_words
from api.parties.rooms_of_parties import new_item_id
from api.parties.shapes import DURATION_MS_MAX, NewItem
from api.problems import Problem
from rooms.addresses import Address, name_of, read_address
from rooms.kind import Refused
from store.database import Connection, Row

# The newest version that is ready, as one address: first what adapts to the line, then the largest file.
_VIDEO = """
select video.id, title, duration_s, found.place, found.kind
from video left join lateral (
    select rendition.place,
        case when rendition.content_type in ('application/vnd.apple.mpegurl', 'application/x-mpegurl')
            then 'hls' else 'mp4' end as kind
    from asset join asset_version on asset_version.asset = asset.id join rendition using (asset, number)
    where asset.video = video.id and asset.kind = 'source' and asset_version.state = 'ready'
        and rendition.place ~ '^(https://|/[^/])'
        and rendition.content_type in (
            'application/vnd.apple.mpegurl', 'application/x-mpegurl', 'video/mp4', 'video/webm'
        )
    order by number desc, kind, rendition.bits_per_second desc nulls last limit 1
) as found on true
where video.id = $1 and deleted_at is null and may_see(video, $2, $3)
"""


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where items are looked for: who asks, and the address at which this hub is reached."""

    viewer: Viewer
    public_url: str


async def read_items(connection: Connection, items: Sequence[NewItem], shelf: Shelf) -> list[dict[str, Any]]:
    """Return items as rooms take them, under new ids; raise what `read_item` raises, of `items.<number>`."""
    return [
        {"id": new_item_id(), **await read_item(connection, item, shelf, f"items.{number}.")}
        for number, item in enumerate(items)
    ]


async def read_item(connection: Connection, item: NewItem, shelf: Shelf, at: str = "") -> dict[str, Any]:
    """Return an item as rooms take it, but for its id; `at` is where it stands in the request.

    Raises 400 for an address that cannot be played, 404 and 409 `not_playable` for such videos.
    """
    if (item.video is None) == (item.url is None):
        raise Problem(400, "invalid_field", f"{at}video or {at}url must be given, one of them", f"{at}video")
    found = await _of_catalog(connection, item, shelf) if item.url is None else _of_address(item, shelf, at)
    check_words(found["title"], f"{at}title")
    return found


def _of_address(item: NewItem, shelf: Shelf, at: str) -> dict[str, Any]:
    address = _address(_own_path(item.url or "", shelf.public_url), item.kind, at)
    return {
        "title": item.title or name_of(address.url),
        "url": address.url,
        "kind": address.kind,
        "duration_ms": item.duration_ms,
        "video": None,
    }


async def _of_catalog(connection: Connection, item: NewItem, shelf: Shelf) -> dict[str, Any]:
    viewer = shelf.viewer
    row = await connection.fetchrow(_VIDEO, item.video, viewer.account, viewer.edits_any)
    if row is None:
        raise no_such_video()
    if row["place"] is None:
        raise Problem(
            409,
            "not_playable",
            "this video has no form that can be played yet: wait until its state is ready, or give the"
            " address of a film as url",
        )
    return {
        "title": item.title or row["title"],
        "url": row["place"],
        "kind": row["kind"],
        "duration_ms": _duration_ms(row),
        "video": str(row["id"]),
    }


def _duration_ms(row: Row) -> int | None:
    known = round(row["duration_s"] * 1000)
    return known if 0 < known <= DURATION_MS_MAX else None


def _own_path(url: str, public_url: str) -> str:
    """Return the path of an address of this very hub, which is the same from wherever it is reached."""
    return url[len(public_url) :] if url.startswith(f"{public_url}/") else url


def _address(url: str, kind: str | None, at: str) -> Address:
    try:
        return read_address(url, kind)
    except Refused as refused:
        field = at + refused.message.partition(" must be ")[0]
        raise Problem(400, "invalid_field", f"{at}{refused.message}", field) from refused
