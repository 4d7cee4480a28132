"""Handles: the short names that stand in addresses, unlike each other without regard to case."""

import re
import secrets
import unicodedata

HANDLE_LENGTH_MIN = 3
HANDLE_LENGTH_MAX = 30
HANDLE_RULE = f"{HANDLE_LENGTH_MIN} to {HANDLE_LENGTH_MAX} letters a–z, digits and underscores"
RESERVED = frozenset(
    {"admin", "administrator", "anonymous", "api", "cosmohub", "everyone", "guest", "hub", "me", "moderator"}
    | {"null", "root", "staff", "support", "system", "undefined"}
)
DELETED_PREFIX = "deleted_"
_ALLOWED = re.compile(rf"[A-Za-z0-9_]{{{HANDLE_LENGTH_MIN},{HANDLE_LENGTH_MAX}}}")
_OTHERS = re.compile(r"[^a-z0-9]+")
_STEM_LENGTH_MAX = 20


def check_handle(text: str) -> str:
    """Return a handle that may be taken; raise ValueError with the rule."""
    if not _ALLOWED.fullmatch(text):
        raise ValueError(f"must be {HANDLE_RULE}")
    if text.lower() in RESERVED or text.lower().startswith(DELETED_PREFIX):
        raise ValueError(f"must be another word: {text} is kept for the hub itself")
    return text


def is_handle(text: str) -> bool:
    """Tell whether an account could stand under this text."""
    return _ALLOWED.fullmatch(text) is not None


def handle_of_deleted() -> str:
    """Return a handle under which a deleted account stands, which nobody may take."""
    return DELETED_PREFIX + secrets.token_hex(8)


def stem_of(display_name: str) -> str:
    """Return a handle made of a name, without regard to who has it."""
    plain = unicodedata.normalize("NFKD", display_name).encode("ascii", "ignore").decode().lower()
    stem = _OTHERS.sub("_", plain).strip("_")[:_STEM_LENGTH_MAX].strip("_")
    return stem if len(stem) >= HANDLE_LENGTH_MIN and stem not in RESERVED else f"user_{stem}".rstrip("_")


def variant_of(stem: str) -> str:
    """Return a handle like `stem` that most likely nobody has."""
    return f"{stem}_{secrets.randbelow(10**6):06}"
