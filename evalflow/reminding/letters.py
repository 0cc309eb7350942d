"""A mail in its reader's language. Plain text; it names the page to go to and holds no secret."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from babel.dates import format_date

from evalflow.i18n import N_, say
from evalflow.reminding.choosing import last_day
from evalflow.reminding.models import Cause, Reminder
from evalflow.reminding.outbox import Parcel
from evalflow.seasons.models import Season
from evalflow.seasons.rules import stage_of
from evalflow.seasons.windows import ZONE

SECRET_NOTE = N_("If you have done so already, there is nothing to do: nobody else knows.")


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


def due_words(due: datetime, locale: str) -> str:
    """A deadline as people say it: the day, and the time where it is not the day's end.

    >>> due_words(datetime(2026, 4, 1, tzinfo=ZONE), "en"), due_words(datetime(2026, 4, 1, 17, tzinfo=ZONE), "zh_Hans")
    ('31 March 2026', '2026年4月1日17:00')
    """
    local, day = due.astimezone(ZONE), last_day(due)
    english = locale.startswith("en")
    written = format_date(day, "d MMMM y", locale="en") if english else f"{day.year}年{day.month}月{day.day}日"
    return str(written) if day != local.date() else f"{written}{', ' if english else ''}{local:%H:%M}"


def _told(reminder: Reminder, locale: str, now: datetime) -> Iterator[str]:
    yield f"{reminder.season.title(locale)}\n{say(locale, INTRODUCTIONS[Cause(reminder.cause)])}"
    yield "\n".join(_line(line, reminder.season, locale, now) for line in reminder.lines)


INTRODUCTIONS: Mapping[Cause, str] = {
    Cause.WEEK: N_("This is what there is to do this week."),
    Cause.EVE: N_("These deadlines are on or before the next working day."),
    Cause.NUDGE: N_("The organiser reminds you of what is left to do."),
}


def _line(line: Mapping[str, Any], season: Season, locale: str, now: datetime) -> str:
    """· Report on progress: 铜花飞扬 (Tracking), late, was due on 31 March 2026"""
    stage = next(row for row in season.stages if row.id == line["stage"])
    chinese = locale.startswith("zh")
    what = say(locale, line["title"])
    if line["detail"]:
        what += f"{'：' if chinese else ': '}{line['detail']}"
    title = stage_of(stage).rule.title.to(locale)
    words = [f"{what}（{title}）" if chinese else f"{what} ({title})"]
    if line["due"]:
        due = datetime.fromisoformat(line["due"])
        told = N_("late: it was due by %(moment)s") if due <= now else N_("due by %(moment)s")
        words.append(say(locale, told, moment=due_words(due, locale)))
    if line["secret"]:
        words.append(say(locale, SECRET_NOTE))
    return f"· {('，' if chinese else ', ').join(words)}"
