"""Delivery by SMTP (RFC 5321): TLS from the start or by STARTTLS, one session a batch."""

import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.headerregistry import Address
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

from api.mail.message import Mail, as_message
from api.mail.transport import Later, Never, Outcome, Sent

SILENCE_S_MAX = 20.0
_PORTS = {"smtp": 587, "smtps": 465}
_PERMANENT = range(500, 600)


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where mail is handed over, and as whom; `tls_first`: TLS from the first byte on."""

    host: str
    port: int
    tls_first: bool = False
    user: str = ""
    password: str = field(default="", repr=False)


def read_smtp_url(url: str) -> SmtpServer:
    """Return what a URL such as smtp://user:password@host:587 or smtps://host names; raise ValueError."""
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname or parts.path.strip("/") or parts.query:
        raise ValueError("not the URL of a mail server")
    return SmtpServer(
        parts.hostname,
        parts.port or _PORTS[parts.scheme],
        parts.scheme == "smtps",
        unquote(parts.username or ""),
        unquote(parts.password or ""),
    )


class SmtpTransport:
    """Hands mails to one server; `tls` is by default what the system trusts.

    TLS is used where the server offers it. A password goes over TLS only, or to this very machine.
    """

    def __init__(
        self,
        server: SmtpServer,
        sender: Address,
        tls: ssl.SSLContext | None = None,
        silence_s: float = SILENCE_S_MAX,
    ) -> None:
        self._server = server
        self._sender = sender
        self._tls = tls
        self._silence_s = silence_s

    def deliver(self, mails: Sequence[Mail]) -> list[Outcome]:
        """Hand the mails over in one session; what it did not come to is for later."""
        outcomes: list[Outcome] = []
        try:
            with self._session() as session:
                outcomes.extend(self._send(session, mail) for mail in mails)
        except (OSError, smtplib.SMTPException) as error:
            missing = len(mails) - len(outcomes)
            outcomes += [Later(f"{self._server.host}: {_say(error)}")] * missing
        return outcomes

    def trouble(self) -> str | None:
        """Say why no mail can be handed over now, None when it can."""
        try:
            with self._session():
                return None
        except (OSError, smtplib.SMTPException) as error:
            return _say(error)

    def _session(self) -> smtplib.SMTP:
        server, domain = self._server, self._sender.domain
        tls = self._tls or ssl.create_default_context()
        if server.tls_first:
            session: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, domain, timeout=self._silence_s, context=tls
            )
        else:
            session = smtplib.SMTP(server.host, server.port, domain, timeout=self._silence_s)
        try:
            self._introduce(session, tls)
        except BaseException:
            session.close()
            raise
        return session

    def _introduce(self, session: smtplib.SMTP, tls: ssl.SSLContext) -> None:
        server = self._server
        session.ehlo_or_helo_if_needed()
        if not server.tls_first and session.has_extn("starttls"):
            session.starttls(context=tls)
        elif not server.tls_first and server.user and not _is_loopback(server.host):
            raise smtplib.SMTPNotSupportedError(
                "it offers no TLS, so the password was not sent: use smtps://"
            )
        if server.user:
            session.login(server.user, server.password)

    def _send(self, session: smtplib.SMTP, mail: Mail) -> Outcome:
        try:
            session.send_message(as_message(mail, self._sender))
        except smtplib.SMTPRecipientsRefused as error:
            return _refused(*next(iter(error.recipients.values())))
        except smtplib.SMTPDataError as error:
            return _refused(error.smtp_code, error.smtp_error)
        except smtplib.SMTPSenderRefused as error:  # what is wrong is MAIL_FROM, not the mail
            return Later(f"the sender was refused: {error.smtp_code} {_text(error.smtp_error)}")
        except (ValueError, smtplib.SMTPNotSupportedError) as error:
            return Never(_say(error))
        return Sent()


def _refused(code: int, said: bytes | str) -> Outcome:
    reason = f"the server answered {code} {_text(said)}"
    return Never(reason) if code in _PERMANENT else Later(reason)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _text(said: bytes | str) -> str:
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else said


def _say(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_text(error.smtp_error)}"
    return str(error) or type(error).__name__
