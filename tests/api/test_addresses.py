"""From which address somebody asks: only the entries that trusted proxies wrote are believed."""

from types import SimpleNamespace
from typing import Any

import pytest
from werkzeug.datastructures import Headers

from api.http.addresses import address_of


def asked(*forwarded: str, peer: str = "10.0.0.1") -> Any:
    return SimpleNamespace(
        remote_addr=peer, headers=Headers([("X-Forwarded-For", each) for each in forwarded])
    )


@pytest.mark.parametrize(
    ("forwarded", "proxies", "address"),
    [
        ((), 0, "10.0.0.1"),
        (("6.6.6.6",), 0, "10.0.0.1"),
        ((), 1, "10.0.0.1"),
        (("203.0.113.9",), 1, "203.0.113.9"),
        (("6.6.6.6, 203.0.113.9",), 1, "203.0.113.9"),
        (("6.6.6.6", "203.0.113.9"), 1, "203.0.113.9"),
        (("6.6.6.6, 203.0.113.9, 10.0.0.2",), 2, "203.0.113.9"),
        (("203.0.113.9",), 2, "203.0.113.9"),
        (("2001:db8::1",), 1, "2001:db8::1"),
        (("::ffff:203.0.113.9",), 1, "203.0.113.9"),
        (("[2001:db8::1]:443",), 1, "10.0.0.1"),
        (("rubbish",), 1, "10.0.0.1"),
        ((", ,",), 1, "10.0.0.1"),
    ],
)
def test_the_address(forwarded: tuple[str, ...], proxies: int, address: str) -> None:
    assert address_of(asked(*forwarded), proxies) == address


@pytest.mark.parametrize(
    ("peer", "address"),
    [("::ffff:198.51.100.7", "198.51.100.7"), ("2001:db8::1", "2001:db8::1"), ("", ""), ("local", "local")],
)
def test_the_peers_own_address(peer: str, address: str) -> None:
    assert address_of(asked(peer=peer), 0) == address
