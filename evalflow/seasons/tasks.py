"""Something a person has to do: what the first page lists. Each kind says its own in `queries.tasks`."""

from dataclasses import dataclass
from datetime import datetime

from evalflow.seasons.models import StageRow


@dataclass(frozen=True)
class Task:
    """title: a message id of the catalogue. endpoint: the page on which to do it, within the stage.

    args: what the endpoint's rule needs beyond season and stage. detail: whom or what it is about, as is.
    """

    title: str
    endpoint: str
    stage: StageRow
    detail: str = ""
    due: datetime | None = None
    is_done: bool = False
    args: tuple[tuple[str, str], ...] = ()
