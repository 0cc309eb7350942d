"""Files that were sent before their form: they wait, for one person and one form, until its act takes them over.

They passed the same checks as those that come with a form. What no act takes is deleted after `KEPT_FOR`.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from evalflow.access import Actor, Permission, require
from evalflow.db import Database, forget_older
from evalflow.errors import Invalid
from evalflow.files.content import Cleaned
from evalflow.files.models import WaitingFile

KEPT_FOR = timedelta(days=1)
MOST_FILES, MOST_BYTES = 40, 96 * 1024 * 1024  # of one person


def put(session: Session, upload: Cleaned, *, form: str, field: str, actor: Actor, now: datetime) -> WaitingFile:
    """Keep an upload for a form. form: the address it is sent to. The same file again is the one that waits already.

    Invalid("too_many_waiting") beyond what one person may have waiting.
    """
    require(actor, Permission.USE_ACCOUNT)
    own = select(WaitingFile).where(WaitingFile.person_id == actor.person_id)
    here = own.where(WaitingFile.form == form, WaitingFile.field == field, WaitingFile.sha256 == upload.sha256)
    before = session.scalars(here).first()
    if before is not None:
        return before
    sums = select(func.count(), func.coalesce(func.sum(WaitingFile.size), 0))
    count, size = session.execute(sums.where(WaitingFile.person_id == actor.person_id)).one()
    if count >= MOST_FILES or size + len(upload.content) > MOST_BYTES:
        raise Invalid("too_many_waiting")
    row = WaitingFile(
        person_id=actor.person_id,
        form=form,
        field=field,
        name=upload.name,
        media_type=upload.media_type,
        size=len(upload.content),
        sha256=upload.sha256,
        content=upload.content,
        small=upload.small,
        created_at=now,
    )
    session.add(row)
    session.flush()
    return row


def of_form(session: Session, person_id: int | None, form: str, field: str) -> Sequence[WaitingFile]:
    """What waits for a field of somebody's form, in the order in which it came; without the bytes."""
    query = select(WaitingFile).where(
        WaitingFile.person_id == person_id, WaitingFile.form == form, WaitingFile.field == field
    )
    return session.scalars(query.order_by(WaitingFile.id)).all()


def as_upload(row: WaitingFile) -> Cleaned:
    """A waiting file as it goes into an act, like one that came with the form."""
    return Cleaned(row.name, row.media_type, row.content, row.small, waits=row.id)


def take(session: Session, upload: Cleaned) -> None:
    """The act has the file now. Invalid("upload_gone") where another act took it, or it was deleted."""
    if upload.waits and not _delete(session, [upload.waits]):
        raise Invalid("upload_gone")


def drop(session: Session, person_id: int | None, ids: Collection[int]) -> None:
    """Forget waiting files that somebody does not want after all."""
    session.execute(delete(WaitingFile).where(WaitingFile.id.in_(ids), WaitingFile.person_id == person_id))


def _delete(session: Session, ids: Collection[int]) -> int:
    gone = session.scalars(delete(WaitingFile).where(WaitingFile.id.in_(ids)).returning(WaitingFile.id))
    return len(gone.all())


def upkeep(database: Database, *, now: datetime) -> None:
    """Delete what has waited longer than `KEPT_FOR`."""
    forget_older(database, WaitingFile.created_at, now - KEPT_FOR)
