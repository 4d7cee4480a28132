"""Words that nobody may write, found in any spelling that reads the same."""

import unicodedata
from collections.abc import Iterable

_UNSEEN = ("Mn", "Me", "Cf")  # accents, enclosing rings, and what has no width
_FILLERS = "\u115f\u1160\u3164\uffa0"  # count as letters, and show nothing


class WordFilter:
    """Finds whole words and phrases, whatever their case, accents, width and punctuation.

    A `*` at either end of a word stands for any letters: `casino*` finds casinos. Single words are looked up
    in a set, so that long lists cost little; a text of 4,000 letters takes about a millisecond.
    """

    def __init__(self, words: Iterable[str] = ()) -> None:
        self._words: set[str] = set()
        self._parts: list[str] = []
        for word in words:
            self._take(word)

    @property
    def empty(self) -> bool:
        """Whether it finds nothing in any text."""
        return not self._words and not self._parts

    def found_in(self, *texts: str) -> str | None:
        """Return the first word in `texts` that may not be written, as it is compared, or None."""
        if self.empty:
            return None
        for text in texts:
            words = _plain(text).split()
            line = f" {' '.join(words)} "
            found = next((word for word in words if word in self._words), None)
            found = found or next((part for part in self._parts if part in line), None)
            if found is not None:
                return found.strip()
        return None

    def _take(self, word: str) -> None:
        core = " ".join(_plain(word).split())
        word = word.strip()
        before, after = ("" if word.startswith("*") else " "), ("" if word.endswith("*") else " ")
        if not core:
            return
        if " " in core or not (before and after):
            self._parts.append(before + core + after)
        else:
            self._words.add(core)


def _plain(text: str) -> str:
    """Return a text as it is compared: folded, without accents, punctuation as blanks.

    Some letters, such as the bold ones of mathematics, have a case only once they are decomposed.
    """
    letters = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    if letters.isascii() and letters.isalnum():
        return letters
    return "".join(_compared(letter) for letter in letters)


def _compared(letter: str) -> str:
    if letter in _FILLERS or unicodedata.category(letter) in _UNSEEN:
        return ""
    return letter if letter.isalnum() else " "


def texts_of(command: object) -> list[str]:
    """Return what others would read of a command: whatever a kind calls `title`, `text` and `tags`."""
    found = (getattr(command, name, None) for name in ("title", "text"))
    return [text for text in (*found, *getattr(command, "tags", ())) if isinstance(text, str)]
