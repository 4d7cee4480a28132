"""Whatever somebody types is a page or a problem of their own making."""

from hypothesis import given, seed, settings
from hypothesis import strategies as st

from tests.api.api_app import Api
from tests.api.search_corpus import open_corpus

_PIECES = [
    "iss",
    "the",
    "space walk",
    "'",
    "\\",
    ":*",
    "&",
    "|",
    "!",
    "<->",
    "(",
    ")",
    '"',
    "%",
    "宇宙",
    "🚀",
]
_TEXTS = st.one_of(
    st.text(max_size=210),
    st.lists(st.sampled_from(_PIECES), max_size=60).map("".join),
    st.lists(st.sampled_from(_PIECES), max_size=60).map(" ".join),
)


def _texts() -> list[str]:
    texts = []

    @seed(2026)
    @settings(max_examples=150, database=None)
    @given(_TEXTS)
    def gather(text: str) -> None:
        texts.append(text)

    gather()
    return texts


async def test_no_text_breaks_search_or_suggestions(api: Api) -> None:
    corpus = await open_corpus(api)
    await corpus.add("Live from the ISS: a space walk", "Words 宇宙 and 'quotes' \\ and <b>tags</b>", "eva")
    answered = set()
    for text in _texts():
        for path in ("/api/search", "/api/suggest"):
            response = await api.ask("GET", path, query_string={"q": text})
            answered.add(response.status_code)
            assert response.status_code in (200, 400), text
    assert answered == {200, 400}
