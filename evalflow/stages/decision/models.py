"""What was decided. The meeting that decides it has its own tables."""

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from evalflow.db import Base
from evalflow.seasons.models import Entry


class Decided(Base):
    """An entry's place as decided, or passed over (None), with the reason where the ranking says otherwise."""

    __tablename__ = "decided"

    stage_id: Mapped[int] = mapped_column(ForeignKey("stage.id"), primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), primary_key=True)
    place: Mapped[int | None]
    reason: Mapped[str] = mapped_column(Text, default="")
    entry: Mapped[Entry] = relationship()
