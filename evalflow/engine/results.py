"""What pages about results share: names in the page's language, and what a reader must not see."""

from sqlalchemy import select

from evalflow.access import Permission, may
from evalflow.meetings import queries as meetings
from evalflow.people.models import Branch
from evalflow.seasons import queries
from evalflow.seasons.models import Season
from evalflow.web.current import actor, locale, reading


def branch_names() -> dict[str, str]:
    """{branch key: name in the page's language}."""
    return {branch.key: branch.name(locale()) for branch in reading().scalars(select(Branch))}


def hidden_entries(season: Season) -> frozenset[str]:
    """What the dossier hides from somebody who stepped back, every page about results hides too."""
    if may(actor(), Permission.KEEP_MINUTES, season=season.id):
        return frozenset()
    ids = {one for row in season.stages for one in meetings.own_recusals(reading(), row.id, actor())}
    return frozenset(one.key for one in queries.entries(reading(), season.id) if one.id in ids)
