"""The pure parts of search: terms, typing errors, marked texts."""

import pytest

from api.catalog.search_snippets import parts
from api.catalog.search_terms import Term, any_of, finished, terms_of, typed
from api.catalog.search_typos import nearest

SYNONYMS = {"iss": ["international space station"], "space walk": ["eva"], "space": ["cosmos"]}


def test_the_longest_term_that_has_a_synonym_wins() -> None:
    assert terms_of(["space", "walk", "space", "iss"], SYNONYMS) == [
        Term(("space", "walk"), ("eva",)),
        Term(("space",), ("cosmos",)),
        Term(("iss",), ("international space station",)),
    ]


def test_terms_in_the_words_of_postgresql() -> None:
    terms = terms_of(["o'neill", "space", "walk"], SYNONYMS)
    assert finished(terms) == ["'o''neill'", "'space walk' | 'eva'"]
    assert typed(terms) == ["'o''neill'", "'space walk':* | 'eva'"]
    corrected = "'space walk':* | 'eva' | (('space') & ('walk':* | 'wall'))"
    assert typed(terms, {"walk": ["wall"]}) == ["'o''neill'", corrected]
    assert any_of(["'a'", "'b'"]) == "('a') | ('b')"


@pytest.mark.parametrize(
    ("said", "unfinished", "meant"),
    [
        ("hubbel", False, ["hubble"]),
        ("lanuch", False, ["launch"]),
        ("moom", False, ["moon"]),
        ("mxxn", False, []),
        ("astronut", False, ["astronaut", "astronauts"]),
        ("astrnoa", False, []),
        ("astrnoa", True, ["astronaut", "astronauts"]),
    ],
)
def test_words_a_few_slips_away_are_meant(said: str, unfinished: bool, meant: list[str]) -> None:
    known = ["moon", "hubble", "launch", "astronaut", "astronauts", "rocket"]
    assert nearest(said, known, unfinished) == meant


@pytest.mark.parametrize(
    ("marked", "told"),
    [
        ("", []),
        ("plain", [("plain", False)]),
        ("\x01a\x02 b \x01c\x02", [("a", True), (" b ", False), ("c", True)]),
        ("\x01crew\x02\x03-\x03\x015\x02", [("crew", True), ("-", False), ("5", True)]),
    ],
)
def test_a_marked_text_in_parts(marked: str, told: list[tuple[str, bool]]) -> None:
    assert [(part["text"], part["hit"]) for part in parts(marked)] == told
