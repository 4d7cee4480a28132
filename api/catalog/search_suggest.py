"""Suggestions while somebody types: videos, creators, threads and tags, in turns."""

from collections.abc import Iterable, Sequence
from itertools import zip_longest
from typing import Any

from api.catalog.search import read_corrections, read_terms
from api.catalog.search_terms import Corrections, Term, typed
from api.catalog.tags import normal_prefix
from store.database import Connection, Row

SUGGESTIONS_MAX = 10
FEW = 4  # with fewer, words that look alike are searched as well
LOOKED_AT = 300  # hits of a kind by an index, of which the best are shown
NEWEST = 2_000
_KINDS = [
    {"kind": "video", "id": "id", "once": "lower(title)"},
    {"kind": "creator", "id": "extra", "once": "id"},  # by handle; many people have one name
    {"kind": "thread", "id": "id", "once": "lower(title)"},
]
_LAST = "\U0010ffff"  # sorts behind whatever may follow a prefix

# Titles that begin as typed come first, then those with the words anywhere; the shorter the better. Common
# words are found among the newest documents, rare ones by their index: never are there many to look at.
_OF_KIND = """
(with recent as materialized (
    select id, title, extra, at, hidden_until from (
        select * from search_{kind} order by at desc, id desc limit $7
    ) as newest, asked where heading @@ wanted
)
select '{kind}' as type, {id} as id, title as text from (
    select distinct on ({once}) * from (
        select *, true as begins from (
            select id, title, extra, at, hidden_until from search_{kind}
            where key >= $2 and key < $3 and $2 <> '' order by key, id limit $4
        ) as beginning
        union all
        select *, false from recent
        union all
        select *, false from (
            select id, title, extra, at, hidden_until from search_{kind}, asked
            where heading @@ wanted and (select count(*) from recent) < {shown} limit $4
        ) as rare
    ) as found
    where hidden_until is null or hidden_until <= now()
    order by {once}, begins desc, at desc, id
) as each order by begins desc, length(title), at desc, id limit {shown})
"""
_TAGS = """
(select 'tag' as type, name as id, name as text from tag
where name ~>=~ $5 and name ~<~ $6 and $5 <> '' and videos > 0 order by videos desc, name limit {shown})
"""
_SUGGEST = "with asked as materialized (select search_query($1) as wanted)" + "union all".join(
    [
        *(_OF_KIND.format(shown=SUGGESTIONS_MAX, **kind) for kind in _KINDS),
        _TAGS.format(shown=SUGGESTIONS_MAX),
    ]
)


async def suggest(connection: Connection, query: str) -> list[dict[str, Any]]:
    """Return at most SUGGESTIONS_MAX suggestions, `text`, `type` and `id`, none twice."""
    terms = await read_terms(connection, query)
    if not terms:
        return []
    found = await _read(connection, query, terms, None)
    if len(found) < FEW:
        corrections = await read_corrections(connection, terms)
        if corrections:
            found += await _read(connection, "", terms, corrections)
    return _in_turns(found)


async def _read(
    connection: Connection, query: str, terms: Sequence[Term], corrections: Corrections | None
) -> list[Row]:
    begins = " ".join(word for term in terms for word in term.words) if query else ""
    begins_tag = normal_prefix(query)
    long_enough = len(terms) > 1 or len(terms[0].words[-1]) > 1
    return await connection.fetch(
        _SUGGEST,
        typed(terms, corrections) if long_enough else [],  # one letter begins half of all words
        begins,
        begins + _LAST,
        LOOKED_AT,
        begins_tag,
        begins_tag + _LAST,
        NEWEST,
    )


def _in_turns(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return the first of each type, then the second of each, and so on; nothing twice."""
    by_type: dict[str, dict[str, Row]] = {}
    for row in rows:
        same = row["id"] if row["type"] == "creator" else row["text"].casefold()
        by_type.setdefault(row["type"], {}).setdefault(same, row)
    turns = zip_longest(*(texts.values() for texts in by_type.values()))
    return [dict(row) for row in _present(turns)][:SUGGESTIONS_MAX]


def _present(turns: Iterable[Sequence[Row | None]]) -> Iterable[Row]:
    return (row for turn in turns for row in turn if row is not None)
