"""A ceremony that has just opened: three are to be awarded after a notice, in two tiers."""

import pytest

from tests.builders import House
from tests.met import Met, convened

NOTICE = """
[[stage]]
key = "notice"
kind = "notice"
title = { zh = "公示", en = "Public notice" }
closes = "opening + 5 working days"
"""
AWARD = """
[[stage]]
key = "ceremony"
kind = "award"
title = { zh = "表彰", en = "Ceremony" }
honour = { zh = "优秀党建品牌", en = "Excellent brand" }
tier = [
  { key = "first", title = { zh = "一等奖", en = "First class" }, places = 1 },
  { key = "second", title = { zh = "二等奖", en = "Second class" }, places = 2 },
]
"""


@pytest.fixture
def met(house: House) -> Met:
    """The meeting has ended: smelting, refining and, by a motion, rolling. The notice waits."""
    met = convened(house, NOTICE + AWARD)
    met.attend(met.members[3])
    met.divide("tie:rolling>casting", 3)
    met.award("smelting", "refining", "rolling")
    met.decide("smelting,1,", "refining,2,", "rolling,3,")
    met.end()
    return met


@pytest.fixture
def ceremony(met: Met) -> Met:
    """Nobody objected; the ceremony is open."""
    met.house.open(met.season, "notice")
    for step in (met.house.close, met.house.settle, lambda season, _key: met.house.open(season, "ceremony")):
        step(met.season, "notice")
    return met
