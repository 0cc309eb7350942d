"""What a stage puts on paper. Each kind that prints anything says so in its `printing.py`."""

from typing import Protocol

from sqlalchemy.orm import Session

from evalflow.config import Config
from evalflow.seasons.models import StageRow


class Printing(Protocol):
    """A module with this function."""

    def documents(self, session: Session, stage: StageRow, *, config: Config, locale: str) -> dict[str, bytes]:
        """{file name: PDF} of everything the stage has to print by now."""
