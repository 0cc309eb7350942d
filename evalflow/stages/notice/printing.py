"""The notice as a document: what hangs on the board."""

from sqlalchemy.orm import Session

from evalflow import documents as house_style
from evalflow.config import Config
from evalflow.seasons.models import StageRow
from evalflow.stages.notice import paper, queries


def documents(session: Session, stage: StageRow, *, config: Config, locale: str) -> dict[str, bytes]:
    """One PDF; with the address of the installation where it is set."""
    address = f"{config.site_url}/s/{stage.season.key}/{stage.key}/notice/" if config.site_url else ""
    return {
        f"{stage.key}.pdf": house_style.render(
            "notice", paper.values(of(session, stage, config, locale, address), locale)
        )
    }


def of(session: Session, stage: StageRow, config: Config, locale: str, address: str) -> paper.Notice:
    """What stands on the notice now."""
    checkpoint = queries.latest_checkpoint(session)
    return paper.Notice(
        stage=stage,
        proposed=queries.proposed(session, stage),
        period=queries.period(session, stage),
        dated=queries.opened_on(stage),
        organisation=config.site_name.get(locale, ""),
        address=address,
        checkpoint=checkpoint.note if checkpoint else "",
        afterwards=queries.afterwards(session, stage, locale),
    )
