"""A reminder's lines as values, with the stage each is about; letters and pages make their words from them."""

from dataclasses import dataclass
from datetime import datetime

from evalflow import zone
from evalflow.i18n import N_, say
from evalflow.reminding.models import Cause, Reminder
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
    """The season's stages must be loaded with it."""
    stages = {row.id: row for row in reminder.season.stages}
    return tuple(
        Line(
            title=line["title"],
            detail=line["detail"],
            due=datetime.fromisoformat(line["due"]) if line["due"] else None,
            stage=stages[line["stage"]],
            is_secret=line["secret"],
            is_about=line.get("about", False),
        )
        for line in reminder.lines
    )


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
