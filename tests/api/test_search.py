"""Search over real documents: what is found, in which order, and what never is."""

from typing import Any

import pytest

from tests.api.api_app import Api
from tests.api.search_corpus import Corpus, open_corpus


@pytest.fixture
async def corpus(api: Api) -> Corpus:
    return await open_corpus(api)


async def test_a_hit_in_the_title_comes_before_tags_and_these_before_the_description(corpus: Corpus) -> None:
    await corpus.add("How we fly", "Booster booster booster: all about the booster.")
    await corpus.add("Coming home", "Nothing to see.", "booster")
    await corpus.add("A booster lands", "At sea.")
    assert await corpus.titles("booster") == ["A booster lands", "Coming home", "How we fly"]


async def test_all_words_are_wanted_in_whatever_form_and_order(corpus: Corpus) -> None:
    await corpus.add("Launching rockets at night")
    await corpus.add("Rockets")
    await corpus.add("Night sky")
    assert await corpus.titles("night rocket launches") == ["Launching rockets at night"]


async def test_the_last_word_may_be_unfinished_and_whole_words_come_first(corpus: Corpus) -> None:
    await corpus.add("Mars and its moons", "Two of them.")
    await corpus.add("Marshall Space Flight Center")
    assert await corpus.titles("mars") == ["Mars and its moons", "Marshall Space Flight Center"]
    assert (await corpus.titles("marsh"))[0] == "Marshall Space Flight Center"
    assert await corpus.titles("space fli") == ["Marshall Space Flight Center"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("intrenational", "International crew"),
        ("inernationl crew", "International crew"),
        ("intrenat", "International crew"),
        ("hubbel", "Hubble at thirty"),
        ("lanuch", "Launch day"),
        ("apolo", "Apollo 11"),
    ],
)
async def test_mistyped_words_are_forgiven(corpus: Corpus, typed: str, meant: str) -> None:
    for title in ("International crew", "Hubble at thirty", "Launch day", "Apollo 11"):
        await corpus.add(title)
    assert await corpus.titles(typed) == [meant]


async def test_what_was_typed_comes_before_what_looks_like_it(corpus: Corpus) -> None:
    await corpus.add("Apollo 11")
    await corpus.add("The work of Apolo Ohno", "Skating.")
    assert await corpus.titles("apolo") == ["The work of Apolo Ohno", "Apollo 11"]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("iss", {"ISS fly-around", "Live from the International Space Station"}),
        ("international space station", {"ISS fly-around", "Live from the International Space Station"}),
        ("live iss", {"Live from the International Space Station"}),
        ("jwst mirror", {"The mirror of the James Webb Space Telescope"}),
        ("spacewalk", {"EVA 88"}),
        ("eva", {"EVA 88"}),
    ],
)
async def test_terms_of_one_meaning_find_each_other(corpus: Corpus, typed: str, found: set[str]) -> None:
    for title in (
        "ISS fly-around",
        "Live from the International Space Station",
        "The mirror of the James Webb Space Telescope",
        "EVA 88",
        "A station in space is international",
    ):
        await corpus.add(title)
    assert set(await corpus.titles(typed)) == found


@pytest.mark.parametrize(
    ("title", "typed"),
    [
        ("Élodie sur la Lune", "elodie"),
        ("Elodie sur la Lune", "élodie"),
        ("Łódź from orbit", "lodz"),
        ("Crew-5 docks", "crew 5"),
        ("Crew 5 docks", "crew-5"),
        ("Союз на старте", "СОЮЗ"),
        ("国际空间站直播", "空间站"),
        ("宇宙ステーション", "ステーション"),
        ("ＩＳＳ", "iss"),
        ("Who are we", "who are we"),
        ("NASA/ESA: a talk", "esa"),
        ("The C++ of flight_computers", "flight computers"),
        ("Look 🚀up", "up"),
    ],
)
async def test_accents_case_scripts_and_signs_do_not_matter(corpus: Corpus, title: str, typed: str) -> None:
    await corpus.add(title)
    await corpus.add("Something else")
    assert await corpus.titles(typed) == [title]


async def test_what_was_looked_for_is_marked_in_parts(corpus: Corpus) -> None:
    await corpus.add("Crew-5 <b>docks</b>", "The crew & their capsule dock at the station. Élan!")
    (item,) = (await corpus.page("docking crew 5"))["items"]
    assert item["title_parts"] == [
        {"text": "Crew", "hit": True},
        {"text": "-", "hit": False},
        {"text": "5", "hit": True},
        {"text": " <b>", "hit": False},
        {"text": "docks", "hit": True},
        {"text": "</b>", "hit": False},
    ]
    assert "".join(part["text"] for part in item["snippet"]).startswith("The crew & their capsule dock at")
    assert [part["text"] for part in item["snippet"] if part["hit"]] == ["crew", "dock"]
    assert item["type"] == "video"
    assert item["creator"]["display_name"] == "Gene"


async def test_the_piece_that_is_shown_is_where_the_words_stand(corpus: Corpus) -> None:
    await corpus.add("A long story", "word " * 300 + "then the heat shield failed " + "word " * 300)
    (item,) = (await corpus.page("heat shield"))["items"]
    assert [part["text"] for part in item["snippet"] if part["hit"]] == ["heat", "shield"]
    assert len("".join(part["text"] for part in item["snippet"])) < 250


async def test_what_is_not_for_everybody_is_never_found(corpus: Corpus) -> None:
    await corpus.add("Secret one", visibility="private")
    await corpus.add("Secret two", visibility="unlisted")
    await corpus.add("Secret three", published=False)
    deleted = await corpus.add("Secret four")
    await corpus.api.database.execute("update video set deleted_at = now() where id = $1", deleted)
    await corpus.add("Secret five", visibility="premium")
    assert await corpus.titles("secret") == ["Secret five"]
    assert await corpus.suggestions("secr") == [("Secret five", "video")]


async def test_a_change_is_found_at_once_and_the_old_words_are_not(corpus: Corpus) -> None:
    video = await corpus.add("Working title", "Old description")
    change = "update video set title = 'Moonrise', description = 'new', tags = '{luna}' where id = $1"
    await corpus.api.database.execute(change, video)
    assert await corpus.titles("moonrise new luna") == ["Moonrise"]
    assert await corpus.titles("working") == []
    await corpus.api.database.execute("update video set visibility = 'private' where id = $1", video)
    assert await corpus.titles("moonrise") == []
    await corpus.api.database.execute("update video set visibility = 'public' where id = $1", video)
    assert await corpus.titles("moonrise") == ["Moonrise"]
    await corpus.api.database.execute("delete from video where id = $1", video)
    assert await corpus.titles("moonrise") == []


async def test_creators_are_found_by_name_handle_and_bio_unless_banned_or_gone(corpus: Corpus) -> None:
    api = corpus.api
    await api.sign_in("creator", "Sally Ride", "sally_films")
    await api.sign_in("viewer", "Sally Viewer", "sally_looks")
    for query in ("sally", "ride", "sally_films", "@sally_fi"):
        assert await corpus.titles(query, "creators") == ["Sally Ride"], query
    await api.database.execute("update account set bio = 'Rovers and regolith' where handle = 'sally_films'")
    assert await corpus.titles("regolith", "creators") == ["Sally Ride"]
    for until, found in (("infinity", []), ("2001-01-01", ["Sally Ride"]), (None, ["Sally Ride"])):
        await api.database.execute(
            "update account set banned_until = $1::text::timestamptz where handle = 'sally_films'", until
        )
        assert await corpus.titles("sally", "creators") == found
        assert await corpus.suggestions("sally") == [(name, "creator") for name in found]
    await api.database.execute("update account set deleted_at = now() where handle = 'sally_films'")
    assert await corpus.titles("sally", "creators") == []


async def test_threads_are_found_by_title_and_tags_unless_hidden(corpus: Corpus) -> None:
    thread = await corpus.thread("Which telescope to buy?", "advice")
    (item,) = (await corpus.page("telescopes", "threads"))["items"]
    assert (item["id"], item["board"], item["type"]) == (thread, "iss", "thread")
    assert await corpus.titles("advice", "threads") == ["Which telescope to buy?"]
    await corpus.api.database.execute("update thread set hidden_at = now()")
    assert await corpus.titles("telescopes", "threads") == []
    assert await corpus.suggestions("telesc") == []


async def test_a_thread_is_found_by_the_post_that_opened_it(corpus: Corpus) -> None:
    thread, database = await corpus.thread("A question"), corpus.api.database
    await database.execute("update thread set life = 7 where id = $1", thread)
    await database.execute(
        """
        insert into forum_post (life, "offset", id, author, name, text, at)
        select 7, "offset", "offset"::text, 'a', 'A', text, now()
        from (values (2, 'My dobsonian wobbles'), (3, 'Use sandbags')) as said ("offset", text)
        """
    )
    assert await corpus.titles("wobbling dobsonian", "threads") == ["A question"]
    assert await corpus.titles("sandbags", "threads") == []
    await database.execute("update forum_post set hidden_at = now()")
    assert await corpus.titles("wobbling", "threads") == []


@pytest.mark.parametrize("typed", ["tech", "tehc demoo"])
async def test_pages_follow_each_other_without_gaps_or_repetitions(corpus: Corpus, typed: str) -> None:
    for number in range(25):
        await corpus.add(f"Tech demo {number}" if number % 3 else f"Demo {number}", "tech" * (number % 2))
    found: list[str] = []
    cursor: str | None = None
    while cursor is not None or not found:
        more: dict[str, Any] = {"cursor": cursor} if cursor else {}
        page = await corpus.page(typed, limit=4, **more)
        found += [item["title"] for item in page["items"]]
        await corpus.add("Something new", "about technology")
        cursor = page["next"]
    known = [title for title in found if title != "Something new"]
    assert len(known) == len(set(known)) == 20


async def test_a_cursor_belongs_to_its_query(corpus: Corpus) -> None:
    for number in range(3):
        await corpus.add(f"Orbit {number}")
    cursor = (await corpus.page("orbit", limit=1))["next"]
    for query in ({"q": "moon"}, {"q": "orbit", "type": "threads"}):
        problem = await corpus.api.json(
            "GET", "/api/search", query_string={**query, "cursor": cursor}, status=400
        )
        assert (problem["code"], problem["field"]) == ("invalid_cursor", "cursor")


@pytest.mark.parametrize("query", ["", "   ", "!!!", "🚀", "'", "&|!()<->:*", "---", "%_\\", "\u200b", '""'])
async def test_what_has_no_words_finds_nothing(corpus: Corpus, query: str) -> None:
    await corpus.add("Anything")
    assert await corpus.page(query) == {"items": [], "next": None}
    assert await corpus.suggestions(query) == []


@pytest.mark.parametrize("query", ["x" * 201, "a\x00b", "\x01"])
async def test_what_cannot_be_looked_for_is_a_problem_with_its_field(corpus: Corpus, query: str) -> None:
    for path in ("/api/search", "/api/suggest"):
        problem = await corpus.api.json("GET", path, query_string={"q": query}, status=400)
        assert (problem["code"], problem["field"]) == ("invalid_field", "q")
