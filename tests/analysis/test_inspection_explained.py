"""Every step from the targets of an indicator and the value found to the attainment."""

from fractions import Fraction

import pytest

from evalflow.analysis import inspection_explained
from evalflow.analysis.inspection_explained import Inspection
from evalflow.kinds.inspection import outcome
from tests.kinds.test_inspection import NO_FLAGS, YEAR_END, inspected


def told(*lines: str, of: str = NO_FLAGS, claims: tuple[str, ...] = (), flags: tuple[str, ...] = ()) -> Inspection:
    case = inspected(*lines, of=of, claims=claims, flags=flags)
    return inspection_explained.explain(case, outcome(case), "a")


def workings(found: Inspection) -> list[tuple[str, bool]]:
    return [(one.working.text() if one.working else "", one.is_capped) for one in found.figures]


def test_a_pocket_calculator_follows_from_the_targets_to_the_attainment() -> None:
    found = told("1,96.5,accepted,", "2,9.5,corrected,half a day was not counted", claims=("1,96.5", "2,9"))
    assert workings(found) == [
        ("100 + 20 × (96.5 − 95) ÷ (97 − 95) = 115", False),
        ("100 × (10 − 9.5) ÷ (10 − 9) = 50", False),
    ]
    assert [one.weighing.text() for one in found.figures] == ["60 % × 115 = 69", "40 % × 50 = 20"]
    assert found.adding is not None
    assert (found.adding.text(), found.attainment) == ("69 + 20 = 89", Fraction(89))
    assert [(one.claimed, one.value, one.state, one.reason) for one in found.figures] == [
        (Fraction(193, 2), Fraction(193, 2), "accepted", ""),
        (Fraction(9), Fraction(19, 2), "corrected", "half a day was not counted"),
    ]


@pytest.mark.parametrize(
    ("capped", "recovery"),
    [("work", ("", True)), ("stretch", ("", True)), ("none", ("100 + 20 × (99 − 95) ÷ (97 − 95) = 140", False))],
)
def test_beyond_the_last_target_that_counts_and_below_the_baseline_there_is_nothing_to_work_out(
    capped: str, recovery: tuple[str, bool]
) -> None:
    found = told("1,99,corrected,r", "2,12,corrected,r", of=f'{NO_FLAGS}\ncapped = "{capped}"')
    assert workings(found) == [recovery, ("", False)]
    assert [one.claimed for one in found.figures] == [None, None]


def test_what_was_found_besides_figures_is_told() -> None:
    lines = ("1,95,corrected,r", "2,9,corrected,r")
    found = told(*lines, of=YEAR_END, flags=("accident,no,yes,record 7",))
    assert [(label.to("en"), answer) for label, answer in found.flags] == [("Accident", "yes")]
    assert found.others == ()
