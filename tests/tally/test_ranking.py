from decimal import Decimal
from fractions import Fraction
from hashlib import sha256

import pytest

from evalflow.tally.ranking import Cut, Decision, Ordering, Place, break_ties, composite, cut, draw, lots, rank, total
from evalflow.tally.rounding import RoundingRule, round_half_up

NINE, SEVEN, FIVE = Fraction(9), Fraction(7), Fraction(5)
SCORES = {"a": NINE, "b": SEVEN, "c": SEVEN, "d": FIVE}


def test_equal_scores_share_a_place_and_the_next_is_counted_on():
    assert rank(SCORES) == (
        Place("a", NINE, 1),
        Place("b", SEVEN, 2, tied=True),
        Place("c", SEVEN, 2, tied=True),
        Place("d", FIVE, 4),
    )


def test_a_missing_score_is_unranked_and_zero_is_not():
    assert rank({"a": None, "b": Fraction(0)}) == (Place("b", Fraction(0), 1), Place("a", None, None))


def test_the_composite_weighs_exactly():
    third = Fraction(100, 3)
    assert composite([("vote", 40, {"a": third}), ("peers", Decimal("60"), {"a": third})]) == {"a": third}


def test_an_entry_that_lacks_a_weighed_component_is_unranked_not_zero():
    components = [("vote", 100, {"a": SEVEN, "b": NINE}), ("shown", 0, {"a": FIVE}), ("both", 0, {"c": FIVE})]
    assert composite(components) == {"a": SEVEN, "b": NINE, "c": None}


@pytest.mark.parametrize("weights", [(), (40, 59), (110, -10)])
def test_weights_that_do_not_total_100_are_refused(weights):
    with pytest.raises(ValueError, match="total 100"):
        composite([(str(number), weight, {"a": NINE}) for number, weight in enumerate(weights)])


def test_a_component_counts_once():
    with pytest.raises(ValueError, match="each component once"):
        composite([("vote", 50, {"a": NINE}), ("vote", 50, {"a": NINE})])


def test_a_total_needs_every_part():
    assert total([{"a": NINE, "b": SEVEN}, {"a": FIVE, "b": FIVE}, {"a": FIVE}]) == {"a": Fraction(19), "b": None}


def test_the_chain_is_asked_in_order_and_each_separation_names_its_link():
    scores = {**SCORES, "e": SEVEN}
    chain = [("peers", {"b": 1, "c": 2, "e": 1}), ("vote", {"b": 10, "c": 0, "e": 30})]
    after = break_ties(rank(scores), chain)
    assert after == Ordering(
        places=(
            Place("a", NINE, 1),
            Place("c", SEVEN, 2),
            Place("e", SEVEN, 3),
            Place("b", SEVEN, 4),
            Place("d", FIVE, 5),
        ),
        decisions=(Decision("peers", (("c",), ("b", "e"))), Decision("vote", (("e",), ("b",)))),
    )
    assert [after.decided_by("b", "c"), after.decided_by("e", "b"), after.decided_by("a", "b")] == [
        "peers",
        "vote",
        None,
    ]


def test_what_no_link_separates_stays_tied():
    assert break_ties(rank(SCORES), [("peers", {"b": 1, "c": 1})]) == Ordering(rank(SCORES))


def test_a_link_that_does_not_know_all_of_the_tied_has_nothing_to_say_about_them():
    assert break_ties(rank(SCORES), [("motion", {"b": 1})]) == Ordering(rank(SCORES))


def test_breaking_ties_leaves_the_unranked_unranked():
    order = rank({"a": SEVEN, "b": SEVEN, "c": None})
    assert break_ties(order, [("vote", {"a": 1, "b": 2, "c": 3})]).places == (
        Place("b", SEVEN, 1),
        Place("a", SEVEN, 2),
        Place("c", None, None),
    )


@pytest.mark.parametrize(
    ("seats", "line"),
    [
        (0, Cut((), (), 0, ("a", "b", "c", "d"))),
        (1, Cut(("a",), (), 0, ("b", "c", "d"))),
        (2, Cut(("a",), ("b", "c"), 1, ("d",))),
        (3, Cut(("a", "b", "c"), (), 0, ("d",))),
        (6, Cut(("a", "b", "c", "d"), (), 2, ())),
    ],
)
def test_a_tie_at_the_line_is_returned_and_not_broken(seats, line):
    assert cut(rank(SCORES), seats) == line


def test_the_unranked_never_win_and_their_places_stay_empty():
    assert cut(rank({"a": NINE, "b": None}), 2) == Cut(("a",), (), 1, ("b",))


def test_fewer_than_no_seats_are_refused():
    with pytest.raises(ValueError, match="-1 seats"):
        cut(rank(SCORES), -1)


def test_the_draw_is_the_ascending_order_of_seeded_digests():
    seed = bytes.fromhex("00ff")
    assert draw(["熔炼", "精炼", "电解"], seed) == tuple(
        sorted(["电解", "熔炼", "精炼"], key=lambda key: sha256(b"\x00\xff" + key.encode()).hexdigest())
    )


def test_lots_are_a_link_that_leaves_nothing_tied():
    after = break_ties(rank(SCORES), [("draw", lots(["b", "c"], b"seed"))])
    assert [place.entry for place in after.places] == ["a", *draw(["b", "c"], b"seed"), "d"]


@pytest.mark.parametrize(
    ("value", "decimals", "shown"),
    [
        (Fraction(1, 8), 2, "0.13"),
        (Fraction(5, 2), 0, "3"),
        (Fraction(7, 2), 0, "4"),
        (Fraction(-5, 2), 0, "-3"),
        (Fraction(-1, 1000), 2, "0.00"),
        (Fraction(2, 3), 4, "0.6667"),
        (Fraction(90), 2, "90.00"),
        (Fraction(10**40, 3), 1, "3" * 40 + ".3"),
    ],
)
def test_a_half_is_rounded_away_from_zero_and_zeros_stay(value, decimals, shown):
    assert f"{round_half_up(value, decimals):f}" == shown


def test_a_rule_may_compare_rounded_scores():
    close = {"a": Fraction(8004, 100), "b": Fraction(80)}
    exact_rule, rounded_rule = RoundingRule(1), RoundingRule(1, before_ranking=True)
    assert [p.place for p in rank({key: exact_rule.to_rank(score) for key, score in close.items()})] == [1, 2]
    assert [p.place for p in rank({key: rounded_rule.to_rank(score) for key, score in close.items()})] == [1, 1]


def test_fewer_than_no_decimals_are_refused():
    with pytest.raises(ValueError, match="-1 decimals"):
        round_half_up(Fraction(1), -1)
