"""How values are written on a page, in its language: texts, moments, days, numbers, sizes."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from babel.dates import format_date
from flask import Flask, g
from flask_babel import gettext as _

from evalflow import zone
from evalflow.access import RIGHTS, Permission, Role, Scope, holds_anywhere, may
from evalflow.i18n import Text
from evalflow.kinds.award_tiers import AwardTier
from evalflow.people.models import Branch
from evalflow.people.names import ROLE_NAMES
from evalflow.seasons import schedule
from evalflow.seasons.models import Entry, Season, StageRow
from evalflow.seasons.rules import stage_of
from evalflow.seasons.tasks import Task
from evalflow.seasons.windows import Window
from evalflow.web import current
from evalflow.web.bars import bars
from evalflow.web.place import Place
from evalflow.workflow import indicators, rows
from evalflow.workflow.indicators import Station

NOTHING = "–"
STATED = 6  # decimals that figures and targets may have
_PLAIN = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,12}|/[1-9][0-9]{0,11})?")


def text(value: Text | AwardTier | str | None) -> str:
    """A bilingual text in the page's language, a tier with its amount; a plain text as it is."""
    return value or "" if value is None or isinstance(value, str) else value.to(current.locale())


def day(value: date | datetime | None) -> str:
    """2026年7月1日, or 1 July 2026; of a moment, its day in the installation's time zone."""
    if value is None:
        return NOTHING
    return zone.day_words(zone.day_of(value) if isinstance(value, datetime) else value, current.locale())


def month_name(value: date) -> str:
    """2026年7月, or July 2026."""
    if current.locale().startswith("en"):
        written: str = format_date(value, "MMMM y", locale="en")
        return written
    return f"{value.year}年{value.month}月"


def iso_day(written: str) -> str:
    """A day as answers and evidence hold it, written as people do; what is no day stays as it is."""
    try:
        return day(date.fromisoformat(written))
    except ValueError:
        return written


def moment(value: datetime | None) -> str:
    """When something is or was: 2026年7月1日 09:30, or 1 July 2026, 09:30."""
    return NOTHING if value is None else zone.moment_words(value, current.locale())


def deadline(value: datetime | None) -> str:
    """Until when something can be done; midnight is the end of the day before: 2026年6月30日24时."""
    return NOTHING if value is None else zone.deadline_words(value, current.locale())


def opening(stage: StageRow) -> str:
    """When a stage was opened, or opens; "about" as long as that depends on one that is not over."""
    return _about(moment(stage.opened_at or stage.opens_at), schedule.is_about(stage, stage.opens_at))


def closing(stage: StageRow) -> str:
    """When a stage was closed, or closes; "about" as long as that depends on one that is not over."""
    return _about(deadline(stage.closed_at or stage.closes_at), schedule.is_about(stage, stage.closes_at))


def window_words(window: Window) -> str:
    """From when until when, of a plan."""
    opens = _about(moment(window.opens), window.opens_about)
    if window.closes is None:
        return f"{opens} – {_('closed by hand')}"
    return f"{opens} – {_about(deadline(window.closes), window.closes_about)}"


def is_late(task: Task) -> bool:
    return task.is_late(current.now())


def due_words(task: Task) -> str:
    """Until when something is to be done."""
    return _about(deadline(task.due), schedule.is_about(task.stage, task.due))


def _about(written: str, is_about: bool) -> str:
    return str(_("about %(moment)s", moment=written)) if is_about else written


def number(value: Fraction | Decimal | int | str | None, places: int = 2) -> str:
    """At most `places` decimals, rounded half up, no trailing zeros, thousands in groups.

    >>> number(Fraction(2, 3)), number(Decimal("87.50")), number(12345), number(None), number("1/8", 3)
    ('0.67', '87.5', '12,345', '–', '0.125')
    """
    if value is None or value == "":
        return NOTHING
    exact = Fraction(value)
    unit = Decimal(1).scaleb(-places)
    rounded = Decimal(int(abs(exact) * 10**places + Fraction(1, 2))) * unit
    written = f"{rounded:,f}"
    if "." in written:
        written = written.rstrip("0").rstrip(".")
    return f"−{written}" if exact < 0 and rounded else written


def percent(value: Fraction | None, places: int = 1) -> str:
    """What was attained, everywhere with its sign.

    >>> percent(Fraction(191, 2)), percent(None)
    ('95.5%', '–')
    """
    return NOTHING if value is None else f"{number(value, places)}%"


def figure(value: Fraction | Decimal | int | str | None) -> str:
    """A figure or a target as it was stated, up to six decimals; text that is no plain number stays as it is.

    >>> figure(Decimal("0.005")), figure("8.900000"), figure("12345.5"), figure(None), figure("1e99")
    ('0.005', '8.9', '12,345.5', '–', '1e99')
    """
    if isinstance(value, str) and value and not _PLAIN.fullmatch(value):
        return value
    return number(value, STATED)


def way(stated: str | Sequence[Station]) -> str:
    """Interim targets, each with its day; what can't be read stays as it is, none at all is a dash."""
    try:
        known = indicators.stations(stated) if isinstance(stated, str) else stated
    except ValueError:
        return str(stated)
    english = current.locale().startswith("en")
    colon, stop = (": ", "; ") if english else ("：", "；")
    return stop.join(f"{day(due)}{colon}{figure(value)}" for due, value in known) or NOTHING


def yuan(hundredths: int | None) -> str:
    """A sum of money with its two decimals and thousands in groups.

    >>> yuan(123456789), yuan(-5), yuan(0), yuan(None)
    ('1,234,567.89', '−0.05', '0.00', '–')
    """
    if hundredths is None:
        return NOTHING
    whole, rest = divmod(abs(hundredths), 100)
    return f"{'−' if hundredths < 0 else ''}{whole:,}.{rest:02d}"


def filesize(size: int) -> str:
    """In KB or MB of 1024, as file managers write them.

    >>> filesize(900), filesize(20480), filesize(3670016)
    ('900 B', '20 KB', '3.5 MB')
    """
    if size < 1024:
        return f"{size} B"
    if size < 1024**2:
        return f"{round(size / 1024)} KB"
    return f"{number(Fraction(size, 1024**2), 1)} MB"


def can(permission: str, subject: Season | StageRow | Entry | Branch | Place | None = None) -> bool:
    """Whether who asks may do this with a season, a stage, an entry or a branch; with nothing, in the whole house.

    Of the subject counts what the permission's scope names.
    """
    wanted = Permission(permission)
    scope = RIGHTS[wanted].scope
    season = _season_id(subject) if Scope.SEASON in scope else None
    branch = _branch_id(subject) if Scope.BRANCH in scope else None
    return may(current.actor(), wanted, season=season, branch=branch)


def can_anywhere(permission: str, subject: Season | StageRow | Entry | Place | None = None) -> bool:
    """Whether there is any place, or any in the subject's season, where who asks may do this: for menus and links."""
    return holds_anywhere(current.actor(), Permission(permission), season=_season_id(subject))


def stage_title(stage: StageRow) -> str:
    """A stage's title in the page's language, from its season's pinned rules."""
    return text(stage_of(stage).rule.title)


def role_name(role: str) -> str:
    """What a role is called in the page's language."""
    return text(ROLE_NAMES[Role(role)])


def _season_id(subject: object) -> int | None:
    match subject:
        case Season():
            return subject.id
        case StageRow() | Entry():
            return subject.season_id
        case Place():
            return subject.season.id
    return None


def _branch_id(subject: object) -> int | None:
    match subject:
        case Branch():
            return subject.id
        case Entry():
            return subject.branch_id
    return None


def in_plain_words(value: object) -> str:
    """A value of the log as people read it: lists with commas, names before what they name, nothing as a dash.

    >>> in_plain_words({"electors": 3, "weights": [1, 2]}), in_plain_words([]), in_plain_words(True)
    ('electors: 3; weights: 1, 2', '–', 'yes')
    """
    if isinstance(value, Mapping):
        return "; ".join(f"{name}: {in_plain_words(part)}" for name, part in value.items()) or "–"
    if isinstance(value, list | tuple):
        between = "; " if any(isinstance(part, Mapping | list | tuple) for part in value) else ", "
        return between.join(map(in_plain_words, value)) or "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "–" if value in (None, "") else str(value)


FILTERS = (
    text,
    yuan,
    day,
    month_name,
    iso_day,
    moment,
    deadline,
    opening,
    closing,
    due_words,
    is_late,
    window_words,
    number,
    figure,
    bars,
    percent,
    way,
    filesize,
    stage_title,
    role_name,
    in_plain_words,
)


def install(app: Flask) -> None:
    for written in FILTERS:
        app.add_template_filter(written)
    app.add_template_global(can)
    app.add_template_global(can_anywhere)
    app.add_template_global(rows.COLUMNS.get, "row_columns")
    app.context_processor(_context)


def _context() -> dict[str, object]:
    """here: the stage's `Place`, None outside a stage."""
    locale = current.locale()
    return {
        "actor": current.actor(),
        "locale": locale,
        "site_name": current.config().site_name.get(locale, ""),
        "here": g.get("place"),
    }
