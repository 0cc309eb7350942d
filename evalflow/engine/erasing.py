"""Forgetting a person: what says who they are goes, what they did stays, and the log still verifies."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from evalflow.access import Actor, Permission, require
from evalflow.audit import ledger
from evalflow.audit.models import Personal
from evalflow.errors import Conflict
from evalflow.files.models import WaitingFile
from evalflow.people import events
from evalflow.people.models import CalendarFeed, Invitation, KnownDevice, Person, RoleGrant, UnsentForm
from evalflow.people.queries import locked_person
from evalflow.reminding.models import Mailbox, Reminder

NAME = "已删除 · erased"  # what stands where the name stood; pages show names as they are
OWN = (RoleGrant, Invitation, KnownDevice, CalendarFeed, UnsentForm, WaitingFile, Mailbox, Reminder)  # theirs alone
AT_ONCE = 1000


def erase(session: Session, person_id: int, *, actor: Actor, now: datetime) -> int:
    """Forget a person's name, account name, address and personal parts of events; how many such parts went.

    Payload and salt of a part go together, so that nobody can try names against the commitment that stays. Sheets,
    motions and votes stay with a number that leads to nobody. Lists of numbers, such as a vote's roll, stay too: the
    count is compared with them.

    Conflict("person_not_deactivated") where the account is still open, ("person_erased") where it was done before.
    """
    require(actor, Permission.ADMINISTER)
    person = locked_person(session, person_id)
    if person.is_active:
        raise Conflict("person_not_deactivated", login=person.login)
    if person.name == NAME:
        raise Conflict("person_erased", login=person.login)
    gone = list(_parts(session, person))
    for start in range(0, len(gone), AT_ONCE):
        session.execute(delete(Personal).where(Personal.event_id.in_(gone[start : start + AT_ONCE])))
    for table in OWN:
        session.execute(delete(table).where(table.person_id == person_id))
    person.login, person.name = f"erased-{person_id}", NAME
    person.password_hash, person.session_version = "", person.session_version + 1
    ledger.append(session, events.PERSON_ERASED, actor=actor, now=now, public={"parts": len(gone)})
    return len(gone)


def _parts(session: Session, person: Person) -> Iterator[str]:
    """Ids of the events whose personal part says that the person acted, or names them."""
    words = {person.login, person.name}
    rows = session.execute(select(Personal.event_id, Personal.payload).execution_options(yield_per=AT_ONCE))
    for event_id, payload in rows:
        held = json.loads(payload)
        if person.id in (held.get("person"), held.get("account")) or any(word in words for word in _words(held)):
            yield event_id


def _words(held: Any) -> Iterator[str]:
    """Every text in a payload, however deep."""
    if isinstance(held, str):
        yield held
    elif isinstance(held, dict):
        for one in held.values():
            yield from _words(one)
    elif isinstance(held, list):
        for one in held:
            yield from _words(one)
