"""The questions every act asks before it writes."""

from datetime import datetime

from sqlalchemy.orm import Session

from evalflow.errors import Conflict
from evalflow.kinds import KINDS
from evalflow.seasons import queries
from evalflow.seasons.models import Entry, Phase, Season, StageRow


def is_open(stage: StageRow, now: datetime) -> bool:
    """Whether something may be put into the stage now: it was opened, and its time is not over."""
    in_time = stage.closes_at is None or now < stage.closes_at
    return stage.phase == Phase.OPEN and in_time and stage.season.cancelled_at is None


def open_stage(session: Session, stage_id: int, *, now: datetime) -> StageRow:
    """The stage, locked, or Conflict("stage_not_open") with its title's key and phase."""
    stage = queries.locked_stage(session, stage_id)
    if not is_open(stage, now):
        raise Conflict("stage_not_open", stage=stage.key, phase=stage.phase)
    return stage


def unchanged(entry: Entry, version: int) -> None:
    """Refuse a save from a page that shows an older version than the one stored."""
    if entry.version != version:
        raise Conflict("changed_meanwhile", entry=entry.title)


def admissions(season: Season) -> list[StageRow]:
    """Stages that admit entries and are not done. As long as there is one, it is open who takes part."""
    return [row for row in season.stages if KINDS[row.kind].admits and row.phase != Phase.DONE]


def is_counted_on(season: Season) -> bool:
    """Where entries move apart: whether something has begun or stands that would be another thing without one of them.

    That is a stage that looks at all entries at once, from its opening on, and any that does not admit them once it is
    done.
    """
    return any(
        (KINDS[row.kind].gathers and row.phase != Phase.WAITING)
        or (not KINDS[row.kind].admits and row.phase == Phase.DONE)
        for row in season.stages
    )


def here(entry: Entry, stage: StageRow) -> None:
    """Refuse an act on an entry that is not at this stage (entries that move apart), or not in this season."""
    if entry.season_id != stage.season_id or (entry.position and not entry.position.startswith(f"{stage.key}.")):
        raise Conflict("entry_not_here", entry=entry.title, stage=stage.key)
