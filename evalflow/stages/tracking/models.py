"""Progress reports, written once."""

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from evalflow.db import Base, UtcDateTime
from evalflow.seasons.models import Entry


class ReportState(enum.StrEnum):
    FILED = "filed"


class ProgressReport(Base):
    """A branch's report on its entry; `number` counts within the entry's reports of this stage."""

    __tablename__ = "progress_report"
    __table_args__ = (UniqueConstraint("stage_id", "entry_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    stage_id: Mapped[int] = mapped_column(ForeignKey("stage.id"))
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"))
    number: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(12), default=ReportState.FILED)
    filed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    entry: Mapped[Entry] = relationship()
