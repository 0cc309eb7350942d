"""Handing letters to the mail server of the installation. Knows no database; never says a password or an address."""

import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime
from enum import Enum
from types import TracebackType

from evalflow.config import Smtp
from evalflow.reminding.letters import Letter

SECONDS = 20  # a server that does not answer is tried again later
CLOSING = 421  # the server says that it hangs up


class Fate(Enum):
    """What became of a letter.

    refused: not taken; later it may be. final: never will be. unknown: the server hung up before it said whether.
    unreachable: there was no server to hand it to. hung_up: the server went away before it had the letter.
    """

    TAKEN = "taken"
    REFUSED = "refused"
    FINAL = "final"
    HUNG_UP = "hung_up"
    UNKNOWN = "unknown"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True)
class Posted:
    """error: "" when the server took it."""

    fate: Fate
    error: str = ""


class Counter:
    """A post office's counter: letters are handed over one by one, over one connection as long as it holds.

    A server that hangs up over one letter is called anew for the next: only the letter in hand is charged with it.
    origin: the name of this installation; with the number of a letter it names the letter for good.
    """

    def __init__(self, smtp: Smtp, *, origin: str) -> None:
        self._smtp, self._origin = smtp, origin
        self._server: smtplib.SMTP | None = None

    def __enter__(self) -> "Counter":
        return self

    def __exit__(self, _kind: type | None, _error: BaseException | None, _where: TracebackType | None) -> None:
        self._hang_up()

    def hand_over(self, letter: Letter, *, now: datetime) -> Posted:
        """Try one letter, once."""
        try:
            server = self._server = self._server or _connected(self._smtp)
        except (OSError, smtplib.SMTPException) as error:
            return Posted(Fate.UNREACHABLE, told(error))
        posted = self._given(server, letter, _written(letter, self._smtp, now, self._origin))
        if posted.fate in (Fate.HUNG_UP, Fate.UNKNOWN):
            self._hang_up()
        elif posted.fate is not Fate.TAKEN:
            with suppress(OSError, smtplib.SMTPException):
                server.rset()
        return posted

    def _given(self, server: smtplib.SMTP, letter: Letter, content: bytes) -> Posted:
        try:
            sender = server.mail(self._smtp.sender)[0]
            if sender != 250:
                return _refused("SMTPSenderRefused", sender)
            recipient = server.rcpt(letter.address)[0]
            if recipient not in (250, 251):
                return _refused("SMTPRecipientsRefused", recipient)
        except (OSError, smtplib.SMTPServerDisconnected) as error:
            return Posted(Fate.HUNG_UP, told(error))
        try:
            code = server.data(content)[0]
        except smtplib.SMTPDataError as refused:
            code = refused.smtp_code
        except (OSError, smtplib.SMTPServerDisconnected) as error:
            return Posted(Fate.UNKNOWN, told(error))
        return Posted(Fate.TAKEN) if code == 250 else _refused("SMTPDataError", code)

    def _hang_up(self) -> None:
        if self._server is not None:
            with suppress(OSError, smtplib.SMTPException):
                self._server.quit()
            self._server.close()
            self._server = None


def told(error: Exception) -> str:
    """What an error may say of itself: its kind and the server's code, never the server's or our own words.

    >>> told(smtplib.SMTPAuthenticationError(535, b"wrong password for li")), told(ConnectionRefusedError(111, "no"))
    ('SMTPAuthenticationError 535', 'ConnectionRefusedError')
    """
    code = getattr(error, "smtp_code", "")
    return f"{type(error).__name__} {code}".strip()


def _refused(name: str, code: int) -> Posted:
    if code == CLOSING:
        return Posted(Fate.HUNG_UP, f"{name} {code}")
    return Posted(Fate.FINAL if code >= 500 else Fate.REFUSED, f"{name} {code}")


def _connected(smtp: Smtp) -> smtplib.SMTP:
    trust = ssl.create_default_context()
    if smtp.security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(smtp.host, smtp.port, timeout=SECONDS, context=trust)
    else:
        server = smtplib.SMTP(smtp.host, smtp.port, timeout=SECONDS)
    try:
        if smtp.security == "starttls":
            server.starttls(context=trust)
        if smtp.user:
            server.login(smtp.user, smtp.password)
        server.ehlo_or_helo_if_needed()
    except (OSError, smtplib.SMTPException):
        server.close()
        raise
    return server


def _written(letter: Letter, smtp: Smtp, now: datetime, origin: str) -> bytes:
    message = EmailMessage()
    message["From"] = smtp.sender
    message["To"] = letter.address
    message["Subject"] = " ".join(letter.subject.split())
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<reminder-{letter.reminders[0]}@{origin.replace('/', '.')}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.body)
    return message.as_bytes(policy=policy.SMTP)
