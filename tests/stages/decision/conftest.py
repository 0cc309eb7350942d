"""A committee of four that has just opened its meeting."""

import pytest

from tests.builders import House
from tests.met import Met, convened


@pytest.fixture
def met(house: House) -> Met:
    return convened(house)
