"""Texts that people send: cleaned, measured, and refused when nobody could read or store them."""

from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from api.http.texts import Body, Paged, StoredInt, line, text, uuid_of
from api.problems import Problem

LINE = TypeAdapter(Annotated[str, line(1, 10)])
TEXT = TypeAdapter(Annotated[str, text(0, 20)])


@pytest.mark.parametrize(
    ("given_text", "kept"),
    [(" a \t b\n", "a b"), ("Zoë 🚀", "Zoë 🚀"), ("  " + "x" * 10, "x" * 10), ("محمد", "محمد")],
)
def test_a_line_is_one_line(given_text: str, kept: str) -> None:
    assert LINE.validate_python(given_text) == kept


@pytest.mark.parametrize(
    "bad", ["", "  ", "x" * 11, "a\x00b", "a\x1bb", "\ud800", "\ufdd0", 7, None, [], True]
)
def test_what_is_no_line(bad: object) -> None:
    with pytest.raises(ValidationError):
        LINE.validate_python(bad)


@pytest.mark.parametrize(("given_text", "kept"), [("a\r\nb\rc", "a\nb\nc"), ("\n a\tb \n", "a\tb"), ("", "")])
def test_a_text_keeps_its_lines(given_text: str, kept: str) -> None:
    assert TEXT.validate_python(given_text) == kept


@pytest.mark.parametrize("bad", ["x" * 21, "a\x00b", "\x07", "\udfff", 1.5, {}])
def test_what_is_no_text(bad: object) -> None:
    with pytest.raises(ValidationError):
        TEXT.validate_python(bad)


@given(st.text())
def test_whatever_passes_can_be_stored(given_text: str) -> None:
    try:
        kept = TypeAdapter(Annotated[str, text(0, 1_000_000)]).validate_python(given_text)
    except ValidationError:
        return
    assert "\x00" not in kept
    kept.encode()


def test_the_lengths_stand_in_the_schema() -> None:
    assert LINE.json_schema() == {"type": "string", "minLength": 1, "maxLength": 10}


def test_a_field_that_is_not_known_is_refused() -> None:
    class Named(Body):
        name: Annotated[str, line(1, 10)]

    with pytest.raises(ValidationError) as refused:
        Named.model_validate({"name": "Ada", "nmae": "Ada"})
    assert refused.value.errors()[0]["loc"] == ("nmae",)


@pytest.mark.parametrize("limit", ["0", "101", "-1", "many", "1.5", str(2**70)])
def test_a_page_has_1_to_100_items(limit: str) -> None:
    assert Paged.model_validate({"limit": "100"}).limit == 100
    assert Paged.model_validate({}).limit == 20
    with pytest.raises(ValidationError):
        Paged.model_validate({"limit": limit})


def test_a_number_is_one_that_the_database_takes() -> None:
    stored: Any = TypeAdapter(StoredInt)
    assert stored.validate_python(2**63 - 1) == 2**63 - 1
    with pytest.raises(ValidationError):
        stored.validate_python(2**63)


def test_an_id_that_is_none_names_nothing() -> None:
    assert str(uuid_of("6a1b3c52-0f55-4f6e-9d52-2f3a0c1d9b11")) == "6a1b3c52-0f55-4f6e-9d52-2f3a0c1d9b11"
    for bad in ("", "lobby", "\x00", "6a1b3c52", "é" * 40):
        with pytest.raises(Problem) as refused:
            uuid_of(bad)
        assert refused.value.status == 404
