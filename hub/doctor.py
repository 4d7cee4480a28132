"""The doctor: looks at everything a hub needs and says what is wrong and how to mend it."""

import os
import socket
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx
import trio

from api.mail.message import read_sender
from api.mail.smtp import SmtpTransport, read_smtp_url
from hub.api_wiring import WEB_STATIC
from hub.settings import Settings
from store.asyncio_loop import open_asyncio_loop
from store.database import open_database
from store.errors import DatabaseError
from store.postgres_binaries import find_binaries

PAGE_LIBRARIES = ("centrifuge.js", "coastlines.json")
FFMPEG_TIMEOUT_S = 10
HUB_TIMEOUT_S = 2
FREE_BYTES_MIN = 512 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, whether it is well, and what was seen or what to do."""

    subject: str
    well: bool
    remark: str

    def __str__(self) -> str:
        """Return one line for people."""
        return f"{'ok   ' if self.well else 'WRONG'} {self.subject}: {self.remark}"


async def examine(settings: Settings) -> list[Finding]:
    """Return a finding for each thing that a hub needs."""
    findings = [await trio.to_thread.run_sync(_guarded, check, settings) for check in CHECKS]
    findings.insert(2, await _database(settings))
    return findings


def _guarded(check: Callable[[Settings], Finding], settings: Settings) -> Finding:
    try:
        return check(settings)
    except Exception as error:  # a broken part must not keep the doctor from looking at the others
        return Finding(check.__name__.strip("_").replace("_", " "), False, f"{type(error).__name__}: {error}")


def _port(settings: Settings) -> Finding:
    subject = f"port {settings.port} on {settings.host}"
    try:
        with socket.create_server((settings.host, settings.port)):
            return Finding(subject, True, "free")
    except OSError as error:
        if _hub_lives(settings):
            return Finding(subject, True, "a hub serves there")
        return Finding(subject, False, f"{error.strerror}: stop the program that has it, or set PORT or HOST")


def _hub_lives(settings: Settings) -> bool:
    url = httpx.URL(scheme="http", host=settings.host, port=settings.port, path="/health/live")
    try:
        answer = httpx.get(url, timeout=HUB_TIMEOUT_S, trust_env=False)
        return answer.is_success and answer.json() == {"status": "alive"}
    except (httpx.HTTPError, ValueError):
        return False


def _data_dir(settings: Settings) -> Finding:
    folder = settings.data_dir.resolve()
    existing = next(each for each in (folder, *folder.parents) if each.exists())
    if not existing.is_dir() or not os.access(existing, os.W_OK):
        return Finding(
            "data dir", False, f"{existing} cannot be written: set HUB_DATA_DIR to a folder of yours"
        )
    status = os.statvfs(existing)
    free = status.f_bavail * status.f_frsize
    if free < FREE_BYTES_MIN:
        return Finding(
            "data dir", False, f"{folder} has {free >> 20} MB free: make room, 512 MB at the least"
        )
    return Finding("data dir", True, f"{folder}, {free >> 30} GB free")


async def _database(settings: Settings) -> Finding:
    if settings.database_url is None:
        return await trio.to_thread.run_sync(_guarded, _embedded_database, settings)
    try:
        async with open_asyncio_loop(), open_database(settings.database_url) as database:
            return Finding("database", True, str(await database.fetchval("select version()")))
    except* DatabaseError as errors:
        reason = str(errors.exceptions[0])
    return Finding("database", False, f"{reason}: check DATABASE_URL, and that the server is up")


def _embedded_database(settings: Settings) -> Finding:
    return Finding("database", True, f"embedded PostgreSQL {find_binaries().version}")


def _accelerated_sgp4(settings: Settings) -> Finding:
    from sgp4.api import accelerated

    if accelerated:
        return Finding("SGP4", True, "compiled")
    return Finding("SGP4", False, "not compiled, some 100 times slower: pip install --force-reinstall sgp4")


def _ffmpeg(settings: Settings) -> Finding:
    import imageio_ffmpeg

    binary = imageio_ffmpeg.get_ffmpeg_exe()
    shown = subprocess.run(
        [binary, "-version"], capture_output=True, text=True, timeout=FFMPEG_TIMEOUT_S, check=True
    )
    return Finding("ffmpeg", True, shown.stdout.split("\n", 1)[0])


def _page_libraries(settings: Settings) -> Finding:
    missing = [name for name in PAGE_LIBRARIES if not (WEB_STATIC / "vendor" / name).is_file()]
    if missing:
        return Finding(
            "page libraries", False, f"{', '.join(missing)} missing: python -m scripts.web_libraries"
        )
    return Finding("page libraries", True, f"in {Path('web_static', 'vendor')}")


def _mail(settings: Settings) -> Finding:
    if settings.smtp_url is None:
        return Finding("mail", True, f"in {settings.data_dir / 'mail'}; set SMTP_URL to have it sent")
    server = read_smtp_url(settings.smtp_url)
    trouble = SmtpTransport(server, read_sender(settings.mail_from)).trouble()
    if trouble is not None:
        return Finding("mail", False, f"{server.host}, port {server.port}: {trouble}; check SMTP_URL")
    return Finding("mail", True, f"handed to {server.host}, port {server.port}, from {settings.mail_from}")


def _google(settings: Settings) -> Finding:
    if settings.google_client_id is not None:
        return Finding("Google", True, f"signs in by {settings.google_issuer}")
    return Finding("Google", True, "off; set GOOGLE_CLIENT_ID and GOOGLE_CLIENT_SECRET to sign in by it")


CHECKS: tuple[Callable[[Settings], Finding], ...] = (
    _port,
    _data_dir,
    _accelerated_sgp4,
    _ffmpeg,
    _page_libraries,
    _mail,
    _google,
)
