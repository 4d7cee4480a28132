"""Versions in ETags, so that an edit is refused that was meant for what stands there no more.

An ETag is `"<version>-<digest>"`: the digest is of all that is shown, counters and what the caller may do
included; the version moves by edits alone, and it is what If-Match is held against. So a view that is
counted meanwhile spoils no edit.
"""

import hashlib
import re

from quart import request

from api.problems import Problem

_OURS = re.compile(r"([0-9]{1,9})-[0-9a-f]{16}")


def versioned_etag(version: int, *shown: object) -> str:
    """Return the ETag of something in this version that is shown as `shown`."""
    digest = hashlib.blake2b(repr(shown).encode("utf-8", "surrogatepass"), digest_size=8)
    return f'"{version}-{digest.hexdigest()}"'


def versions_meant() -> frozenset[int] | None:
    """Return the versions that the request's If-Match names, None when any will do."""
    if "If-Match" not in request.headers or request.if_match.star_tag:
        return None
    matches = [_OURS.fullmatch(tag) for tag in request.if_match.as_set()]
    return frozenset(int(match[1]) for match in matches if match)


def check_version(version: int, meant: frozenset[int] | None) -> None:
    """Raise 412 when an edit is not meant for this version, which the caller holds a lock on."""
    if meant is not None and version not in meant:
        raise Problem(
            412, "precondition_failed", "somebody changed it meanwhile: fetch it again and repeat the change"
        )
