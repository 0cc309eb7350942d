"""Whoever a declaration names has to agree: the leader in command, and each branch and unit that takes part.

One agrees to terms: a leader to the indicators with their targets, a branch or a unit to its share. An agreement holds
for as long as its own terms stay what they were. A unit has no account; the organiser records what its letter says.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalflow import zone
from evalflow.access import Actor, Permission, may, require
from evalflow.errors import Conflict, Forbidden, Invalid, NotFound
from evalflow.seasons import guards, plans
from evalflow.seasons import queries as seasons
from evalflow.seasons.models import Entry, EntryState, StageRow
from evalflow.stages.submission import events, queries
from evalflow.stages.submission.acceptance import log
from evalflow.stages.submission.models import Asked, Confirmation, RevisionState

LONGEST_REASON = 2000
LONGEST_LETTER = 60
TABLES = {Asked.COMMAND: "indicators", Asked.PART: "partners", Asked.UNIT: "partners"}  # what terms are rows of
Terms = list[dict[str, str]]


@dataclass(frozen=True)
class Letter:
    """By which a unit answers. number: as it stands on the letter. day: its date, an ISO day, as it was typed."""

    number: str
    day: str


def terms(entry: Entry) -> Mapping[tuple[Asked, str], Terms]:
    """{(what, who is asked): the rows they agree to} of everybody whom an entry names, as it was handed in last."""
    leader = plans.answer_of(entry, "leader")
    command = {(Asked.COMMAND, leader): [dict(row) for row in plans.rows_of(entry, "indicators")]} if leader else {}
    return command | {
        (Asked.PART, row["branch"]) if row["branch"] else (Asked.UNIT, row["unit"]): [dict(row)]
        for row in plans.rows_of(entry, "partners")
    }


def ask(session: Session, entry: Entry) -> None:
    """After handing in: whoever is named now is asked; who has agreed to the same terms is not asked again."""
    wanted = terms(entry)
    known = {(Asked(row.what), row.name): row for row in of(session, entry.id)}
    for key, row in known.items():
        if key not in wanted:
            session.delete(row)
        elif row.accepted is False or (row.accepted and row.agreed != wanted[key]):
            row.accepted, row.reason, row.answered_at = None, "", None
            row.letter, row.letter_on = "", None
    for what, name in sorted(wanted.keys() - known.keys()):
        session.add(Confirmation(entry_id=entry.id, what=what, name=name))
    session.flush()


def of(session: Session, entry_id: int) -> Sequence[Confirmation]:
    """The leader's first, then the branches by their keys, then the units."""
    query = select(Confirmation).where(Confirmation.entry_id == entry_id)
    return session.scalars(query.order_by(Confirmation.what, Confirmation.name)).all()


def awaited(session: Session, entry_id: int) -> int:
    """How many have not agreed."""
    return sum(not row.accepted for row in of(session, entry_id))


def concerning(rows: Sequence[Confirmation], actor: Actor, season_id: int) -> list[Confirmation]:
    """Those that this person can answer: their command, for as long as they may take it, and their branches' parts."""
    leads = may(actor, Permission.ACCEPT_COMMAND, season=season_id)
    return [
        row
        for row in rows
        if (row.what == Asked.COMMAND and row.name == actor.login and leads)
        or (row.what == Asked.PART and row.name in actor.speaks_for(season_id))
    ]


def answer(
    session: Session,
    stage_id: int,
    entry_id: int,
    *,
    accepted: bool,
    reason: str = "",
    version: int,
    actor: Actor,
    now: datetime,
) -> Entry:
    """Agree, or decline with a reason; declining gives the entry back to its branch.

    version: of the entry as the page showed it. Forbidden for whoever is not named in it.
    """
    stage = seasons.locked_stage(session, stage_id)
    require(actor, Permission.USE_ACCOUNT)
    entry = queries.entry_of(session, entry_id)
    own = concerning(of(session, entry_id), actor, stage.season_id)
    if not own or entry.season_id != stage.season_id:
        raise Forbidden("not_permitted")
    asked = _awaiting(entry, own, version)
    said = _said(reason, accepted=accepted)
    _answered(session, stage, entry, asked, said, accepted=accepted, actor=actor, now=now)
    return entry


def record(
    session: Session,
    stage_id: int,
    entry_id: int,
    unit: str,
    letter: Letter,
    *,
    accepted: bool,
    reason: str = "",
    version: int,
    actor: Actor,
    now: datetime,
) -> Entry:
    """What a unit says in its letter; a refusal, with its reason, gives the entry back to its branch.

    version: of the entry as the page showed it. Invalid for a letter without a number or a day.
    """
    stage = seasons.locked_stage(session, stage_id)
    require(actor, Permission.REVIEW, season=stage.season_id)
    entry = queries.entry_of(session, entry_id)
    if entry.season_id != stage.season_id:
        raise NotFound("no_such_entry", entry=entry_id)
    theirs = [row for row in of(session, entry_id) if (row.what, row.name) == (Asked.UNIT, unit)]
    asked = _awaiting(entry, theirs, version)
    number, day = _read(letter, now)
    said = _said(reason, accepted=accepted)
    for row in asked:
        row.letter, row.letter_on = number, day
    _answered(session, stage, entry, asked, said, accepted=accepted, actor=actor, now=now)
    return entry


def _awaiting(entry: Entry, rows: Sequence[Confirmation], version: int) -> list[Confirmation]:
    """Those of them that wait for an answer."""
    guards.unchanged(entry, version)
    found = [row for row in rows if row.accepted is None]
    if entry.state != EntryState.SUBMITTED or not found:
        raise Conflict("nothing_to_confirm", entry=entry.title)
    return found


def _said(reason: str, *, accepted: bool) -> str:
    said = reason.strip()
    if not accepted and not said:
        raise Invalid("reason_needed", fields={"reason": "reason_needed"})
    if len(said) > LONGEST_REASON:
        raise Invalid("remark_too_long", fields={"reason": "remark_too_long"}, most=LONGEST_REASON)
    return said


def _read(letter: Letter, now: datetime) -> tuple[str, date]:
    number, wrong = letter.number.strip(), {}
    if not number:
        wrong["letter"] = "letter_needed"
    elif len(number) > LONGEST_LETTER:
        wrong["letter"] = "too_long"
    try:
        day = date.fromisoformat(letter.day.strip())
    except ValueError:
        day, wrong["day"] = date.min, "not_a_date"
    if day > zone.day_of(now):
        wrong["day"] = "day_to_come"
    if wrong:
        raise Invalid("letter_incomplete", fields=wrong)
    return number, day


def _answered(
    session: Session,
    stage: StageRow,
    entry: Entry,
    rows: Sequence[Confirmation],
    said: str,
    *,
    accepted: bool,
    actor: Actor,
    now: datetime,
) -> None:
    """What every answer leaves behind: its rows with the terms, an event for each, and the entry given back on a no."""
    wanted = terms(entry)
    revision = queries.last_revision(session, entry.id)
    assert revision is not None
    for row in rows:
        row.accepted, row.reason, row.answered_at = accepted, said, now
        row.agreed = wanted[Asked(row.what), row.name] if accepted else row.agreed
        branch, unit = (row.name if row.what == what else "" for what in (Asked.PART, Asked.UNIT))
        handed_in = {"entry": entry.key, "revision": revision.number}
        public = {**handed_in, "what": row.what, "branch": branch, "accepted": accepted}
        day = row.letter_on.isoformat() if row.letter_on else ""
        personal = {"reason": said, "unit": unit, "letter": row.letter, "letter_on": day}
        log(session, events.CONFIRMED, stage, public, actor=actor, now=now, personal=personal)
    entry.version += 1
    if not accepted:
        revision.remarks, revision.state, revision.reviewed_at = {"": said}, RevisionState.RETURNED, now
        entry.state = EntryState.RETURNED
