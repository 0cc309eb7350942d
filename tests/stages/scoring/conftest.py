"""A scoring of two branches' entries, in three ways to ask for it."""

import pytest

from evalflow.access import Actor
from tests.builders import House
from tests.declared import declared, secretaries
from tests.scored import SCORING, Scoring


@pytest.fixture
def by(house: House) -> dict[str, Actor]:
    return secretaries(house)


@pytest.fixture
def scoring(house: House, by: dict[str, Actor]) -> Scoring:
    """Every branch scores every entry, its own included."""
    season = declared(house, SCORING, by=by)
    house.open(season, "score")
    return Scoring(house, season, by)
