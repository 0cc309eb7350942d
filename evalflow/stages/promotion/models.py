"""How often an entry's page was opened, by day. Nothing of whoever opened it."""

from datetime import date

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from evalflow.db import Base


class PromotionView(Base):
    """The views of one entry's page on one day (of the installation's time zone)."""

    __tablename__ = "promotion_view"

    stage_id: Mapped[int] = mapped_column(ForeignKey("stage.id"), primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    views: Mapped[int]
