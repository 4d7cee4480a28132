"""Which addresses the hub writes to."""

import pytest

from api.mail.addresses import is_mail_address


@pytest.mark.parametrize(
    "address",
    ["ada@example.org", "a.b+c@example.org", "zoë@exämple.org", "o'brien@x-y.co.uk", "a@localhost", "1@2.3"],
)
def test_a_plain_address_will_do(address: str) -> None:
    assert is_mail_address(address)


WRONG = [
    *(
        "",
        "@",
        "ada",
        "ada@",
        "@example.org",
        "a@b@c",
        ".a@b",
        "a.@b",
        "a..b@c",
        "a@b.",
        "a@.b",
        "a@-b",
        "a@b_c",
    ),
    *("a b@c", "a@b c", " a@b", "a@b\n", "a@b\r\nBcc: c@d", "a\x00@b", "a\u200b@b", "a\u202e@b", "a\ud800@b"),
    *("<a@b>", "Ada <a@b>", '"a b"@c', "a,b@c", "a@[127.0.0.1]", "a(b)@c", "a:b@c", "a;b@c", "a\\b@c"),
    *("x" * 65 + "@example.org", "a@" + "x" * 64 + ".org", "a@" + "x." * 130 + "org"),
]


@pytest.mark.parametrize("text", WRONG)
def test_anything_else_will_not(text: str) -> None:
    assert not is_mail_address(text)


def test_looking_is_quick_however_long_the_text() -> None:
    assert not is_mail_address("a" * 1_000_000 + "@" + "b-" * 1_000_000)
