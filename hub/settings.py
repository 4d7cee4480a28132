"""The settings: environment variables, each with unit, default and reason, checked before anything starts."""

import errno
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from api.accounts.google import GOOGLE_ISSUER
from api.mail.message import read_sender
from api.mail.smtp import read_smtp_url
from api.tokens import SECRET_BYTES_MIN
from telemetry.sources.celestrak import CELESTRAK_URL


class BadSetting(Exception):
    """A setting that the hub cannot start with: names the variable, the value and what is allowed."""

    def __init__(self, variable: str, value: str, allowed: str) -> None:
        super().__init__(f"{variable}={value!r} will not do: it must be {allowed}")


Reader = Callable[[str], Any]
HIDDEN = "(hidden)"


def _setting(
    variable: str, default: Any, read: Reader, allowed: str, about: str, secret: bool = False
) -> Any:
    metadata = {"variable": variable, "read": read, "allowed": allowed, "about": about, "secret": secret}
    return field(default=default, metadata=metadata)


def _whole_number(low: int, high: int) -> Reader:
    def read(value: str) -> int:
        number = int(value)
        if not low <= number <= high:
            raise ValueError
        return number

    return read


def _one_of(*choices: str) -> Reader:
    def read(value: str) -> str:
        if value.lower() not in choices:
            raise ValueError
        return value.lower()

    return read


def _postgres_url(value: str) -> str:
    if urlsplit(value).scheme not in ("postgres", "postgresql"):
        raise ValueError
    return value


def _web_url_or_off(value: str) -> str | None:
    if value.lower() == "off":
        return None
    if urlsplit(value).scheme not in ("http", "https"):
        raise ValueError
    return value


def _secret(value: str) -> str:
    if len(value.encode()) < SECRET_BYTES_MIN:
        raise ValueError
    return value


def _base_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError
    return value.rstrip("/")


def _checked(check: Reader) -> Reader:
    """Return what reads a value that `check` raises ValueError for when it will not do."""

    def read(value: str) -> str:
        check(value)
        return value

    return read


def _secrets(value: str) -> tuple[str, ...]:
    return tuple(_secret(each.strip()) for each in value.split(",") if each.strip())


def _host(value: str) -> str:
    if not value or any(character.isspace() for character in value):
        raise ValueError
    return value


@dataclass(frozen=True, slots=True)
class Settings:
    """What the operator decides; frozen, read once at the start."""

    host: str = _setting(
        "HOST", "127.0.0.1", _host, "a host name or an address", "address to listen on; 0.0.0.0 for all"
    )
    port: int = _setting(
        "PORT",
        8000,
        _whole_number(0, 65535),
        "a whole number from 0 to 65535",
        "TCP port; 0 takes a free one",
    )
    data_dir: Path = _setting(
        "HUB_DATA_DIR",
        Path("var"),
        Path,
        "a path",
        "where everything lasting lies: database, secret, element sets",
    )
    database_url: str | None = _setting(
        "DATABASE_URL",
        None,
        _postgres_url,
        "a URL such as postgresql://user:password@host:5432/name",
        "PostgreSQL 14 or newer; absent: an embedded one in the data dir",
        secret=True,
    )
    jwt_secret: str | None = _setting(
        "JWT_SECRET",
        None,
        _secret,
        f"at least {SECRET_BYTES_MIN} bytes long",
        "signs the tokens; absent: made once and kept in the data dir, readable by its owner only",
        secret=True,
    )
    jwt_previous_secrets: tuple[str, ...] = _setting(
        "JWT_PREVIOUS_SECRETS",
        (),
        _secrets,
        f"secrets of at least {SECRET_BYTES_MIN} bytes, with commas between",
        "earlier values of JWT_SECRET, whose tokens are still good: keep one until its tokens have run out",
        secret=True,
    )
    jwt_access_minutes: int = _setting(
        "JWT_ACCESS_MINUTES",
        15,
        _whole_number(1, 7 * 24 * 60),
        "a whole number from 1 to 10080, which is 7 days",
        "minutes an access token is good for; a refresh token is good for 30 days after its last use",
    )
    commands_per_second: int = _setting(
        "HUB_COMMANDS_PER_SECOND",
        30,
        _whole_number(1, 1_000_000),
        "a whole number from 1 to 1000000",
        "commands a second a connection may send, two seconds' worth at once: far above what hands do",
    )
    connections_per_user: int = _setting(
        "HUB_CONNECTIONS_PER_USER",
        10,
        _whole_number(1, 1_000_000),
        "a whole number from 1 to 1000000",
        "connections a person may have at once: tabs and devices",
    )
    requests_per_minute: int = _setting(
        "HUB_REQUESTS_PER_MINUTE",
        100,
        _whole_number(1, 1_000_000),
        "a whole number from 1 to 1000000",
        "API requests a minute of a user or an address; the tighter limits keep their proportion to it",
    )
    trusted_proxies: int = _setting(
        "HUB_TRUSTED_PROXIES",
        0,
        _whole_number(0, 16),
        "a whole number from 0 to 16",
        "proxies in front whose X-Forwarded-For entries are believed; 0: the peer is the client",
    )
    celestrak_url: str | None = _setting(
        "HUB_CELESTRAK_URL",
        CELESTRAK_URL,
        _web_url_or_off,
        "an http or https URL, or off",
        "where fresh element sets come from, asked every 2 h at most; off: only the bundled ones",
    )
    public_url: str | None = _setting(
        "HUB_PUBLIC_URL",
        None,
        _base_url,
        "an http or https URL",
        "where people reach the hub, for links in mail and the way back from Google; absent: http://HOST:PORT",
    )
    smtp_url: str | None = _setting(
        "SMTP_URL",
        None,
        _checked(read_smtp_url),
        "a URL such as smtp://user:password@host:587 or smtps://user:password@host",
        "the server that takes mail, with TLS where it offers it; absent: mail lies in the data dir as .eml",
        secret=True,
    )
    mail_from: str = _setting(
        "MAIL_FROM",
        "CosmoHub <hub@localhost>",
        _checked(read_sender),
        "an address such as CosmoHub <hub@example.org>",
        "from whom mail comes",
    )
    google_client_id: str | None = _setting(
        "GOOGLE_CLIENT_ID",
        None,
        _host,
        "the client ID, without spaces",
        "signing in with Google, with the secret below; absent: off. Its redirect URI is"
        " HUB_PUBLIC_URL/api/auth/google/callback",
    )
    google_client_secret: str | None = _setting(
        "GOOGLE_CLIENT_SECRET",
        None,
        _host,
        "the client secret, without spaces",
        "the other half of the above",
        secret=True,
    )
    google_issuer: str = _setting(
        "GOOGLE_ISSUER",
        GOOGLE_ISSUER,
        _base_url,
        "an http or https URL",
        "the OpenID provider; another than Google will do as well",
    )
    log_level: str = _setting(
        "HUB_LOG_LEVEL",
        "info",
        _one_of("debug", "info", "warning", "error"),
        "debug, info, warning or error",
        "the least level that is logged",
    )
    log_format: str = _setting(
        "HUB_LOG_FORMAT",
        "json",
        _one_of("json", "console"),
        "json or console",
        "json for machines, console for people",
    )


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Return what the environment asks for; an empty variable counts as absent. Raise BadSetting."""
    values = {}
    for each in fields(Settings):
        raw = environment.get(each.metadata["variable"], "")
        if raw:
            values[each.name] = _read(each.metadata, raw)
    settings = Settings(**values)
    if (settings.google_client_id is None) != (settings.google_client_secret is None):
        missing = "GOOGLE_CLIENT_ID" if settings.google_client_id is None else "GOOGLE_CLIENT_SECRET"
        raise BadSetting(missing, "", "set as well: it goes with the other half")
    return settings


def _read(metadata: Mapping[str, Any], raw: str) -> Any:
    try:
        return metadata["read"](raw)
    except ValueError:
        shown = HIDDEN if metadata["secret"] else raw
        raise BadSetting(metadata["variable"], shown, metadata["allowed"]) from None


def make_data_dir(folder: Path) -> None:
    """Make the data dir when it is absent; raise BadSetting when nothing can be kept there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not os.access(folder, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    except OSError as error:
        allowed = f"a folder that can be made and written ({error.strerror})"
        raise BadSetting("HUB_DATA_DIR", str(folder), allowed) from error


def settings_table() -> str:
    """Return the table of all settings as it stands in the README (Markdown)."""
    rows = ["| variable | default | what it is | allowed |", "|---|---|---|---|"]
    for each in fields(Settings):
        default = "" if each.default in (None, ()) else f"`{each.default}`"
        about, allowed = each.metadata["about"], each.metadata["allowed"]
        rows.append(f"| `{each.metadata['variable']}` | {default} | {about} | {allowed} |")
    return "\n".join(rows)
