"""Which e-mail addresses the hub writes to."""

import re

ADDRESS_LENGTH_MAX = 254  # RFC 5321, 4.5.3.1.3, less the angle brackets
_LOCAL = r"""[^\s"(),.:;<>@\[\\\]]+"""
_LABEL = r"[^\W_](?:[^\W_]|-){0,62}"
_ADDRESS = re.compile(rf"(?=.{{1,64}}@){_LOCAL}(?:\.{_LOCAL})*@(?:{_LABEL}\.)*{_LABEL}")


def is_mail_address(text: str) -> bool:
    """Tell whether `text` is a plain address: no name beside it, no quotes, no comment, no white space."""
    readable = len(text) <= ADDRESS_LENGTH_MAX and text.isprintable()
    return readable and _ADDRESS.fullmatch(text) is not None
