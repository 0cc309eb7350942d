"""Something a person has to do: what the first page lists. Each kind says its own in `queries.tasks`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from evalflow.access import Actor
from evalflow.seasons.models import StageRow


@dataclass(frozen=True)
class Task:
    """title: a message id of the catalogue. endpoint: the page on which to do it, within the stage.

    args: what the endpoint's rule needs beyond season and stage. detail: whom or what it is about, as is.
    key: tells it from others of the same page, and stays the same as long as it is the same task.
    is_secret: whether it is done is for the person's own eyes; reminders, which others may see, go to all alike.
    """

    title: str
    endpoint: str
    stage: StageRow
    detail: str = ""
    due: datetime | None = None
    is_done: bool = False
    args: tuple[tuple[str, str], ...] = ()
    is_secret: bool = False
    key: str = ""

    def is_late(self, now: datetime) -> bool:
        """Whether it should have been done by now. What one has done oneself is not late."""
        return self.due is not None and self.due <= now and not self.is_done


Tasks = Callable[[Session, StageRow, Actor, datetime], Sequence[Task]]  # of one person in a stage, whatever its kind
