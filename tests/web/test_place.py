"""Addresses within a season."""

import pytest

from evalflow.access import Role

VOTE = """
format = 1
key = "little-vote"
title = { zh = "小投票", en = "Little vote" }
moves = "together"

[entry]
noun = { zh = "品牌", en = "brand" }

[[stage]]
key = "declaration"
kind = "submission"
title = { zh = "申报", en = "Declaration" }
opens = "start"
closes = "opening + 7 days"

  [[stage.field]]
  key = "name"
  type = "text"
  label = { zh = "名称", en = "Name" }
  required = true
  role = "title"

[[stage]]
key = "vote"
kind = "ballot"
title = { zh = "网上投票", en = "Online vote" }
closes = "opening + 7 days"
method = "approval"
choose = { min = 1, max = 2 }
secrecy = "named"
"""


@pytest.fixture
def season(house):
    return house.season(VOTE)


@pytest.mark.parametrize(
    "path",
    ["/s/nowhere", "/s/nowhere/vote/ballot/", "/s/test-2026/nowhere/ballot/", "/s/test-2026/vote/promotion/"],
    ids=["season", "season of a stage", "stage", "another kind"],
)
def test_what_does_not_exist_is_not_found(visitor, season, path):
    assert visitor.get(path).status_code == 404


def test_the_first_page_and_the_seasons_own_name_the_season_and_its_stage(visitor, season):
    for path in ("/", "/s/test-2026"):
        page = visitor.get(path)
        assert page.status_code == 200
        assert "小投票" in page.text and "申报" in page.text and "网上投票" in page.text


def test_a_role_for_one_season_opens_no_page_of_another(house, season, signed_in):
    other = house.season(VOTE, key="test-2027")
    person = house.person("teller")
    house.grant(person, Role.TELLER, season_id=other.id)
    browser = signed_in(person)
    assert browser.get("/s/test-2026/vote/ballot/teller").status_code == 403
