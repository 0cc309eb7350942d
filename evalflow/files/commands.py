"""Keeping and forgetting files. They are part of somebody's act: who may, and what the log says, is for that act."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from evalflow.access import Actor
from evalflow.errors import Invalid
from evalflow.files import queries, waiting
from evalflow.files.content import Cleaned
from evalflow.files.models import ORIGINAL, SMALL, Attachment, AttachmentBlob

MOST_PER_ENTRY = 200


def keep(session: Session, entry_id: int, upload: Cleaned, *, actor: Actor, now: datetime) -> Attachment:
    """Store a cleaned upload for an entry. Invalid("too_many_files") beyond 200 an entry, forgotten ones included."""
    if queries.count(session, entry_id) >= MOST_PER_ENTRY:
        raise Invalid("too_many_files")
    waiting.take(session, upload)
    attachment = Attachment(
        entry_id=entry_id,
        uploader_id=actor.person_id,
        name=upload.name,
        media_type=upload.media_type,
        size=len(upload.content),
        sha256=upload.sha256,
        created_at=now,
    )
    session.add(attachment)
    session.flush()
    session.add(AttachmentBlob(attachment_id=attachment.id, variant=ORIGINAL, content=upload.content))
    if upload.small:
        session.add(AttachmentBlob(attachment_id=attachment.id, variant=SMALL, content=upload.small))
    return attachment


def hand_in(session: Session, entry_id: int, attachment_ids: Collection[int]) -> None:
    """From now on these are part of what was handed in: they are shown to whoever may read it, and stay for good."""
    _mark(session, entry_id, attachment_ids, Attachment.is_handed_in)


def report(session: Session, entry_id: int, attachment_ids: Collection[int]) -> None:
    """Handed in with a report on progress: those whom the entry names read these too."""
    _mark(session, entry_id, attachment_ids, Attachment.is_handed_in, Attachment.is_reported)


def _mark(
    session: Session, entry_id: int, attachment_ids: Collection[int], *marks: InstrumentedAttribute[bool]
) -> None:
    wanted = (Attachment.entry_id == entry_id, Attachment.id.in_(attachment_ids))
    session.execute(update(Attachment).where(*wanted).values(dict.fromkeys(marks, True)))


def remove_orphans(session: Session, entry_id: int, *, kept: Collection[int]) -> int:
    """Delete what was uploaded for an entry, never handed in and is not among those still wanted; how many."""
    query = select(Attachment.id).where(
        Attachment.entry_id == entry_id, ~Attachment.is_handed_in, Attachment.id.not_in(kept)
    )
    orphans = session.scalars(query).all()
    if orphans:
        session.execute(delete(AttachmentBlob).where(AttachmentBlob.attachment_id.in_(orphans)))
        session.execute(delete(Attachment).where(Attachment.id.in_(orphans)))
    return len(orphans)
