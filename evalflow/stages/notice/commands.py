"""Objecting to a notice, answering, taking back, and erasing what is personal afterwards."""

import json
import re
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from evalflow.access import Actor, Permission, require
from evalflow.audit.models import EventRow, Personal
from evalflow.errors import Conflict, Invalid
from evalflow.seasons import guards, taking_back, timers
from evalflow.seasons import queries as seasons
from evalflow.seasons.models import Entry, Phase, StageRow
from evalflow.seasons.record import record
from evalflow.stages.notice import events, queries
from evalflow.stages.notice.models import Objection, ObjectionState

NAME_MAX, CONTACT_MAX, TEXT_MIN, TEXT_MAX = 80, 120, 10, 5000
PUBLISHED_MAX = 500


def object_to(
    session: Session,
    stage_id: int,
    *,
    entry_key: str,
    name: str,
    contact: str,
    text: str,
    code: str,
    actor: Actor,
    now: datetime,
) -> Objection:
    """File an objection under the objector's name; the same form sent again is the same objection.

    entry_key: "" objects to the notice as a whole. code: 32 hex digits that came with the form and from now on open
    the case; only their hash is kept.
    """
    stage = guards.open_stage(session, stage_id, now=now)
    require(actor, Permission.OBJECT)
    if not queries.options_of(stage).objections:
        raise Conflict("no_objections_taken")
    if not re.fullmatch("[0-9a-f]{32}", code):
        raise Invalid("form_incomplete")
    before = queries.by_code(session, stage_id, code)
    if before is not None:
        return before
    name, contact, text = name.strip(), contact.strip(), text.strip()
    _check_words(name, contact, text)
    entry = _named(session, stage, entry_key) if entry_key else None
    public: dict[str, object] = {"number": _next_number(session, stage_id), "entry": entry.key if entry else ""}
    personal = {"name": name, "contact": contact, "text": text}
    event = record(session, events.OBJECTED, stage, public, personal, actor=actor, now=now)
    filed = Objection(
        stage_id=stage_id,
        number=public["number"],
        entry=entry,
        code_hash=queries.code_hash(code),
        filed_at=now,
        filed_event=event,
        state=ObjectionState.OPEN,
        **personal,
    )
    session.add(filed)
    session.flush()
    return filed


def answer(
    session: Session,
    stage_id: int,
    number: int,
    *,
    state: ObjectionState,
    text: str,
    published: str = "",
    actor: Actor,
    now: datetime,
) -> Objection:
    """Decide an open objection with reasons for the objector to read. Upheld, it strikes the name it is about.

    published: why, for everybody to read beside the struck name; "" publishes only that an objection was upheld.
    """
    stage = seasons.locked_stage(session, stage_id)
    require(actor, Permission.ANSWER_OBJECTIONS, season=stage.season_id)
    found = _open_objection(session, stage, number)
    if state not in (ObjectionState.UPHELD, ObjectionState.REJECTED):
        raise Invalid("no_such_choice", fields={"state": "no_such_choice"})
    if state == ObjectionState.UPHELD and found.entry is None:
        raise Invalid("no_name_to_strike", fields={"state": "no_name_to_strike"})
    if not text.strip():
        raise Invalid("reason_needed", fields={"answer": "reason_needed"})
    if len(text.strip()) > TEXT_MAX:
        raise Invalid("too_long", fields={"answer": "too_long"})
    if len(published.strip()) > PUBLISHED_MAX:
        raise Invalid("too_long", fields={"published": "too_long"})
    found.state, found.answer, found.decided_at = state, text.strip(), now
    public = {"number": number, "entry": found.entry.key if found.entry else "", "state": state.value}
    personal = {"answer": found.answer}
    found.answered_event = record(session, events.ANSWERED, stage, public, personal, actor=actor, now=now)
    if state == ObjectionState.UPHELD and published.strip():
        found.published = published.strip()
        ground = {"number": number, "entry": public["entry"], "published": found.published}
        record(session, events.GROUND_PUBLISHED, stage, ground, {}, actor=actor, now=now)
    _settle_if_last(session, stage, now=now)
    return found


def reopen(session: Session, stage_id: int, number: int, *, reason: str, actor: Actor, now: datetime) -> Objection:
    """Take an answer back, as long as the notice has not settled: the case is open again, and waits for another one.

    Not once its words are erased: nobody could answer it. What was answered stays behind the log.
    """
    stage = seasons.locked_stage(session, stage_id)
    require(actor, Permission.ANSWER_OBJECTIONS, season=stage.season_id)
    found = queries.objection(session, stage_id, number)
    if found.state not in (ObjectionState.UPHELD, ObjectionState.REJECTED) or found.erased_at is not None:
        raise Conflict("nothing_to_take_back")
    if stage.phase not in (Phase.OPEN, Phase.CLOSED):
        raise Conflict("too_late_to_take_back")
    found.state, found.answer, found.published, found.decided_at = ObjectionState.OPEN, "", "", None
    public = {"number": number, "entry": found.entry.key if found.entry else ""}
    taking_back.keep(session, stage, events.REOPENED, f"answer:{number}", reason, public=public, actor=actor, now=now)
    return found


def withdraw(session: Session, stage_id: int, code: str, *, actor: Actor, now: datetime) -> Objection:
    """The objector, known by the secret code, takes an open objection back; once more changes nothing."""
    stage = seasons.locked_stage(session, stage_id)
    require(actor, Permission.OBJECT)
    known = queries.by_code(session, stage_id, code)
    if known is None:
        raise Conflict("no_such_case")
    if known.state == ObjectionState.WITHDRAWN:
        return known
    found = _open_objection(session, stage, known.number)
    found.state, found.decided_at = ObjectionState.WITHDRAWN, now
    public = {"number": found.number, "entry": found.entry.key if found.entry else ""}
    record(session, events.WITHDRAWN, stage, public, {}, actor=actor, now=now)
    _settle_if_last(session, stage, now=now)
    return found


def erase(session: Session, stage_id: int, number: int, *, actor: Actor, now: datetime) -> Objection:
    """Forget who objected and every word of it, here and behind the log, once it is decided; the result stays."""
    stage = seasons.locked_stage(session, stage_id)
    require(actor, Permission.ANSWER_OBJECTIONS, season=stage.season_id)
    found = queries.objection(session, stage_id, number)
    if found.state == ObjectionState.OPEN:
        raise Conflict("objection_open", number=number)
    if found.erased_at is not None:
        raise Conflict("objection_erased", number=number)
    found.name = found.contact = found.text = found.answer = ""
    found.erased_at = now
    taking_back.erase(session, stage_id, f"answer:{number}")
    session.execute(delete(Personal).where(Personal.event_id.in_(_events_of(session, stage, number))))
    record(session, events.ERASED, stage, {"number": number}, {}, actor=actor, now=now)
    return found


def _events_of(session: Session, stage: StageRow, number: int) -> list[str]:
    """Ids of the events about an objection, of answers that were taken back too."""
    names = [one.name for one in events.EVENTS]
    query = select(EventRow.id, EventRow.leaf).where(EventRow.season == stage.season.key, EventRow.type.in_(names))
    told = [(row_id, json.loads(leaf)) for row_id, leaf in session.execute(query)]
    return [row_id for row_id, one in told if one["stage"] == stage.key and one["public"].get("number") == number]


def _check_words(name: str, contact: str, text: str) -> None:
    bounds = {"name": (name, 2, NAME_MAX), "contact": (contact, 5, CONTACT_MAX), "text": (text, TEXT_MIN, TEXT_MAX)}
    wrong = {key: "too_long" for key, (given, _, most) in bounds.items() if len(given) > most}
    wrong |= {key: "too_short" for key, (given, least, _) in bounds.items() if len(given) < least}
    wrong |= {key: "answer_missing" for key, (given, _, _) in bounds.items() if not given}
    if wrong:
        raise Invalid("objection_incomplete", fields=wrong)


def _named(session: Session, stage: StageRow, key: str) -> Entry:
    """An entry that stands on the notice; to others there is nothing to object."""
    for one in queries.proposed(session, stage):
        if one.entry.key == key:
            return one.entry
    raise Invalid("no_such_choice", fields={"entry": "no_such_choice"})


def _next_number(session: Session, stage_id: int) -> int:
    query = select(func.coalesce(func.max(Objection.number), 0)).where(Objection.stage_id == stage_id)
    return session.scalars(query).one() + 1


def _open_objection(session: Session, stage: StageRow, number: int) -> Objection:
    found = queries.objection(session, stage.id, number)
    if found.state != ObjectionState.OPEN:
        raise Conflict("objection_decided", number=number)
    if stage.phase not in (Phase.OPEN, Phase.CLOSED):
        raise Conflict("stage_not_open", stage=stage.key, phase=stage.phase)
    return found


def _settle_if_last(session: Session, stage: StageRow, *, now: datetime) -> None:
    """A closed notice waits for nothing but its answers."""
    session.flush()
    if stage.phase == Phase.CLOSED and not queries.states(session, stage.id)[ObjectionState.OPEN]:
        timers.put(session, stage, "settle", now)
