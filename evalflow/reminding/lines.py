"""A reminder's lines as values, with the stage each is about; letters and pages make their words from them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from evalflow import zone
from evalflow.i18n import N_, say
from evalflow.reminding.models import Cause, Reminder
from evalflow.seasons import schedule
from evalflow.seasons.models import StageRow
from evalflow.seasons.rules import stage_of

SECRET_NOTE = N_("If you have done so already, there is nothing to do: nobody else knows.")
INTRODUCTIONS = {
    Cause.WEEK: N_("This is what there is to do this week."),
    Cause.EVE: N_("These deadlines are on or before the next working day."),
    Cause.NUDGE: N_("The organiser reminds you of what is left to do."),
}


@dataclass(frozen=True)
class Line:
    """title: a message id. detail: whom or what it is about, as is. is_about: whether its date may still move."""

    title: str
    detail: str
    due: datetime | None
    stage: StageRow
    is_secret: bool
    is_about: bool = False


def of(reminder: Reminder) -> tuple[Line, ...]:
    """The season's stages must be loaded with it.

    A date that is a moment of the stage's window is told as it is planned now: plans change after a reminder was made.
    """
    stages = {row.id: row for row in reminder.season.stages}
    return tuple(_line(line, stages[line["stage"]]) for line in reminder.lines)


def _line(line: Mapping[str, Any], stage: StageRow) -> Line:
    due = datetime.fromisoformat(line["due"]) if line["due"] else None
    is_about, moment = line.get("about", False), line.get("moment", "")
    if moment:
        due = stage.opens_at if moment == "opens" else stage.closes_at
        is_about = schedule.is_about(stage, due)
    return Line(line["title"], line["detail"], due, stage, line["secret"], is_about)


def what(line: Line, locale: str) -> str:
    """Report on progress: 铜花飞扬 (Tracking)"""
    chinese = locale.startswith("zh")
    detail = f"{'：' if chinese else ': '}{line.detail}" if line.detail else ""
    stage = stage_of(line.stage).rule.title.to(locale)
    return say(locale, line.title) + detail + (f"（{stage}）" if chinese else f" ({stage})")


def by_when(line: Line, locale: str, now: datetime) -> str:
    """ "due by 31 March 2026", or that it is late; "" without a date."""
    if line.due is None:
        return ""
    told = N_("late: it was due by %(moment)s") if line.due <= now else N_("due by %(moment)s")
    due = zone.deadline_words(line.due, locale)
    return say(locale, told, moment=say(locale, "about %(moment)s", moment=due) if line.is_about else due)
