"""Tokens: what this hub signed and is still good is read, and everything else is refused as such."""

import base64
import json
from typing import Any

import jwt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.tokens import Claims, ExpiredToken, Guest, InvalidToken, Tokens
from tests.api.api_bench import NOW_S, SECRET

TOKENS = Tokens(SECRET, lambda: NOW_S)


def signed(secret: str = SECRET, algorithm: str = "HS256", **claims: Any) -> str:
    return jwt.encode(claims, secret, algorithm)


def unsigned(header: object, payload: object) -> str:
    parts = [json.dumps(each).encode() for each in (header, payload)]
    return ".".join([base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts] + ["c2ln"])


def test_a_guests_token_comes_back_as_its_claims() -> None:
    claims = TOKENS.read(TOKENS.for_guest(Guest("guest-1", "Ada")))
    assert claims == Claims("guest-1", "Ada", {"display_name": "Ada"}, expires_at=NOW_S + 86_400)


def test_guests_cannot_be_guessed() -> None:
    ids = {TOKENS.new_guest("Ada").id for _ in range(100)}
    assert len(ids) == 100
    assert all(len(each) == len("guest-") + 16 for each in ids)


def test_everything_that_a_token_can_say() -> None:
    token = signed(
        sub="ada", exp=NOW_S + 1.5, info={"x": 1}, channel="c", channels=["a", "b"], role="moderator"
    )
    assert TOKENS.read(token) == Claims("ada", "ada", {"x": 1}, NOW_S + 1.5, "c", ("a", "b"), moderator=True)


def test_a_token_that_says_nothing_is_of_an_anonymous_reader() -> None:
    assert TOKENS.read(signed()) == Claims("", "", {})


@pytest.mark.parametrize(
    ("role", "moderator"), [("moderator", True), ("admin", True), ("guest", False), (["admin"], False)]
)
def test_who_moderates(role: object, moderator: bool) -> None:
    assert TOKENS.read(signed(sub="ada", role=role)).moderator is moderator


def test_a_token_is_good_until_its_last_second() -> None:
    assert TOKENS.read(signed(exp=NOW_S + 1)).expires_at == NOW_S + 1
    with pytest.raises(ExpiredToken):
        TOKENS.read(signed(exp=NOW_S))


@pytest.mark.parametrize(
    "token",
    [
        "",
        ".",
        "..",
        "a.b.c",
        "é.é.é",
        "\x00",
        "x" * 60_000,
        signed("y" * 32, sub="ada"),
        signed(SECRET + SECRET, "HS512", sub="ada"),
        unsigned({"alg": "none"}, {"sub": "ada"}),
        unsigned({"alg": "HS256"}, {"sub": "ada"}),
        unsigned({"alg": ["HS256"]}, {}),
        unsigned({"alg": "HS256", "kid": 7}, {}),
        unsigned([], {}),
        base64.urlsafe_b64encode(b"[" * 40_000).decode() + ".e30.c2ln",
        signed(sub=7),
        signed(sub=None),
        signed(sub="ada", info=[]),
        signed(sub="ada", info="Ada"),
        signed(sub="ada", channel=7),
        signed(sub="ada", channels="a"),
        signed(sub="ada", channels=[7]),
        signed(sub="ada", exp="soon"),
        signed(sub="ada", exp=True),
        signed(sub="ada", nbf=NOW_S * 2),
        signed(sub="ada", aud="elsewhere"),
    ],
)
def test_what_is_no_token_of_ours(token: str) -> None:
    with pytest.raises(InvalidToken) as refused:
        TOKENS.read(token)
    assert not isinstance(refused.value, ExpiredToken)


@given(st.text())
def test_any_text_is_refused(token: str) -> None:
    with pytest.raises(InvalidToken):
        TOKENS.read(token)


@given(st.integers(0, 200), st.integers(0, 63))
@settings(max_examples=60)
def test_a_token_that_was_tampered_with_is_refused(place: int, letter: int) -> None:
    token = TOKENS.for_guest(Guest("guest-1", "Ada"))
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    at = place % (len(token) - 1)  # some bits of the last letter mean nothing
    changed = token[:at] + alphabet[letter] + token[at + 1 :]
    if changed != token:
        with pytest.raises(InvalidToken):
            TOKENS.read(changed)
