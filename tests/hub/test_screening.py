"""Words that may not be written are refused on the wire, before any room sees them, and when they change."""

import trio

from api.moderation.word_list import WordList
from store.database import Database
from tests.hub.live_hub import LOBBY, live_hub, post

KEEP = """
    insert into word_filter (words) values ($1)
    on conflict (only_row) do update set words = excluded.words, version = word_filter.version + 1
"""


async def test_a_post_with_a_blocked_word_is_refused_and_the_next_is_taken(database: Database) -> None:
    await database.execute(KEEP, ["rubbish"])
    async with live_hub() as hub, hub.client() as ada:
        await hub.services.words.load(database)
        await ada.subscribe()
        said = {"channel": LOBBY, "data": {**post(1), "text": "what Rubbish!"}}
        refusal = await ada.refusal("publish", said)
        assert refusal["code"] == 422
        assert "'rubbish'" in refusal["message"]
        await ada.post(2)
        assert await ada.offsets(1) == [1]


async def test_a_change_counts_when_it_is_heard_of(database: Database) -> None:
    words = WordList()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(words.run, database)
        await database.execute(KEEP, ["rubbish"])
        words.hear()
        with trio.fail_after(30):
            while words.found_in("rubbish") is None:
                await trio.lowlevel.checkpoint()
        nursery.cancel_scope.cancel()


async def test_an_older_list_never_replaces_a_newer_one(database: Database) -> None:
    words = WordList()
    await database.execute(KEEP, ["old"])
    await database.execute(KEEP, ["new"])
    await words.load(database)
    await database.execute("update word_filter set version = 1, words = '{old}'")
    await words.load(database)
    assert words.found_in("new") == "new"
