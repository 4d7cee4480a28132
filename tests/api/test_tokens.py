"""Tokens: what this hub signed and is still good is read, and everything else is refused as such."""

import base64
import json
import uuid
from typing import Any

import jwt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.tokens import Access, Claims, ExpiredToken, Guest, InvalidToken, Tokens
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


def test_a_subscription_token_names_its_channel_and_its_person() -> None:
    token, expires_at = TOKENS.for_subscription("guest-1", "watch:abc")
    claims = TOKENS.read(token)
    assert (claims.user, claims.channel, claims.info) == ("guest-1", "watch:abc", {})
    assert (claims.expires_at, expires_at) == (NOW_S + 600, (NOW_S + 600) * 1000)
    with pytest.raises(InvalidToken):
        TOKENS.read_for_refresh(token)


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


OLD, NEW = "an old secret of thirty-two bytes or more", "a new secret of thirty-two bytes or more"


def test_a_secret_is_replaced_while_its_tokens_run_out() -> None:
    before = Tokens(OLD, lambda: NOW_S)
    token = before.for_guest(Guest("guest-1", "Ada"))
    mark = before.seal(b"message")
    meanwhile = Tokens(NEW, lambda: NOW_S, previous=(OLD,))
    assert meanwhile.read(token).user == "guest-1"
    assert meanwhile.is_sealed(b"message", mark)
    fresh = meanwhile.for_guest(Guest("guest-1", "Ada"))
    after = Tokens(NEW, lambda: NOW_S)
    assert after.read(fresh).user == "guest-1"
    assert not after.is_sealed(b"message", mark)
    with pytest.raises(InvalidToken, match="no longer accepts"):
        after.read(token)
    with pytest.raises(InvalidToken):
        before.read(fresh)


def test_a_token_names_its_key_and_tells_nothing_of_the_secret() -> None:
    named = jwt.get_unverified_header(Tokens(OLD).for_guest(Guest("guest-1", "Ada")))["kid"]
    assert named != jwt.get_unverified_header(Tokens(NEW).for_guest(Guest("guest-1", "Ada")))["kid"]
    assert named not in OLD


def test_a_token_cannot_borrow_the_name_of_another_key() -> None:
    both = Tokens(NEW, lambda: NOW_S, previous=(OLD,))
    named_new = jwt.get_unverified_header(both.for_guest(Guest("guest-1", "Ada")))["kid"]
    with pytest.raises(InvalidToken):
        both.read(jwt.encode({"sub": "guest-1"}, OLD, "HS256", {"kid": named_new}))
    with pytest.raises(InvalidToken):
        both.read(jwt.encode({"sub": "guest-1"}, NEW, "HS256", {"kid": "elsewhere"}))


def test_a_seal_is_no_signature_of_a_token() -> None:
    head, payload, _ = TOKENS.for_guest(Guest("guest-1", "Ada")).split(".")
    mark = base64.urlsafe_b64encode(TOKENS.seal(f"{head}.{payload}".encode())).rstrip(b"=").decode()
    with pytest.raises(InvalidToken):
        TOKENS.read(f"{head}.{payload}.{mark}")


def test_an_accounts_token_says_of_which_session_and_version_it_is() -> None:
    account, session = uuid.uuid4(), uuid.uuid4()
    access = Access(account, session, 7, "admin", {"display_name": "Ada", "handle": "ada"})
    token, expires_at = Tokens(SECRET, lambda: NOW_S, access_s=60).for_account(access)
    claims = TOKENS.read(token)
    assert expires_at == (NOW_S + 60) * 1000
    assert (claims.user, claims.session, claims.authorization_version) == (str(account), str(session), 7)
    assert (claims.expires_at, claims.moderator, claims.guest) == (NOW_S + 60, True, False)


@pytest.mark.parametrize(
    "claims",
    [
        {"sub": "ada", "sid": str(uuid.uuid4())},
        {"sub": str(uuid.uuid4()), "sid": "rubbish"},
        {"sub": str(uuid.uuid4()), "sid": 7},
        {"sub": str(uuid.uuid4()).upper(), "sid": str(uuid.uuid4())},
        {"sub": str(uuid.uuid4()), "sid": str(uuid.uuid4()), "av": "1"},
        {"sub": str(uuid.uuid4()), "sid": str(uuid.uuid4()), "av": True},
    ],
)
def test_an_accounts_token_has_ids_and_a_version(claims: dict[str, Any]) -> None:
    with pytest.raises(InvalidToken):
        TOKENS.read(signed(**claims))
