"""A mail as the outbox keeps it, and as it goes out (RFC 5322)."""

from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from uuid import UUID

from api.mail.addresses import is_mail_address

# A link stands whole on its line, for who reads the file itself; RFC 5322 allows 998 characters.
_POLICY = SMTP.clone(max_line_length=900)


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail to one person; `attempts` counts the one under way."""

    id: UUID
    recipient: str
    subject: str
    body: str
    created_at: datetime
    give_up_at: datetime
    attempts: int

    @property
    def domain(self) -> str:
        """Return what may be said of the recipient in a log."""
        return self.recipient.rpartition("@")[2]


def as_message(mail: Mail, sender: Address) -> EmailMessage:
    """Return the mail as it goes out; its Message-ID is the same at each attempt.

    Raises ValueError when the recipient is no address.
    """
    if not is_mail_address(mail.recipient):
        raise ValueError(f"no address: {mail.recipient!r}")
    message = EmailMessage(policy=_POLICY)
    local, _, domain = mail.recipient.rpartition("@")
    message["From"] = sender
    message["To"] = Address(username=local, domain=_plain(domain))
    message["Subject"] = mail.subject
    message["Date"] = mail.created_at
    message["Message-ID"] = f"<{mail.id}@{sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.body)
    return message


def read_sender(text: str) -> Address:
    """Return the address in `text`, such as "CosmoHub <hub@example.org>"; raise ValueError."""
    name, bracket, rest = text.rpartition("<")
    spec = rest.removesuffix(">") if bracket else text
    if not text.isprintable() or bool(bracket) != text.endswith(">") or not is_mail_address(spec):
        raise ValueError("not an address")
    local, _, domain = spec.rpartition("@")
    return Address(name.strip().strip('"'), local, _plain(domain))


def _plain(domain: str) -> str:
    """Return a domain as servers know it, in ASCII; raise ValueError when there can be none like it."""
    return domain.encode("idna").decode()
