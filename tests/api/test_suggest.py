"""Suggestions while somebody types."""

import pytest

from tests.api.api_app import Api
from tests.api.search_corpus import Corpus, open_corpus


@pytest.fixture
async def corpus(api: Api) -> Corpus:
    return await open_corpus(api)


async def test_all_types_take_turns(corpus: Corpus) -> None:
    for title in ("Lunar dust", "Lunar bases and their walls", "The lunar module"):
        await corpus.add(title, "", "lunar", "luna-9")
    await corpus.thread("Lunar eclipse tonight")
    await corpus.api.sign_in("creator", "Luna Lovell", "luna_lovell")
    assert await corpus.suggestions("lun") == [
        ("Lunar dust", "video"),
        ("Luna Lovell", "creator"),
        ("Lunar eclipse tonight", "thread"),
        ("luna-9", "tag"),
        ("Lunar bases and their walls", "video"),
        ("lunar", "tag"),
        ("The lunar module", "video"),
    ]


async def test_the_id_is_where_one_goes_from_there(corpus: Corpus) -> None:
    video, thread = await corpus.add("Zarya docks", "", "zarya"), await corpus.thread("Zarya today")
    for handle in ("zarya_1", "zarya_2"):
        await corpus.api.sign_in("creator", "Zarya", handle)
    found = await corpus.api.json("GET", "/api/suggest?q=zar")
    assert sorted((item["type"], item["id"]) for item in found["items"]) == [
        ("creator", "zarya_1"),
        ("creator", "zarya_2"),
        ("tag", "zarya"),
        ("thread", thread),
        ("video", str(video)),
    ]


async def test_one_letter_is_the_beginning_of_a_title(corpus: Corpus) -> None:
    await corpus.add("Zond 5")
    await corpus.add("About Zond")
    assert await corpus.suggestions("z") == [("Zond 5", "video")]
    assert await corpus.suggestions("ZO") == [("Zond 5", "video"), ("About Zond", "video")]


async def test_no_text_is_suggested_twice_and_ten_are_enough(corpus: Corpus) -> None:
    for number in range(15):
        await corpus.add("Daily report")
        await corpus.add(f"Daily report {number}")
    suggested = await corpus.suggestions("daily re")
    assert len(suggested) == len(set(suggested)) == 10


@pytest.mark.parametrize("typed", ["satelite", "stelite", "saetllite ph"])
async def test_mistyped_words_are_forgiven(corpus: Corpus, typed: str) -> None:
    await corpus.add("Satellite photos")
    assert await corpus.suggestions(typed) == [("Satellite photos", "video")]


async def test_a_tag_is_suggested_while_a_video_bears_it(corpus: Corpus) -> None:
    video = await corpus.add("A film", "", "nebula")
    assert await corpus.suggestions("#neb") == [("A film", "video"), ("nebula", "tag")]
    await corpus.api.database.execute("update video set visibility = 'unlisted' where id = $1", video)
    assert await corpus.suggestions("neb") == []


async def test_an_answer_is_the_same_for_everybody_and_may_be_kept_for_a_moment(corpus: Corpus) -> None:
    response = await corpus.api.ask("GET", "/api/suggest?q=neb")
    assert response.headers["Cache-Control"] == "public, max-age=10"
