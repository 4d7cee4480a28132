"""Delivery into a folder, for a hub without a mail server: one .eml file a mail."""

from collections.abc import Sequence
from email.headerregistry import Address
from email.policy import SMTPUTF8
from pathlib import Path

import structlog

from api.mail.message import Mail, as_message
from api.mail.transport import Later, Never, Outcome, Sent

FILES_MAX = 1_000

log = structlog.get_logger(__name__)


class MailFolder:
    """Writes mails into `folder`, where only their owner may look, and keeps the newest FILES_MAX."""

    def __init__(self, folder: Path, sender: Address, files_max: int = FILES_MAX) -> None:
        self._folder = folder
        self._sender = sender
        self._files_max = files_max

    def deliver(self, mails: Sequence[Mail]) -> list[Outcome]:
        """Write the mails; the log says where."""
        outcomes = [self._write(mail) for mail in mails]
        for old in sorted(self._folder.glob("*.eml"))[: -self._files_max]:
            old.unlink(missing_ok=True)
        return outcomes

    def _write(self, mail: Mail) -> Outcome:
        try:
            content = as_message(mail, self._sender).as_bytes(policy=SMTPUTF8)
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            path = self._folder / f"{mail.created_at:%Y%m%dT%H%M%S%f}-{mail.id}.eml"
            half = path.with_suffix(".part")
            half.write_bytes(content)
            half.replace(path)
        except ValueError as error:
            return Never(str(error))
        except OSError as error:
            return Later(f"{error.filename}: {error.strerror}")
        log.info("mail_written", path=str(path), advice="set SMTP_URL to have mail sent")
        return Sent()
