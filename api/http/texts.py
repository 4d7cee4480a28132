"""Types of what people send: texts without what no one can see or store, ids, and pages."""

import unicodedata
import uuid
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from api.problems import Problem

LIMIT_DEFAULT = 20
LIMIT_MAX = 100
_UNSEEN = ("Cc", "Cs", "Cn")  # control, lone surrogate, unassigned
_INT64_MAX = (1 << 63) - 1


class Body(BaseModel):
    """What a request's body says; a field that is not known is refused by its name."""

    model_config = ConfigDict(extra="forbid")


class Query(BaseModel):
    """What a request's query says; what is not known is left alone."""

    model_config = ConfigDict(extra="ignore")


class Paged(Query):
    """A query for a page."""

    limit: Annotated[int, Field(ge=1, le=LIMIT_MAX)] = LIMIT_DEFAULT
    cursor: Annotated[str, Field(max_length=1_000)] | None = None


def line(length_min: int, length_max: int) -> Any:
    """Make a `str` a single line: white space is one blank, of the length given in characters.

    Used as `Title = Annotated[str, line(1, 120)]`.
    """
    return _Marked(_one_line, length_min, length_max)


def text(length_min: int, length_max: int) -> Any:
    """Make a `str` a text of several lines, stripped, of the length given in characters."""
    return _Marked(_lines, length_min, length_max)


class _Marked:
    """Cleans before the length is looked at, and tells the length to the OpenAPI document."""

    def __init__(self, clean: Any, length_min: int, length_max: int) -> None:
        self._clean = clean
        self._length = Field(min_length=length_min, max_length=length_max)

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        """Build the validator."""
        return handler.generate_schema(Annotated[source, self._length, BeforeValidator(self._clean)])


def _one_line(value: object) -> object:
    if not isinstance(value, str):
        return value
    return " ".join(_visible(" ".join(value.split())).split())


def _lines(value: object) -> object:
    if not isinstance(value, str):
        return value
    return _visible(value.replace("\r\n", "\n").replace("\r", "\n"), "\n\t").strip()


def _visible(value: str, allowed: str = "") -> str:
    if not value.isprintable():
        for character in value:
            if character not in allowed and unicodedata.category(character) in _UNSEEN:
                raise ValueError("must be readable characters")
    return value


def _stored_int(value: int) -> int:
    if abs(value) > _INT64_MAX:
        raise ValueError("must be a whole number of 64 bits")
    return value


StoredInt = Annotated[int, AfterValidator(_stored_int)]


def uuid_of(value: str) -> uuid.UUID:
    """Return the id in a path; what is no UUID names nothing: 404."""
    try:
        return uuid.UUID(value)
    except ValueError:
        raise Problem(404, "not_found", "there is nothing under this id") from None
