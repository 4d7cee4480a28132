"""The word filter: whole words in any spelling that reads the same, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rooms.word_filter import WordFilter


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("spam", "no SPAM here"),
        ("spam", "ｓｐａｍ"),
        ("spam", "s\u200bpam"),
        ("spam", "\U0001d412PAM"),
        ("spam", "sp\u20dda\u3164m"),
        ("naïve", "a naive one"),
        ("naive", "a naïve one"),
        ("straße", "STRASSE"),
        ("buy now", "Buy\n now!"),
        ("casino*", "the casinos"),
        ("*coin", "bitcoin"),
        ("*x*", "axb"),
        ("слово", "Слово!"),
    ],
)
def test_a_word_is_found_however_it_is_written(word: str, text: str) -> None:
    assert WordFilter(["other", word]).found_in("first", text) is not None


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("spam", "spammer"),
        ("spam", "antispam"),
        ("ass", "class"),
        ("casino*", "in-casin"),
        ("buy now", "buynow"),
        ("buy now", "buy it now"),
    ],
)
def test_a_part_of_a_word_is_not_the_word(word: str, text: str) -> None:
    assert WordFilter([word]).found_in(text) is None


@pytest.mark.parametrize("words", [[], ["*"], ["***"], ["\u200b"], [" "], ["+-"]])
def test_what_holds_no_letters_finds_nothing(words: list[str]) -> None:
    assert WordFilter(words).found_in("anything", "") is None


@given(st.lists(st.text(max_size=20), max_size=5), st.text(max_size=100))
def test_any_words_and_any_text_are_taken(words: list[str], text: str) -> None:
    found = WordFilter(words).found_in(text)
    assert found is None or words
