"""Search: documents of one kind by their words, the best first, whatever the words are."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from api.catalog.search_snippets import parts
from api.catalog.search_terms import WORDS_MAX, Corrections, Term, any_of, finished, terms_of, typed
from api.catalog.search_typos import MISTYPED_MAX, may_be_mistyped, nearest
from api.http.cursors import decode_cursor, encode_cursor
from api.problems import Problem
from store.database import Connection, Row

Kind = Literal["video", "creator", "thread"]
FEW = 5  # with fewer hits, words that look alike are searched as well

_WORDS = """
select words, coalesce((
    select json_object_agg(term, same) from (
        select said.term, json_agg(other.term order by other.term) as same
        from search_synonym as said join search_synonym as other using (meaning)
        where said.term <> other.term and strpos(' ' || plain || ' ', ' ' || said.term || ' ') > 0
        group by said.term
    ) as known
), '{}') as synonyms
from (
    select plain, (string_to_array(nullif(plain, ''), ' '))[:$2] as words
    from search_plain($1) as given (plain)
) as typed
"""
_ALIKE = """
select said, unfinished, array(select search_alike(said, unfinished)) as known
from unnest($1::text[], $2::boolean[]) as given (said, unfinished)
"""

# A query with more than `$7` hits is not ranked whole: those of the `$8` newest documents with a hit in the
# heading are, then others with one, then the rest. A hit as typed counts most, then whole words, then the
# place.
_PAGE = """
with asked as materialized (
    select search_query($2) as wanted, search_query($3) as exact, search_query($4) as wide
), recent as materialized (
    select id from (
        select id, heading from search_document where kind = $1 order by at desc, id desc limit $8
    ) as newest, asked where heading @@ wide limit $7
), headed as materialized (
    select id from search_document, asked
    where kind = $1 and heading @@ wide and (select count(*) from recent) < $7 limit $7
), others as materialized (
    select id from search_document, asked
    where kind = $1 and vector @@ wide
        and (select count(*) from recent) < $7 and (select count(*) from headed) < $7 limit $7
), scored as (
    select document.*,
        1000 * (8 * (vector @@ wanted)::integer + 4 * (vector @@ exact)::integer
            + 2 * (ts_filter(heading, '{{a}}') @@ wide)::integer + (heading @@ wide)::integer)
        + (999 * least(ts_rank(vector, wide), 1))::integer as score
    from (select id from recent union select id from headed union select id from others) as found
    join search_document as document using (id), asked
    where document.kind = $1 and (hidden_until is null or hidden_until <= now())
), page as (
    select * from scored
    where $9::integer is null or (score, at, id) < ($9, $10, $11)
    order by score desc, at desc, id desc limit $6
)
select page.id, score, page.at,
    search_marked(page.title, to_tsquery('hub_text', $5), 'HighlightAll=true') as title,
    search_marked(body, to_tsquery('hub_text', $5), 'MinWords=14, MaxWords=30') as snippet,
    {card} as card
from page {join} order by score desc, page.at desc, page.id desc
"""
RANKED_MAX = 1_000
NEWEST = 5_000

_CARDS: dict[Kind, tuple[str, str]] = {
    "video": ("video_card.card", "join video_card on video_card.id = page.id::uuid"),
    "creator": ("person_card(account)", "join account on account.id = page.id::uuid"),
    "thread": ("thread_card.card", "join thread_card on thread_card.id = page.id"),
}
_PAGES = {kind: _PAGE.format(card=card, join=join) for kind, (card, join) in _CARDS.items()}


@dataclass(frozen=True, slots=True)
class Search:
    """What is asked for."""

    query: str
    kind: Kind

    @property
    def fingerprint(self) -> str:
        """Return what a cursor carries so that it is used for this very query alone."""
        return hashlib.blake2b(f"{self.kind}\x1f{self.query}".encode(), digest_size=6).hexdigest()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended, and whether words that look alike were searched, too."""

    widened: bool
    score: int
    at: datetime
    id: str


def place_of(search: Search, cursor: str | None) -> Place | None:
    """Return the place that a cursor names; raise 400 when it belongs to another query."""
    decoded = decode_cursor(cursor, str, bool, int, datetime, str)
    if decoded is None:
        return None
    if decoded[0] != search.fingerprint or None in decoded or abs(decoded[2]) > 1_000_000:
        raise Problem(
            400, "invalid_cursor", "this cursor belongs to another search: begin without it", "cursor"
        )
    return Place(*decoded[1:])


async def find(connection: Connection, search: Search, place: Place | None, limit: int) -> dict[str, Any]:
    """Return a page of what is found, as it goes out."""
    terms = await read_terms(connection, search.query)
    if not terms:
        return {"items": [], "next": None}
    widened = place is not None and place.widened
    rows = [] if widened else await _read(connection, search, terms, None, place, limit)
    if widened or (place is None and len(rows) < FEW):
        corrections = await read_corrections(connection, terms)
        if corrections:
            widened = True
            rows = await _read(connection, search, terms, corrections, place, limit)
    return _page(search, rows, limit, widened)


async def read_terms(connection: Connection, query: str) -> list[Term]:
    """Return the terms of what somebody typed; none when it has no words."""
    (row,) = await connection.fetch(_WORDS, query, WORDS_MAX)
    return terms_of(row["words"] or [], json.loads(row["synonyms"]))


async def read_corrections(connection: Connection, terms: list[Term]) -> Corrections:
    """Return for each word that may be mistyped what it may mean."""
    words = [word for term in terms for word in term.words]
    asked = [(word, place == len(words) - 1) for place, word in enumerate(words) if may_be_mistyped(word)]
    said, unfinished = zip(*asked[:MISTYPED_MAX], strict=True) if asked else ((), ())
    rows = await connection.fetch(_ALIKE, said, unfinished)
    meant = {row["said"]: nearest(row["said"], row["known"], row["unfinished"]) for row in rows}
    return {said: known for said, known in meant.items() if known}


async def _read(
    connection: Connection,
    search: Search,
    terms: list[Term],
    corrections: Corrections | None,
    place: Place | None,
    limit: int,
) -> list[Row]:
    wide = typed(terms, corrections)
    return await connection.fetch(
        _PAGES[search.kind],
        search.kind,
        typed(terms),
        finished(terms),
        wide,
        any_of(wide),
        limit + 1,
        RANKED_MAX,
        NEWEST,
        *((place.score, place.at, place.id) if place else (None, None, None)),
    )


def _page(search: Search, rows: list[Row], limit: int, widened: bool) -> dict[str, Any]:
    following = None
    if len(rows) > limit:
        last = rows[limit - 1]
        following = encode_cursor(search.fingerprint, widened, last["score"], last["at"], last["id"])
    return {"items": [_item(search.kind, row) for row in rows[:limit]], "next": following}


def _item(kind: Kind, row: Row) -> dict[str, Any]:
    marks = {"title_parts": parts(row["title"]), "snippet": parts(row["snippet"])}
    return {"type": kind, **json.loads(row["card"]), **marks}
