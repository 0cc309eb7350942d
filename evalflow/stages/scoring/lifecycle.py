"""What the engine asks of a scoring: a sheet for everybody who is asked, and the sheets handed in as evidence."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalflow.access import Actor, Role
from evalflow.errors import Conflict, Refused
from evalflow.i18n import listed
from evalflow.people import rolls
from evalflow.people.models import Branch
from evalflow.seasons.models import Phase, StageRow
from evalflow.stages.scoring import queries
from evalflow.stages.scoring.models import ScoreSheet
from evalflow.workflow.outcome import Tables


def opened(session: Session, stage: StageRow, *, actor: Actor, now: datetime) -> dict[str, Any]:
    """An empty sheet for every rater of today."""
    if queries.options_of(stage).raters == "each_branch":
        branches = session.scalars(select(Branch).order_by(Branch.id))
        made = [ScoreSheet(stage_id=stage.id, rater=branch.key, branch_id=branch.id) for branch in branches]
    else:
        made = [
            ScoreSheet(stage_id=stage.id, rater=f"member-{person.id}", person_id=person.id, branch_id=person.branch_id)
            for person in rolls.holders(session, Role.COMMITTEE_MEMBER, season_id=stage.season_id)
        ]
    if not made:
        raise Conflict("no_raters")
    session.add_all(made)
    session.flush()
    return {"raters": [sheet.rater for sheet in made]}


def missing(session: Session, stage: StageRow) -> tuple[Refused, ...]:
    """The sheets of all who can still hand one in."""
    late = queries.awaited(session, stage)
    who = listed(queries.rater_name(sheet) for sheet in late)
    return (Conflict("sheets_missing", count=len(late), who=who),) if late else ()


def closed(session: Session, stage: StageRow, *, actor: Actor, now: datetime) -> None:
    """Drafts that were not handed in stay where they are and do not count."""


def unsettled(session: Session, stage: StageRow) -> tuple[Refused, ...]:
    """Marks far from the others wait for the organiser, where there is something to be done about them."""
    left = queries.to_confirm(session, stage)
    return (Conflict("marks_to_confirm", count=len(left)),) if left else ()


def evidence(session: Session, stage: StageRow) -> Tables:
    """The sheets handed in, once nobody can hand one in any more."""
    return queries.evidence(session, stage)


def faults(session: Session, stage: StageRow) -> list[str]:
    """A sheet for every rater, no points for the own entry, none for one recused from."""
    found = queries.sheets(session, stage.id)
    if stage.phase != Phase.WAITING and not found:
        return ["it has begun without any sheet"]
    excluded = queries.options_of(stage).own_entry == "excluded"
    problems = []
    for sheet in found:
        recused = {one.entry_id for one in sheet.recusals}
        for score in sheet.scores:
            if excluded and sheet.branch_id is not None and score.entry.branch_id == sheet.branch_id:
                problems.append(f"{sheet.rater} scored the own entry {score.entry.key}")
            if score.entry_id in recused:
                problems.append(f"{sheet.rater} scored {score.entry.key} in spite of stepping back")
    return problems
