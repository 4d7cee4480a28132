"""The id by which one request is found in all logs: brought by whoever asks, or made here."""

import re
import uuid

HEADER = "X-Correlation-ID"
_ACCEPTED = re.compile(r"[A-Za-z0-9._:-]{1,128}")


def correlation_id(brought: str) -> str:
    """Return the id that a request brought if it is fit for a header and a log, else a fresh one."""
    return brought if _ACCEPTED.fullmatch(brought) else str(uuid.uuid4())
