"""The plan of a season as it stands: what its rows know, what follows from that, and where it can't be.

Every act that moves a moment ends with `replan`: stages that still wait are planned anew at once, so that whatever
tells a date reads it from the rows. Moments stated by hand stand.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from evalflow.errors import Conflict
from evalflow.i18n import Text
from evalflow.kinds import KINDS
from evalflow.seasons import timers, windows, workdays
from evalflow.seasons.models import Phase, Season, StageRow
from evalflow.seasons.rules import definition_of
from evalflow.seasons.windows import Known, Plan, Window
from evalflow.workflow.definition import Definition


@dataclass(frozen=True)
class Collision:
    """Two moments that can't both be. stage: whose; other: the stage it meets, None for its own opening.

    opens: when `stage` would begin; ends: when `other` would end, or `stage` itself.
    """

    stage: str
    title: Text
    opens: datetime
    ends: datetime
    other: str = ""
    other_title: Text | None = None

    @property
    def refusal(self) -> Conflict:
        """What is told of it, with what to do."""
        facts = {"stage": self.title, "opens_at": self.opens, "closes_at": self.ends}
        if self.other_title is None:
            return Conflict("closes_before_opening", **facts)
        return Conflict("stages_collide", other=self.other_title, **facts)


def known_of(stage: StageRow) -> Known:
    """What of a stage no plan can change any more."""
    if stage.opened_at is None:
        opens = stage.opens_at if stage.opens_stated else None
        return Known(opens=opens, closes=stage.closes_at if stage.closes_stated else None)
    return Known(
        opened=stage.opened_at,
        closed=stage.closed_at,
        settled=stage.settled_at,
        closes=stage.closes_at if stage.closes_stated or not _waits_for_another(stage) else None,
    )


def _waits_for_another(stage: StageRow) -> bool:
    """Whether an open stage's closing hangs on the stage before, which is not over: where entries move apart."""
    rule = definition_of(stage.season).stage(stage.key).rule.closes
    before = previous(stage)
    return rule is not None and rule.anchor == "previous" and before is not None and before.closed_at is None


def previous(stage: StageRow) -> StageRow | None:
    """The stage before this one."""
    return next((row for row in reversed(stage.season.stages) if row.position < stage.position), None)


def plan(session: Session, season: Season, changed: Mapping[str, Known] | None = None) -> list[Window]:
    """The window of every stage. changed: what would be known of some, by their keys, instead of what is."""
    known = [(changed or {}).get(row.key, known_of(row)) for row in season.stages]
    is_working = workdays.calendar(session)
    return windows.plan(definition_of(season), season.starts_on, is_working=is_working, known=known)


def told(season: Season) -> list[Window]:
    """The windows as the rows have them, which is what every page tells."""
    found, windows_told = about(season), []
    for row in season.stages:
        opens = row.opened_at or row.opens_at
        assert opens is not None  # every stage is planned when its season is created
        windows_told.append(Window(opens, row.closed_at or row.closes_at, *found[row.key]))
    return windows_told


def about(season: Season) -> dict[str, tuple[bool, bool]]:
    """{stage key: whether its opening, and its closing, still depend on a stage that is not over}."""
    definition, known = definition_of(season), [known_of(row) for row in season.stages]
    found = windows.plan(definition, season.starts_on, is_working=lambda _day: True, known=known)
    pairs = zip(season.stages, found, strict=True)
    return {row.key: (window.opens_about, window.closes_about) for row, window in pairs}


def is_about(stage: StageRow, moment: datetime | None) -> bool:
    """Whether this moment of a stage's window is one that may still move by itself."""
    if stage.phase not in (Phase.WAITING, Phase.OPEN) or moment is None:
        return False
    opens, closes = about(stage.season)[stage.key]
    return (opens and moment == stage.opens_at) or (closes and moment == stage.closes_at)


def collisions(definition: Definition, plan: Plan, over: Collection[str] = ()) -> list[Collision]:
    """What of a plan can't be, in the order of the stages. over: keys of stages that have begun anyway."""
    together = definition.heading.moves == "together"
    found = []
    for number, (stage, window) in enumerate(zip(definition.stages, plan, strict=True)):
        if stage.key in over:
            continue
        if window.closes is not None and window.closes <= window.opens:
            found.append(Collision(stage.key, stage.rule.title, window.opens, window.closes))
        for place in _awaited(definition, number, together=together):
            other, ends = definition.stages[place], plan[place].closes or plan[place].opens
            if ends > window.opens:
                found.append(Collision(stage.key, stage.rule.title, window.opens, ends, other.key, other.rule.title))
    return found


def _awaited(definition: Definition, number: int, *, together: bool) -> range:
    """The places of the stages that must be over before one begins."""
    if together:
        return range(max(0, number - 1), number)
    return range(number) if KINDS[definition.stages[number].kind].gathers else range(0)


def collisions_of(season: Season, plan: Plan, now: datetime) -> list[Collision]:
    """Of a running season. A stage whose opening has passed is late already, and waits for those before it."""
    rows = zip(season.stages, plan, strict=True)
    over = [row.key for row, window in rows if row.phase != Phase.WAITING or window.opens <= now]
    return collisions(definition_of(season), plan, over)


def new_collisions(before: Sequence[Collision], after: Sequence[Collision]) -> list[Collision]:
    """Those that were not there before."""
    known = {(one.stage, one.other) for one in before}
    return [one for one in after if (one.stage, one.other) not in known]


def replan(session: Session, season: Season) -> list[Window]:
    """Write the plan as it follows from the rows into those that still wait, with the timers that depend on it."""
    found = plan(session, season)
    together = definition_of(season).heading.moves == "together"
    for row, window in zip(season.stages, found, strict=True):
        before = previous(row)
        if row.phase == Phase.WAITING:
            row.opens_at, row.closes_at = window.opens, window.closes
            is_next = before is None or before.phase == Phase.DONE
            if is_next or not together:
                timers.move(session, row, "open", window.opens)
        elif row.phase == Phase.OPEN and row.closes_at != window.closes:
            row.closes_at = window.closes
            timers.move(session, row, "close", window.closes)
    return found


def preview(session: Session, season: Season, stage: StageRow, **changed: datetime | None) -> list[Window]:
    """The plan if some of what is known of one stage were otherwise, such as `closes=…`."""
    return plan(session, season, {stage.key: replace(known_of(stage), **changed)})
