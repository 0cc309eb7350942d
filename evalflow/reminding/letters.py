"""A mail in its reader's language. Plain text; it names the page to go to and holds no secret."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from evalflow.i18n import say
from evalflow.reminding import lines
from evalflow.reminding.lines import Line
from evalflow.reminding.models import Cause, Reminder
from evalflow.reminding.outbox import Parcel


@dataclass(frozen=True)
class Letter:
    """reminders: ids of what it tells; its number is the first, so that a letter sent twice is seen to be one."""

    reminders: tuple[int, ...]
    address: str = field(repr=False)
    subject: str
    body: str


def letter(parcel: Parcel, *, site: str, url: str, now: datetime) -> Letter:
    """site: the name of the installation; url: its address, "" where it is not stated."""
    locale = parcel.person.locale
    count = sum(len(reminder.lines) for reminder in parcel.reminders)
    subject = say(locale, "%(site)s: things to do (%(count)s)", site=site, count=count)
    paragraphs = [
        say(locale, "Dear %(name)s,", name=parcel.person.name),
        *(part for reminder in parcel.reminders for part in _told(reminder, locale, now)),
        *([say(locale, "Your tasks: %(url)s", url=f"{url}/")] if url else []),
        say(locale, "You get this mail because you asked for it under “My account”; there you can end it."),
    ]
    ids = tuple(reminder.id for reminder in parcel.reminders)
    return Letter(ids, parcel.address, subject, "\n\n".join(paragraphs) + "\n")


def _told(reminder: Reminder, locale: str, now: datetime) -> Iterator[str]:
    yield f"{reminder.season.title(locale)}\n{say(locale, lines.INTRODUCTIONS[Cause(reminder.cause)])}"
    yield "\n".join(_written(line, locale, now) for line in lines.of(reminder))


def _written(line: Line, locale: str, now: datetime) -> str:
    """· Report on progress: 铜花飞扬 (Tracking), late: it was due by 31 March 2026"""
    note = say(locale, lines.SECRET_NOTE) if line.is_secret else ""
    parts = [lines.what(line, locale), lines.by_when(line, locale, now), note]
    return f"· {('，' if locale.startswith('zh') else ', ').join(part for part in parts if part)}"
