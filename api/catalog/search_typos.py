"""Which words were meant: those that a mistyped one is few slips of the finger away from."""

from collections.abc import Sequence

WORD_LENGTH_MIN = 4  # what is shorter is near to everything
WORD_LENGTH_MAX = 24
MISTYPED_MAX = 5  # in one query; with the limits of length this bounds what a look costs
KNOWN_MAX = 20
LONG_WORD = 6  # from here on two slips are forgiven
MEANT_MAX = 3


def may_be_mistyped(word: str) -> bool:
    """Say whether it makes sense to look for words near this one."""
    return WORD_LENGTH_MIN <= len(word) <= WORD_LENGTH_MAX and not word.isdecimal()


def nearest(said: str, known: Sequence[str], unfinished: bool) -> list[str]:
    """Return the few of the first KNOWN_MAX `known` words that `said` may mean, the nearest first.

    An `unfinished` word may mean one that begins like it.
    """
    slips_max = 2 if len(said) >= LONG_WORD else 1
    measured = [(_slips(said, word, unfinished), place, word) for place, word in enumerate(known[:KNOWN_MAX])]
    return [word for slips, _, word in sorted(measured) if slips <= slips_max][:MEANT_MAX]


def _slips(said: str, word: str, unfinished: bool) -> int:
    distances = _distances(said, word)
    return min(distances) if unfinished else distances[-1]


def _distances(said: str, word: str) -> Sequence[int]:
    """Return how far `said` is from each beginning of `word`, the last of which is the word.

    Letters added, left out, mistaken, and neighbours swapped count one each (optimal string alignment).
    """
    before: list[int] = []
    last = list(range(len(word) + 1))
    for row, letter in enumerate(said, 1):
        current = [row]
        for column, other in enumerate(word, 1):
            cost = min(last[column] + 1, current[-1] + 1, last[column - 1] + (letter != other))
            if row > 1 and column > 1 and letter == word[column - 2] and said[row - 2] == other:
                cost = min(cost, before[column - 2] + 1)
            current.append(cost)
        before, last = last, current
    return last
