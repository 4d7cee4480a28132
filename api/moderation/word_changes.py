"""Changes of the word filter, each noted with what was added and removed."""

from collections.abc import Sequence

from api import audit
from api.http.answers import check_if_match, etag_of
from api.http.caller import Caller
from api.moderation.word_list import CHANNEL, KeptWords, read
from store.database import Connection


def etag_of_words(kept: KeptWords) -> str:
    """Return the ETag of a version of the list."""
    return etag_of("words", kept.version)


async def replace(connection: Connection, who: Caller, words: Sequence[str]) -> KeptWords:
    """Keep another list, note what changed, and tell every hub; raise 412 when somebody else was faster."""
    await connection.execute("select from word_filter for update")
    before = await read(connection)
    check_if_match(etag_of_words(before))
    wanted = sorted(set(words))
    version = await connection.fetchval(
        "insert into word_filter (words) values ($1) on conflict (only_row)"
        " do update set words = excluded.words, version = word_filter.version + 1 returning version",
        wanted,
    )
    changes = {
        "added": sorted(set(wanted) - set(before.words)),
        "removed": sorted(set(before.words) - set(wanted)),
    }
    await audit.record(connection, who.account_id, "words.set", ("words", "filter"), details=changes)
    await connection.execute("select pg_notify($1, '')", CHANNEL)
    return KeptWords(wanted, version)
