"""The page where lines between tiers are moved before the decision."""

import re
from collections.abc import Callable

import pytest

from evalflow.access import Role
from tests.builders import House
from tests.met import Met, convened
from tests.visitors import Visitor

AWARD = """
[[stage]]
key = "award"
kind = "award"
title = { zh = "表彰", en = "Award" }
honour = { zh = "先锋", en = "Vanguard" }
tier = [
  { key = "first", title = { zh = "一等", en = "First" }, places = 1, amount = 30000 },
  { key = "second", title = { zh = "二等", en = "Second" }, places = 2, amount = 20000 },
]
"""
PAGE = "/s/test-2026/decide/decision/cut-lines"
SignedIn = Callable[[int], Visitor]


@pytest.fixture
def tiered(house: House) -> Met:
    """With an award in two tiers behind the decision."""
    return convened(house, AWARD)


def shown(visitor: Visitor, query: str = "") -> list[list[str]]:
    """The rows of the table of tiers, as text, cell by cell."""
    answer = visitor.get(PAGE + query)
    assert answer.status_code == 200
    table = answer.text.split("<tbody>")[1].split("</tbody>")[0]
    rows = [re.findall(r"<td[^>]*>(.*?)</td>", row, re.S) for row in table.split("</tr>")[:-1]]
    return [[" ".join(re.sub(r"<[^>]*>", " ", cell).split()) for cell in row] for row in rows]


@pytest.fixture
def organiser(tiered: Met, signed_in: SignedIn) -> Visitor:
    visitor = signed_in(tiered.organiser.person_id or 0)
    visitor.post("/language", locale="en")
    return visitor


def test_the_rules_own_lines_stand_on_both_sides_until_they_are_moved(organiser: Visitor) -> None:
    assert shown(organiser) == [
        ["First", "30,000", "places: 1", "1", "30,000", "Places", "1", "30,000"],
        ["Second", "20,000", "places: 2", "3", "60,000", "Places", "3", "60,000"],
        ["Together", "", "", "4", "90,000", "", "4", "90,000"],
    ]


def test_moved_lines_are_counted_beside_those_of_the_rules(organiser: Visitor) -> None:
    assert shown(organiser, "?places-first=2&places-second=0") == [
        ["First", "30,000", "places: 1", "1", "30,000", "Places", "2 (+1)", "60,000 (+30,000)"],
        ["Second", "20,000", "places: 2", "3", "60,000", "Places", "0 (−3)", "0 (−60,000)"],
        ["Together", "", "", "4", "90,000", "", "2 (−2)", "60,000 (−30,000)"],
    ]


def test_what_can_not_be_is_told_and_the_rules_stand(organiser: Visitor) -> None:
    assert shown(organiser, "?places-first=many")[0][5:] == ["Places A whole number from 0 to 1000.", "1", "30,000"]


def test_a_member_who_stepped_back_sees_nothing_of_the_entry(tiered: Met, signed_in: SignedIn) -> None:
    member = tiered.members[0]
    tiered.recuse(member, "smelting")
    visitor = signed_in(member.person_id or 0)
    visitor.post("/language", locale="en")
    assert shown(visitor)[0] == ["First", "30,000", "places: 1", "0", "0", "Places", "0", "0"]
    page = visitor.get(PAGE).text
    assert "smelting" not in page.split("<main")[1]
    assert "Entries you have stepped back from are not counted: 1." in page


def test_only_who_reads_the_dossier_moves_lines(tiered: Met, house: House, signed_in: SignedIn) -> None:
    assert signed_in(house.person("member", Role.MEMBER)).get(PAGE).status_code == 403
    assert signed_in(house.person("auditor", Role.AUDITOR)).get(PAGE).status_code == 200


def test_without_tiers_there_is_no_such_page(met: Met, signed_in: SignedIn) -> None:
    visitor = signed_in(met.organiser.person_id or 0)
    assert visitor.get(PAGE).status_code == 404
    assert "cut-lines" not in visitor.get("/s/test-2026/decide/decision/").text


def test_the_dossier_leads_there(organiser: Visitor) -> None:
    assert f'href="{PAGE}"' in organiser.get("/s/test-2026/decide/decision/").text
