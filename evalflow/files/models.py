"""An uploaded picture or document, and its bytes in a table of their own, so that lists never load them."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from evalflow.db import Base, UtcDateTime

ORIGINAL, SMALL = "original", "small"


class Attachment(Base):
    """What was uploaded for an entry. size and sha256 (hex) are those of the bytes kept, which for a picture are ours.

    entry_id, uploader_id: entries and people know files, not the other way round: no foreign keys.
    is_handed_in: whether it has been part of anything handed in; until then it is the branch's own.
    is_reported: whether it came with a report on progress, which is read by those whom the entry names, too.
    """

    __tablename__ = "attachment"

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(index=True)
    uploader_id: Mapped[int | None]
    name: Mapped[str] = mapped_column(String(120))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    is_handed_in: Mapped[bool] = mapped_column(default=False)
    is_reported: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def is_image(self) -> bool:
        return self.media_type.startswith("image/")


class AttachmentBlob(Base):
    """The bytes of one variant: "original" always, "small" for pictures only."""

    __tablename__ = "attachment_blob"

    attachment_id: Mapped[int] = mapped_column(ForeignKey("attachment.id"), primary_key=True)
    variant: Mapped[str] = mapped_column(String(10), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class WaitingFile(Base):
    """A file that was sent before its form. form: the address the form is sent to; small: b"" where there is none.

    person_id: who sent it; people are not known here, so it is no foreign key.
    """

    __tablename__ = "waiting_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(index=True)
    form: Mapped[str] = mapped_column(String(300))
    field: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(120))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    small: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
