"""Who may see what of projects that are tracked, beyond their own."""

from sqlalchemy.orm import Session

from evalflow.access import Actor, Permission, holds_anywhere, may
from evalflow.kinds.tiering import Tiers
from evalflow.meetings import queries as meetings
from evalflow.seasons import queries as seasons
from evalflow.seasons import tiers as decided
from evalflow.seasons import visibility
from evalflow.seasons.models import StageRow
from evalflow.stages.tracking import queries

AUDIENCE = ("committee", "leaders", "branches", "members", "everybody")  # each includes those before it


def sees_all(actor: Actor, stage: StageRow) -> bool:
    """Whether the wall of all projects is for this person, by the rules' audience."""
    season = stage.season_id
    if may(actor, Permission.READ_DOSSIER, season=season):
        return True
    audience = AUDIENCE.index(queries.options_of(stage).audience)
    if audience >= AUDIENCE.index("everybody"):
        return True
    if audience >= AUDIENCE.index("members"):
        return actor.is_authenticated
    leads = may(actor, Permission.ACCEPT_COMMAND, season=season)
    declares = holds_anywhere(actor, Permission.DECLARE, season=season)
    return (audience >= AUDIENCE.index("leaders") and leads) or (audience >= AUDIENCE.index("branches") and declares)


def tiers(session: Session, stage: StageRow, actor: Actor) -> Tiers:
    """{entry: its tier} by the last decision, once the actor may know it; none of those they stepped back from."""
    season = stage.season
    if not visibility.sees_proposal(actor, season):
        return {}
    found = list(decided.of(session, season).values())
    if not found:
        return {}
    if visibility.has_begun(season, "notice") or may(actor, Permission.KEEP_MINUTES, season=season.id):
        return found[-1]
    ids = {one for row in season.stages for one in meetings.own_recusals(session, row.id, actor)}
    hidden = {one.key for one in seasons.entries(session, season.id) if one.id in ids} if ids else set()
    return {entry: tier for entry, tier in found[-1].items() if entry not in hidden}
