"""ID tokens: only what this provider signed, for this client and this sign-in, proves anything."""

from base64 import urlsafe_b64encode
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import jwt
import pytest
import trio
import trio.testing

from api.accounts.google import fetching
from api.accounts.google.fetching import ProviderTrouble
from api.accounts.google.id_token import BadIdToken, EmailUnverified, Identity, read_id_token
from api.accounts.google.provider import ASK_AGAIN_S, KEPT_S, KEPT_S_MAX, KEPT_S_MIN, Provider
from tests.api.openid_server import CLIENT_ID, Key, ToldProvider, told_provider

RSA_KEY, OTHER_KEY, EC_KEY = Key("one"), Key("two"), Key("curve", "ES256")


@pytest.fixture
def told() -> Iterator[ToldProvider]:
    with told_provider() as provider:
        provider.publish(RSA_KEY, EC_KEY)
        yield provider


async def read(told: ToldProvider, token: str, provider: Provider | None = None, **more: Any) -> Identity:
    checked = {"client_id": CLIENT_ID, "nonce": "the nonce", "access_token": "an access token"} | more
    return await read_id_token(provider or Provider(told.issuer), token, **checked)


def half_hash(text: str) -> str:
    return urlsafe_b64encode(sha256(text.encode()).digest()[:16]).rstrip(b"=").decode()


@pytest.mark.parametrize("key", [RSA_KEY, EC_KEY])
async def test_a_good_token_says_who_it_is(told: ToldProvider, key: Key) -> None:
    token = key.sign(told.claims | {"at_hash": half_hash("an access token"), "azp": CLIENT_ID})
    expected = Identity(told.issuer, "subject of ada", "ada@example.org", "Ada Lovelace")
    assert await read(told, token) == expected


@pytest.mark.parametrize(
    "change",
    [
        {"iss": "https://evil.example"},
        {"iss": None},
        {"aud": "another client"},
        {"aud": [CLIENT_ID, "another client"]},
        {"aud": None},
        {"azp": "another client"},
        {"exp": 1_000_000_000},
        {"exp": "soon"},
        {"exp": None},
        {"iat": 9_000_000_000},
        {"nonce": "another nonce"},
        {"nonce": None},
        {"nonce": 7},
        {"at_hash": half_hash("another access token")},
        {"at_hash": 7},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"sub": "x" * 256},
        {"sub": "a\x00b"},
        {"email": None},
        {"email": "ada"},
        {"email": ["ada@example.org"]},
        {"email": "ada@example.org\r\nBcc: eve@example.org"},
    ],
)
async def test_a_claim_that_does_not_fit_spoils_it(told: ToldProvider, change: dict[str, Any]) -> None:
    claims = {name: value for name, value in (told.claims | change).items() if value is not None}
    with pytest.raises(BadIdToken):
        await read(told, RSA_KEY.sign(claims))


@pytest.mark.parametrize("verified", [False, None, "false", 0, 1, "yes"])
async def test_an_address_must_be_verified(told: ToldProvider, verified: object) -> None:
    with pytest.raises(EmailUnverified):
        await read(told, RSA_KEY.sign(told.claims | {"email_verified": verified}))


async def test_a_hash_of_an_access_token_that_did_not_come_is_refused(told: ToldProvider) -> None:
    token = RSA_KEY.sign(told.claims | {"at_hash": half_hash("an access token")})
    with pytest.raises(BadIdToken):
        await read(told, token, access_token=None)


async def test_a_token_of_somebody_else_is_refused(told: ToldProvider) -> None:
    forged = Key("one").sign(told.claims)
    unsigned = jwt.encode(told.claims, None, "none", {"kid": "one"})
    by_public_key = jwt.encode(told.claims, RSA_KEY.public()["n"], "HS256", {"kid": "one"})
    wrong_kind = EC_KEY.sign(told.claims, kid="one")
    for token in (forged, unsigned, by_public_key, wrong_kind, "", "a.b.c", "\x00", "ä.ö.ü", "x" * 100_000):
        with pytest.raises(BadIdToken):
            await read(told, token)


async def test_a_changed_token_is_refused(told: ToldProvider) -> None:
    header, _, signature = RSA_KEY.sign(told.claims).split(".")
    _, other, _ = RSA_KEY.sign(told.claims | {"sub": "eve"}).split(".")
    with pytest.raises(BadIdToken):
        await read(told, f"{header}.{other}.{signature}")


async def test_a_lone_key_needs_no_name(told: ToldProvider) -> None:
    nameless = Key(None)
    told.publish(nameless)
    assert (await read(told, nameless.sign(told.claims))).subject == "subject of ada"
    told.publish(RSA_KEY, EC_KEY)
    with pytest.raises(ProviderTrouble):
        await read(told, nameless.sign(told.claims))


async def test_other_keys_of_a_set_do_no_harm(told: ToldProvider) -> None:
    keys = [
        {"kty": "oct", "kid": "one", "k": "c2VjcmV0"},
        {"kty": "RSA", "kid": "one", "n": "!", "e": "AQAB"},
    ]
    told.answers["/keys"]["keys"] = [
        *keys,
        "rubbish",
        None,
        {},
        OTHER_KEY.public() | {"use": "enc"},
        RSA_KEY.public(),
    ]
    assert (await read(told, RSA_KEY.sign(told.claims))).email == "ada@example.org"
    with pytest.raises(ProviderTrouble):
        await read(told, OTHER_KEY.sign(told.claims))


async def test_the_provider_is_asked_once_and_again_for_a_new_key(
    told: ToldProvider, mock_clock: trio.testing.MockClock
) -> None:
    provider = Provider(told.issuer)
    for _ in range(3):
        await read(told, RSA_KEY.sign(told.claims), provider)
    assert told.asked == ["/.well-known/openid-configuration", "/keys"]
    told.publish(OTHER_KEY)
    for _ in range(3):
        with pytest.raises(ProviderTrouble):
            await read(told, OTHER_KEY.sign(told.claims), provider)
    assert len(told.asked) == 2  # it was asked a moment ago
    mock_clock.jump(ASK_AGAIN_S)
    await read(told, OTHER_KEY.sign(told.claims), provider)
    assert told.asked[2:] == ["/keys"]


@pytest.mark.parametrize(
    ("said", "kept_s"),
    [
        ("", KEPT_S),
        ("max-age=10", KEPT_S_MIN),
        ("public, max-age=7200", 7200),
        ("max-age=999999999", KEPT_S_MAX),
    ],
)
async def test_what_is_kept_runs_out(
    told: ToldProvider, mock_clock: trio.testing.MockClock, said: str, kept_s: int
) -> None:
    told.headers["Cache-Control"] = said
    provider = Provider(told.issuer)
    token = RSA_KEY.sign(told.claims)
    await read(told, token, provider)
    mock_clock.jump(kept_s - 1)
    await read(told, token, provider)
    assert len(told.asked) == 2
    mock_clock.jump(1)
    await read(told, token, provider)
    assert len(told.asked) == 4


async def test_many_who_come_at_once_ask_once(told: ToldProvider) -> None:
    provider = Provider(told.issuer)
    token = RSA_KEY.sign(told.claims)
    async with trio.open_nursery() as nursery:
        for _ in range(10):
            nursery.start_soon(read, told, token, provider)
    assert told.asked == ["/.well-known/openid-configuration", "/keys"]


async def test_what_is_kept_outlasts_trouble(told: ToldProvider, mock_clock: trio.testing.MockClock) -> None:
    provider = Provider(told.issuer)
    token = RSA_KEY.sign(told.claims)
    await read(told, token, provider)
    told.answers.clear()
    mock_clock.jump(KEPT_S_MAX)
    assert (await read(told, token, provider)).subject == "subject of ada"


@pytest.mark.parametrize(
    "answer",
    [
        (500, b"{}"),
        (302, b""),
        (200, b"rubbish"),
        (200, b"[]"),
        (200, b'{"keys": {}}'),
        (200, b"{}"),
        (200, b'{"keys": [' + b" " * fetching.ANSWER_BYTES_MAX + b"]}"),
    ],
)
@pytest.mark.parametrize("path", ["/keys", "/.well-known/openid-configuration"])
async def test_a_provider_in_trouble_is_named(
    told: ToldProvider, path: str, answer: tuple[int, bytes]
) -> None:
    told.answers[path] = answer
    with pytest.raises(ProviderTrouble, match=r"http://127.0.0.1|key set"):
        await read(told, RSA_KEY.sign(told.claims))


@pytest.mark.parametrize(
    "change",
    [
        {"issuer": "https://evil.example"},
        {"jwks_uri": "file:///etc/passwd"},
        {"jwks_uri": None},
        {"token_endpoint": 7},
        {"authorization_endpoint": "javascript:alert(1)"},
    ],
)
async def test_a_discovery_document_that_leads_astray_is_refused(
    told: ToldProvider, change: dict[str, Any]
) -> None:
    told.answers["/.well-known/openid-configuration"] |= change
    with pytest.raises(ProviderTrouble):
        await Provider(told.issuer).endpoints()


async def test_a_provider_that_is_silent_is_left(told: ToldProvider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "ANSWER_S_MAX", 0.05)
    listener = (await trio.open_tcp_listeners(0, host="127.0.0.1"))[0]
    async with listener:
        port = listener.socket.getsockname()[1]
        with pytest.raises(ProviderTrouble, match=f":{port}"):
            await fetching.get_json(f"http://127.0.0.1:{port}/")
