"""Hints for whoever looks closely: what was planted is found, and an honest field is left in peace."""

from dataclasses import replace
from fractions import Fraction

import pytest

from evalflow.analysis import samples
from evalflow.analysis.integrity import Hint, Look, integrity, named
from evalflow.bundle.format import Bundle
from evalflow.bundle.recount import recount
from evalflow.kinds import KINDS
from evalflow.workflow import reader
from tests.analysis.test_preview import RULES

SEATS = 4
TWO_CRITERIA = """  [[stage.criterion]]
  key    = "growth"
  weight = 60
  label  = { zh = "长势", en = "Growth" }
  [[stage.criterion]]
  key    = "care"
  weight = 40
  label  = { zh = "养护", en = "Care" }
"""
ONE = """  [[stage.criterion]]
  key    = "growth"
  weight = 100
  label  = { zh = "长势", en = "Growth" }
"""
DEFINITION = reader.read(
    RULES.replace(ONE, TWO_CRITERIA).replace("seats = 10", f"seats = {SEATS}"), KINDS, file="rules.toml"
)
HOUSES = 10


def honest() -> Bundle:
    """Ten houses; house n's entry deserves 90 - 3 n, and every rater is a point or two off, each in another way."""
    bundle = samples.sample(DEFINITION, branches=HOUSES)
    entries = sorted(bundle.entries, key=lambda entry: entry.number or 0)
    sheets = [
        {"rater": rater.key, "entry": entry.key, "criterion": criterion, "points": str(_points(place, number, shift))}
        for number, rater in enumerate(bundle.branches)
        for place, entry in enumerate(entries)
        if entry.branch != rater.key
        for shift, criterion in enumerate(("growth", "care"))
    ]
    return with_sheets(bundle, sheets)


def _points(place: int, rater: int, shift: int) -> int:
    return 90 - 3 * place + (place * 7 + rater * 3 + shift * 4) % 5 - 2


def with_sheets(bundle: Bundle, sheets: list[dict[str, str]]) -> Bundle:
    tables = {**bundle.tables, "peers": {**bundle.tables["peers"], "sheets": tuple(sheets)}}
    return replace(bundle, tables=tables, outcomes=None)


def planted(changes: dict[tuple[str, str], int]) -> Bundle:
    """changes: {(rater, entry): points for every criterion}."""
    bundle = honest()
    rows = bundle.tables["peers"]["sheets"]
    return with_sheets(
        bundle, [{**row, "points": str(changes.get((row["rater"], row["entry"]), row["points"]))} for row in rows]
    )


def looked(bundle: Bundle):
    return integrity(bundle, DEFINITION.stage("peers"), recount(bundle).outcomes, seats=SEATS)


def entry_of(bundle: Bundle, house: str) -> str:
    return next(entry.key for entry in bundle.entries if entry.branch == house)


@pytest.fixture
def houses() -> list[str]:
    bundle = honest()
    return [entry.branch for entry in sorted(bundle.entries, key=lambda entry: entry.number or 0)]


def test_an_honest_field_gives_no_hint_and_agrees_well() -> None:
    found = looked(honest())
    assert (found.raters, found.far, found.looks) == (HOUSES, 5, ())
    assert found.w is not None
    assert found.alpha is not None
    assert found.w > Fraction(3, 4)
    assert found.alpha > Fraction(4, 5)


def test_two_that_give_each_other_much_more_than_others_do_are_pointed_out(houses: list[str]) -> None:
    one, other = houses[7], houses[9]
    bundle = honest()
    found = looked(planted({(one, entry_of(bundle, other)): 95, (other, entry_of(bundle, one)): 98}))
    [look] = named(found.looks, Hint.RECIPROCAL)
    assert sorted(look.raters) == sorted((one, other))
    assert look.by > found.far


def test_generosity_that_is_not_returned_is_no_hint(houses: list[str]) -> None:
    bundle = honest()
    found = looked(planted({(houses[7], entry_of(bundle, houses[9])): 95}))
    assert named(found.looks, Hint.RECIPROCAL) == ()


def test_whoever_stands_at_the_line_and_marks_down_those_beside_it_is_pointed_out(houses: list[str]) -> None:
    bundle = honest()
    rivals = [entry_of(bundle, house) for house in houses[1:7] if house != houses[3]]
    found = looked(planted({(houses[3], rival): 40 for rival in rivals}))
    [look] = named(found.looks, Hint.RIVALS)
    assert (look.raters, sorted(look.entries)) == ((houses[3],), sorted(rivals))


def test_whoever_is_hard_on_everybody_is_far_from_the_others_and_marks_nobody_down(houses: list[str]) -> None:
    bundle = honest()
    hard = {entry_of(bundle, house): 60 - 3 * place for place, house in enumerate(houses) if house != houses[3]}
    found = looked(planted({(houses[3], entry): points for entry, points in hard.items()}))
    assert {look.hint for look in found.looks if look.raters == (houses[3],)} == {Hint.DISTANT, Hint.STRAIGHT}


def test_the_same_points_down_every_sheet_are_a_straight_line(houses: list[str]) -> None:
    bundle = honest()
    own = entry_of(bundle, houses[0])
    changes = {(houses[0], entry.key): 80 + (entry.number or 0) for entry in bundle.entries if entry.key != own}
    [look] = named(looked(planted(changes)).looks, Hint.STRAIGHT)
    assert look == Look(Hint.STRAIGHT, (houses[0],), tuple(sorted(entry for _, entry in changes)))


def test_what_counts_as_far_grows_with_the_quarrel_of_the_field() -> None:
    bundle = honest()
    loud = {branch.key for branch in bundle.branches[::2]}
    rows = [
        {**row, "points": str(int(row["points"]) + (5 if row["rater"] in loud else -30))}
        for row in bundle.tables["peers"]["sheets"]
    ]
    quarrelling = looked(with_sheets(bundle, rows))
    assert quarrelling.far > 5


def test_without_sheets_there_is_nothing_to_look_at() -> None:
    found = looked(with_sheets(honest(), []))
    assert (found.raters, found.w, found.alpha, found.looks) == (0, None, None, ())
