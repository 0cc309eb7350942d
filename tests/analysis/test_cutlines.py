"""Lines between tiers, moved: how many entries each takes, and what they cost."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalflow.analysis import cutlines
from evalflow.analysis.cutlines import CutLines
from evalflow.i18n import Text
from evalflow.kinds.award_tiers import AwardTier
from evalflow.tally.ranking import rank

PLACES = rank({key: Fraction(score) for key, score in zip("abcdefg", (98, 95, 90, 90, 82, 75, 60), strict=True)})
BY_PLACES = (
    AwardTier(key="first", title=Text("一等"), places=1, amount=30000),
    AwardTier(key="second", title=Text("二等"), places=2, amount=20000),
    AwardTier(key="third", title=Text("三等"), places=2),
)
BY_BANDS = (
    AwardTier(key="first", title=Text("一等"), at_least="95", amount=30000),
    AwardTier(key="second", title=Text("二等"), at_least="80", amount=20000),
)


def lines(cut: CutLines) -> list[tuple[str, str, int | None, int]]:
    return [(line.tier.key, "".join(line.entries), line.empty, line.cost) for line in cut.lines]


def test_tiers_by_places_with_a_tie_across_a_line() -> None:
    cut = cutlines.counted(PLACES, BY_PLACES, seats=5, field=7)
    assert lines(cut) == [("first", "a", 0, 30000), ("second", "bcd", 0, 60000), ("third", "e", 0, 0)]
    assert (cut.straddles, cut.outside, cut.awarded, cut.cost) == ((("c", "d"),), ("f", "g"), 5, 90000)


def test_tiers_by_bands_take_nobody_beyond_the_seats() -> None:
    cut = cutlines.counted(PLACES, BY_BANDS, seats=3, field=7)
    assert lines(cut) == [("first", "ab", None, 60000), ("second", "cd", None, 40000)]
    assert cut.tiers == {"a": "first", "b": "first", "c": "second", "d": "second"}


def test_lines_are_moved_where_the_rules_have_any_and_nowhere_else() -> None:
    others = cutlines.moved(BY_PLACES, places={"first": 2, "nobody": 9}, at_least={"first": "99"})
    assert [(tier.places, tier.at_least) for tier in others] == [(2, None), (2, None), (2, None)]
    banded = cutlines.moved(BY_BANDS, places={"first": 2}, at_least={"second": "90"})
    assert [(tier.places, tier.at_least) for tier in banded] == [(None, "95"), (None, "90")]


def test_a_line_above_that_of_the_tier_before_is_refused() -> None:
    with pytest.raises(ValueError, match="no higher"):
        cutlines.moved(BY_BANDS, places={}, at_least={"second": "95.5"})


def test_a_tier_without_places_takes_nobody() -> None:
    others = cutlines.moved(BY_PLACES, places={"first": 0}, at_least={})
    assert lines(cutlines.counted(PLACES, others, seats=4, field=7))[0] == ("first", "", 0, 0)


def test_an_entry_left_out_keeps_its_place_empty() -> None:
    """For a reader who stepped back from b: nobody moves up."""
    seen = [place for place in PLACES if place.entry != "b"]
    assert lines(cutlines.counted(seen, BY_PLACES, seats=5, field=7))[:2] == [
        ("first", "a", 0, 30000),
        ("second", "cd", 0, 40000),
    ]


SCORES = st.lists(st.integers(0, 100), min_size=1, max_size=12)


@given(SCORES, st.integers(0, 100), st.integers(0, 100))
def test_a_lower_line_never_costs_less_and_everybody_is_somewhere_once(scores: list[int], one: int, other: int) -> None:
    places = rank({f"e{number}": Fraction(score) for number, score in enumerate(scores)})

    def cut(line: int) -> CutLines:
        others = cutlines.moved(BY_BANDS[1:], places={}, at_least={"second": str(line)})
        return cutlines.counted(places, others, seats=len(scores), field=len(scores))

    low, high = cut(min(one, other)), cut(max(one, other))
    assert low.cost >= high.cost
    everybody = [*(entry for line in low.lines for entry in line.entries), *low.outside]
    assert sorted(everybody) == sorted(place.entry for place in places)
