"""Whether the box is the one that the log speaks of: asked in the count's transaction, before anything is opened."""

from sqlalchemy.orm import Session

from evalflow.seasons.models import StageRow


def check_box(session: Session, stage: StageRow) -> None:
    """A refusal stops the count: nothing has been opened by then, and everything stays as it is."""
