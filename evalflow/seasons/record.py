"""What happens in a stage as the log tells it: each event with the season and the stage that it belongs to."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from evalflow.access import Actor
from evalflow.audit import ledger
from evalflow.audit.event import EventType
from evalflow.seasons.models import StageRow


def record(
    session: Session,
    event_type: EventType,
    stage: StageRow,
    public: Mapping[str, Any],
    personal: Mapping[str, Any] | None = None,
    *,
    actor: Actor,
    now: datetime,
) -> str:
    """Log what was done in a stage, in the act's own transaction; the event's id. See `ledger.append`."""
    place = {"season": stage.season.key, "stage": stage.key}
    return ledger.append(session, event_type, actor=actor, now=now, public=public, personal=personal, **place)
