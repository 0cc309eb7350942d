"""The tiers that go with decided places, for every page and document on which such a place stands."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from evalflow.kinds.tiering import Tiers, tiers_decided
from evalflow.seasons import queries
from evalflow.seasons.models import Season
from evalflow.seasons.rules import definition_of


def of(session: Session, season: Season) -> Mapping[str, Tiers]:
    """{key of a decision that is done: {entry: its tier}}."""
    field = len(queries.contenders(session, season.id))
    return tiers_decided(definition_of(season), queries.outcomes(season), field=field)
