"""Tags: what may be one, and which there are."""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from store.database import Connection, Row

TAG_LENGTH_MAX = 30
TAGS_MAX = 10
_LAST = "\U0010ffff"  # sorts behind whatever may follow a prefix
_HIDDEN = ("Cc", "Cs", "Cn", "Co")


def normal_tag(value: object) -> object:
    """Return a tag as it is kept: lower case, without `#`, words joined by `-`; raise ValueError."""
    if not isinstance(value, str):
        return value
    tag = normal_prefix(value)
    if any(unicodedata.category(character) in _HIDDEN for character in tag):
        raise ValueError("a tag must be readable characters")
    if not 1 <= len(tag) <= TAG_LENGTH_MAX:
        raise ValueError(f"a tag must be 1 to {TAG_LENGTH_MAX} characters long")
    return tag


def normal_prefix(value: str) -> str:
    """Return the beginning of a tag as `normal_tag` would keep it."""
    return "-".join(unicodedata.normalize("NFKC", value).lower().lstrip("# ").split())


def _each_once(tags: list[str]) -> list[str]:
    return list(dict.fromkeys(tags))


Tag = Annotated[str, BeforeValidator(normal_tag)]
Tags = Annotated[list[Tag], Field(max_length=TAGS_MAX), AfterValidator(_each_once)]


async def most_used(connection: Connection, prefix: str, limit: int) -> list[Row]:
    """Return `name` and `videos` of the tags that begin with `prefix` and are borne by listed videos."""
    return await connection.fetch(
        "select name, videos from tag where name ~>=~ $1 and name ~<~ $2 and videos > 0"
        " order by videos desc, name limit $3",
        prefix,
        prefix + _LAST,
        limit,
    )
