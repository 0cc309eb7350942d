"""Who is awarded, written when the committee makes it final."""

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from evalflow.db import Base
from evalflow.seasons.models import Entry


class Award(Base):
    """tier: its key, "" where there are none."""

    __tablename__ = "award"

    stage_id: Mapped[int] = mapped_column(ForeignKey("stage.id"), primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), primary_key=True)
    place: Mapped[int]
    tier: Mapped[str] = mapped_column(String(40), default="")
    entry: Mapped[Entry] = relationship()
