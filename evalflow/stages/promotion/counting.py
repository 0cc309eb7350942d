"""Counting a page view: who is not counted, and the one statement that counts the others."""

import re
from datetime import date

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from evalflow.stages.promotion.models import PromotionView

_ROBOTS = re.compile(
    r"bot|crawl|spider|slurp|scrap|preview|monitor|headless|curl|wget|python|java/|okhttp|go-http|httpx|axios|"
    r"facebookexternalhit|embedly|feed",
    re.IGNORECASE,
)


def is_robot(user_agent: str) -> bool:
    """Whether a browser says itself that it is none, or says nothing; a robot in disguise is counted.

    >>> is_robot("Mozilla/5.0 (compatible; Baiduspider/2.0)"), is_robot("")
    (True, True)
    >>> is_robot("Mozilla/5.0 (iPhone) AppleWebKit/605 MicroMessenger/8.0")
    False
    """
    return not user_agent or _ROBOTS.search(user_agent) is not None


def count_view(session: Session, *, stage_id: int, entry_id: int, day: date) -> None:
    """One more view of an entry's page on a day: one statement, so that no view is lost between two."""
    dialect = session.get_bind().dialect.name
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    first = insert(PromotionView).values(stage_id=stage_id, entry_id=entry_id, day=day, views=1)
    table = PromotionView.__table__.c
    session.execute(
        first.on_conflict_do_update(
            index_elements=[table.stage_id, table.entry_id, table.day], set_={"views": table.views + 1}
        )
    )
