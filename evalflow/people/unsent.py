"""What somebody has typed into a form and not sent: kept for them alone, so that no accident loses it.

It is nobody's act: nothing of it is logged, counted or shown to others, and no bundle holds it. It goes in the
transaction of the act that its form is sent for, with its person, and `KEPT_FOR` after it was saved last. What a branch
works on together (declarations, score sheets) has a working copy of its own instead.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from evalflow.db import Database, forget_older
from evalflow.errors import Conflict, Invalid
from evalflow.people.models import UnsentForm
from evalflow.people.queries import locked_person

KEPT_FOR = timedelta(days=14)
MOST = 30  # forms of one person; beyond that the one saved longest ago goes
LONGEST = 40_000  # characters of one form, names of fields included
MOST_FIELDS = 400
Pairs = Sequence[tuple[str, str]]


def keep(
    session: Session, person_id: int, to: str, fields: Pairs, *, page: str, shown: int, of: str, now: datetime
) -> UnsentForm:
    """Keep what a form holds now. to: the address it is sent to; fields: (name, value) in the order of the page.

    page: the one page that it is typed on; shown: the version that this page was shown with, 0 for none.
    Conflict("typed_elsewhere") where another page has saved since. of: the version of what the form is about, "" where
    it has none. Invalid("unsent_too_long") beyond `LONGEST` or `MOST_FIELDS`.
    """
    if len(fields) > MOST_FIELDS or sum(len(name) + len(value) for name, value in fields) > LONGEST:
        raise Invalid("unsent_too_long")
    locked_person(session, person_id)
    found = session.get(UnsentForm, (person_id, to))
    if found is not None and found.page != page and found.version != shown:
        raise Conflict("typed_elsewhere")
    found = found or UnsentForm(person_id=person_id, to=to, version=0)
    found.fields, found.page, found.of, found.saved_at = [list(pair) for pair in fields], page, of, now
    found.version += 1
    session.add(found)
    session.flush()
    newest = select(UnsentForm.to).where(UnsentForm.person_id == person_id)
    kept = session.scalars(newest.order_by(UnsentForm.saved_at.desc(), UnsentForm.to).limit(MOST)).all()
    session.execute(delete(UnsentForm).where(UnsentForm.person_id == person_id, UnsentForm.to.not_in(kept)))
    return found


def of_pages(session: Session, person_id: int, under: str) -> Mapping[str, UnsentForm]:
    """{address: what waits} of a person's forms whose addresses begin so."""
    wanted = select(UnsentForm).where(
        UnsentForm.person_id == person_id, UnsentForm.to.startswith(under, autoescape=True)
    )
    return {one.to: one for one in session.scalars(wanted)}


def discard(session: Session, person_id: int, to: str) -> None:
    """The form was sent, or its person wants nothing of it any more."""
    session.execute(delete(UnsentForm).where(UnsentForm.person_id == person_id, UnsentForm.to == to))


def upkeep(database: Database, *, now: datetime) -> None:
    """Forget what is older than `KEPT_FOR`."""
    forget_older(database, UnsentForm.saved_at, now - KEPT_FOR)
