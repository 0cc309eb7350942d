"""What pages and acts ask about files. Bytes are read by `content_of` alone."""

from collections.abc import Collection, Mapping

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from evalflow.errors import NotFound
from evalflow.files.models import ORIGINAL, SMALL, Attachment, AttachmentBlob


def attachment(session: Session, attachment_id: int) -> Attachment:
    """NotFound when there is none."""
    found = session.get(Attachment, attachment_id)
    if found is None:
        raise NotFound("no_such_file")
    return found


def attachments(session: Session, attachment_ids: Collection[int]) -> Mapping[int, Attachment]:
    """{id: attachment} of those that exist, in one query."""
    if not attachment_ids:
        return {}
    rows = session.scalars(select(Attachment).where(Attachment.id.in_(attachment_ids)))
    return {row.id: row for row in rows}


def of_entry(session: Session, entry_id: int) -> Mapping[int, Attachment]:
    """{id: attachment} of everything kept for an entry, in the order of upload."""
    rows = session.scalars(select(Attachment).where(Attachment.entry_id == entry_id).order_by(Attachment.id))
    return {row.id: row for row in rows}


def count(session: Session, entry_id: int) -> int:
    return session.scalars(select(func.count()).where(Attachment.entry_id == entry_id)).one()


def content_of(session: Session, attachment_id: int, *, small: bool = False) -> bytes:
    """The bytes; of a picture on request the small variant, of anything else there is one only."""
    query = select(AttachmentBlob.content).where(AttachmentBlob.attachment_id == attachment_id)
    wanted = (SMALL, ORIGINAL) if small else (ORIGINAL,)
    for variant in wanted:
        found = session.scalars(query.where(AttachmentBlob.variant == variant)).one_or_none()
        if found is not None:
            return found
    raise NotFound("no_such_file")
