"""Handing letters to the mail server of the installation. Knows no database; never says a password or an address."""

import smtplib
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime

from evalflow.config import Smtp
from evalflow.reminding.letters import Letter

SECONDS = 20  # a server that does not answer is tried again later


@dataclass(frozen=True)
class Posted:
    """What became of a letter. error: "" when the server took it. is_final: it would never take it."""

    letter: Letter
    error: str = ""
    is_final: bool = False


def deliver(smtp: Smtp, letters: Sequence[Letter], *, now: datetime, origin: str) -> Iterator[Posted]:
    """One after the other over one connection. Where there is none, all fail alike and may be tried again.

    origin: the name of this installation; with the number of a letter it names it for good.
    """
    waiting = list(letters)
    try:
        with _connected(smtp) as server:
            while waiting:
                posted = _hand_over(server, waiting[0], smtp, now, origin)
                waiting.pop(0)
                yield posted
    except (OSError, smtplib.SMTPException) as error:
        yield from (Posted(letter, told(error)) for letter in waiting)


def told(error: Exception) -> str:
    """What an error may say of itself: its kind and the server's code, never the server's or our own words.

    >>> told(smtplib.SMTPAuthenticationError(535, b"wrong password for li")), told(ConnectionRefusedError(111, "no"))
    ('SMTPAuthenticationError 535', 'ConnectionRefusedError')
    """
    code = getattr(error, "smtp_code", "")
    return f"{type(error).__name__} {code}".strip()


@contextmanager
def _connected(smtp: Smtp) -> Iterator[smtplib.SMTP]:
    trust = ssl.create_default_context()
    if smtp.security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(smtp.host, smtp.port, timeout=SECONDS, context=trust)
    else:
        server = smtplib.SMTP(smtp.host, smtp.port, timeout=SECONDS)
    with server:
        if smtp.security == "starttls":
            server.starttls(context=trust)
        if smtp.user:
            server.login(smtp.user, smtp.password)
        yield server


def _hand_over(server: smtplib.SMTP, letter: Letter, smtp: Smtp, now: datetime, origin: str) -> Posted:
    """A broken connection is the caller's; what concerns this letter alone is its answer."""
    try:
        server.send_message(_message(letter, smtp, now, origin), smtp.sender, [letter.address])
    except smtplib.SMTPRecipientsRefused as refused:
        code = next(iter(refused.recipients.values()), (0, b""))[0]
        return Posted(letter, f"SMTPRecipientsRefused {code}", is_final=code >= 500)
    except (smtplib.SMTPDataError, smtplib.SMTPSenderRefused) as refused:
        return Posted(letter, told(refused), is_final=refused.smtp_code >= 500)
    return Posted(letter)


def _message(letter: Letter, smtp: Smtp, now: datetime, origin: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = smtp.sender
    message["To"] = letter.address
    message["Subject"] = " ".join(letter.subject.split())
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<reminder-{letter.reminders[0]}@{origin.replace('/', '.')}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.body)
    return message
