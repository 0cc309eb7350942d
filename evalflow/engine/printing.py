"""All documents of a season, by its stages."""

from sqlalchemy.orm import Session

from evalflow.config import Config
from evalflow.registry import PRINTINGS
from evalflow.seasons.models import Phase, Season


def documents(session: Session, season: Season, *, config: Config, locale: str = "zh_Hans") -> dict[str, bytes]:
    """{stage/file name: PDF} of every stage that has begun."""
    begun = [row for row in season.stages if row.phase != Phase.WAITING and row.kind in PRINTINGS]
    return {
        f"{row.key}/{name}": content
        for row in begun
        for name, content in PRINTINGS[row.kind].documents(session, row, config=config, locale=locale).items()
    }
