"""What is looked for, in PostgreSQL's words: terms, their synonyms, and the last word as a prefix."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

QUERY_LENGTH_MAX = 200
WORDS_MAX = 20  # more say no more, and each costs a look into the index

Synonyms = Mapping[str, Sequence[str]]
Corrections = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Term:
    """Words that belong together, and what else says the same."""

    words: tuple[str, ...]
    same: tuple[str, ...] = ()

    def expression(self, unfinished: bool = False, corrections: Corrections | None = None) -> str:
        """Return the term for `to_tsquery`; an `unfinished` one's last word may go on."""
        ending = ":*" if unfinished else ""
        meant = [_quoted(" ".join(self.words)) + ending, *map(_quoted, self.same)]
        if corrections and any(word in corrections for word in self.words):
            meant.append(self._corrected(ending, corrections))
        return " | ".join(meant)

    def _corrected(self, ending: str, corrections: Corrections) -> str:
        said = [_quoted(word) for word in self.words]
        said[-1] += ending
        choices = [
            " | ".join([text, *map(_quoted, corrections.get(word, ()))])
            for word, text in zip(self.words, said, strict=True)
        ]
        return "(" + " & ".join(f"({each})" for each in choices) + ")"


def terms_of(words: Sequence[str], synonyms: Synonyms) -> list[Term]:
    """Return the words as terms, the longest that has a synonym first."""
    terms, place = [], 0
    while place < len(words):
        length = _longest(words, place, synonyms)
        said = tuple(words[place : place + length])
        terms.append(Term(said, tuple(synonyms.get(" ".join(said), ()))))
        place += length
    return terms


def typed(terms: Sequence[Term], corrections: Corrections | None = None) -> list[str]:
    """Return the terms as somebody types them: the last word may not be finished."""
    last = len(terms) - 1
    return [term.expression(place == last, corrections) for place, term in enumerate(terms)]


def finished(terms: Sequence[Term]) -> list[str]:
    """Return the terms as whole words."""
    return [term.expression() for term in terms]


def any_of(expressions: Sequence[str]) -> str:
    """Return what asks for at least one of these terms."""
    return " | ".join(f"({each})" for each in expressions)


def _longest(words: Sequence[str], place: int, synonyms: Synonyms) -> int:
    for length in range(len(words) - place, 1, -1):
        if " ".join(words[place : place + length]) in synonyms:
            return length
    return 1


def _quoted(text: str) -> str:
    doubled = text.replace("\\", "\\\\").replace("'", "''")
    return f"'{doubled}'"
