"""The minutes of the committee that goes over applications, all its sittings in one."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalflow.access import Actor, Permission, may
from evalflow.config import Config
from evalflow.documents import render
from evalflow.i18n import N_, say
from evalflow.kinds.meeting import entries_of
from evalflow.meetings import queries as meetings
from evalflow.meetings.minutes import KEEPER, annulments, frame, join
from evalflow.people.models import Branch
from evalflow.seasons import queries as seasons
from evalflow.seasons.models import StageRow
from evalflow.stages.approval import queries
from evalflow.stages.approval.models import Ruling

SUBJECTS = {
    "approve": N_("Approve"),
    "return": N_("Return for amendment"),
    "reject": N_("Reject"),
    "merge": N_("Merge into another application"),
    "targets": N_("Change targets"),
}


def documents(session: Session, stage: StageRow, *, config: Config, locale: str) -> dict[str, bytes]:
    """The minutes, once there is a meeting."""
    if meetings.meeting(session, stage.id) is None:
        return {}
    return {"minutes.pdf": minutes(session, stage, KEEPER, config=config, locale=locale)}


def minutes(session: Session, stage: StageRow, reader: Actor, *, config: Config, locale: str) -> bytes:
    """The minutes as a PDF, without the motions on what the reader stepped back from."""
    return render("minutes", written(session, stage, reader, config=config, locale=locale))


def written(session: Session, stage: StageRow, reader: Actor, *, config: Config, locale: str) -> dict[str, object]:
    entries = seasons.entries(session, stage.season_id)
    hides = not may(reader, Permission.KEEP_MINUTES, season=stage.season_id)
    own = meetings.own_recusals(session, stage.id, reader) if hides else set()
    hidden = {entry.key for entry in entries if entry.id in own}
    seen = [one for one in meetings.motions(session, stage.id) if hidden.isdisjoint(entries_of(one.about))]
    titles = {entry.key: entry.title for entry in entries}
    notes = {**_mergers(session, stage, locale), **annulments(session, stage, locale)}
    kept = frame(session, stage, seen, subjects=SUBJECTS, entries=titles, notes=notes, config=config, locale=locale)
    return {**kept, "ranking": None, "deviations": [], "ties": []}


def _mergers(session: Session, stage: StageRow, locale: str) -> dict[int, str]:
    """{motion: who goes along with what it merged, and with which share}."""
    branches = {one.key: one.name(locale) for one in session.scalars(select(Branch))}
    merged = [one for one in queries.rulings(session, stage.id) if one.joined]
    return {one.motion: _joined(one, branches, locale) for one in merged}


def _joined(ruling: Ruling, branches: Mapping[str, str], locale: str) -> str:
    told = [f"{branches.get(row['branch'], row['unit'])} {row['share']}%" for row in ruling.joined]
    return say(locale, "shares of the award fund for those who join: %(who)s", who=join(told, locale))
