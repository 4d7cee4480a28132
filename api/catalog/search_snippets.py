"""Texts with what was looked for marked in them, as parts and never as HTML."""

from typing import TypedDict

_HIT, _END, _SEAM = "\x01", "\x02", "\x03"  # as the function search_marked of the database sets them


class Part(TypedDict):
    """A piece of a text; `hit`: whether it is what was looked for."""

    text: str
    hit: bool


def parts(marked: str) -> list[Part]:
    """Return a text that `search_marked` has marked, in parts."""
    found: list[Part] = []
    for place, piece in enumerate(marked.replace(_SEAM, "").split(_HIT)):
        hit, _, rest = piece.rpartition(_END) if place else ("", "", piece)
        found += [{"text": hit, "hit": True}] if hit else []
        found += [{"text": rest, "hit": False}] if rest else []
    return found
