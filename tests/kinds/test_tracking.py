"""What tracking comes to: reports counted, corrected ones left out, attainment from the last figures that count."""

from collections.abc import Sequence
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalflow.errors import DefinitionError
from evalflow.kinds import decision
from evalflow.kinds.tracking import TRACKING
from evalflow.workflow.outcome import Case, Outcome, Row
from tests.kinds.cases import case, complaint, outcome, table
from tests.kinds.test_inspection import PLANS, rules

YEAR = "year tracking"
REPORTED = "entry,number,state,day,corrects"
REPORTS = ("a,1,filed,2026-04-30,", "a,2,filed,2026-05-31,", "a,3,filed,2026-05-31,2", "b,1,filed,2026-05-31,")
FIGURES = ("a,1,1,92", "a,1,2,9.5", "a,2,1,99", "a,3,1,95", "b,1,1,91")


def reported(reports: Sequence[str] = REPORTS, figures: Sequence[str] = FIGURES, *, plans: Outcome = PLANS) -> Case:
    """Entries a and b. reports: ENTRY,NUMBER,STATE,DAY,CORRECTS; figures: ENTRY,REPORT,INDICATOR,VALUE."""
    return case(
        rules(YEAR),
        entries="ab",
        earlier={"form": plans},
        reports=table(REPORTED, *reports),
        figures=table("entry,report,indicator,value", *figures),
    )


def test_a_small_year_as_a_whole() -> None:
    """a: 60 % of 100 at the work target by the correction of May, 40 % of 50 by April's days; b: a fifth of the way."""
    assert outcome(reported()) == Outcome(
        {
            "reports": {"a": Fraction(3), "b": Fraction(1)},
            "attainment": {"a": Fraction(80), "b": Fraction(20)},
        },
        {
            "last": {
                "a": {"1": {"value": "95", "day": "2026-05-31"}, "2": {"value": "19/2", "day": "2026-04-30"}},
                "b": {"1": {"value": "91", "day": "2026-05-31"}},
            }
        },
    )


def test_without_indicators_reports_are_counted_and_nothing_is_attained() -> None:
    found = outcome(reported(figures=(), plans=Outcome({}, {})))
    assert found == Outcome({"reports": {"a": Fraction(3), "b": Fraction(1)}})


def test_an_entry_that_reported_nothing_has_attained_nothing() -> None:
    found = outcome(reported(reports=(), figures=()))
    assert found.figures == {"reports": {"a": 0, "b": 0}, "attainment": {"a": 0, "b": 0}}


@pytest.mark.parametrize(
    ("reports", "figures", "said"),
    [
        (("a,1,open,2026-04-30,",), (), "reports.csv:2: state: expected filed or entered, found 'open'"),
        (("c,1,filed,2026-04-30,",), (), "reports.csv:2: entry: expected a or b, found 'c'"),
        (("a,1,filed,2026-04-31,",), (), "reports.csv:2: day"),
        (("a,1,filed,2026-04-30,", "a,1,filed,2026-05-31,"), (), "reports.csv:3"),
        (
            ("a,1,filed,2026-04-30,1",),
            (),
            "reports.csv:2: corrects: expected an earlier report that still counts, found 1",
        ),
        (
            (*REPORTS, "a,4,filed,2026-05-31,2"),
            (),
            "reports.csv:6: corrects: expected an earlier report that still counts, found 2",
        ),
        (REPORTS, ("a,9,1,92",), "figures.csv:2: report: expected 1, 2 or 3, found 9"),
        (REPORTS, ("b,1,2,92",), "figures.csv:2: indicator: expected 1, found '2'"),
        (REPORTS, ("a,1,1,much",), "figures.csv:2: value"),
        (REPORTS, ("a,1,1,92", "a,1,1,93"), "figures.csv:3"),
    ],
)
def test_evidence_that_cannot_be_true_is_named(reports: tuple[str, ...], figures: tuple[str, ...], said: str) -> None:
    assert complaint(reported(reports, figures)).startswith(said)


# --- punctuality

COUNTED = "year tracking\npunctuality = true"
FILED = (
    "a,1,filed,2026-01-31,,2026-01-31",
    "a,2,filed,2026-02-28,,2026-05-04",  # in May about February
    "a,3,filed,2026-03-31,,2026-03-30",
    "a,4,filed,2026-03-31,3,2026-05-04",  # mended later, in time first
    "b,1,filed,2026-01-31,,2026-02-01",
)


def filed(options: str = COUNTED, *, figures: tuple[str, ...] = ()) -> Outcome:
    """Reports are due every month, from January to April; of a also both its figures, of b one."""
    return outcome(
        case(
            rules(options),
            entries="ab",
            earlier={"form": PLANS},
            reports=table(f"{REPORTED},filed", *FILED),
            figures=table("entry,report,indicator,value,final", *figures),
            followed=table("entry,from,until", "a,2026-01-01,2026-05-05", "b,2026-01-01,2026-05-05"),
        )
    )


def test_punctuality_goes_by_the_day_of_filing_and_a_correction_of_what_was_in_time_is_in_time() -> None:
    """a: the reports of January and March of four, of its figures that of January; 3 of 12. b: none of 8."""
    found = filed(figures=("a,1,1,92,", "a,2,1,93,", "b,1,1,91,"))
    assert found.figures["punctuality"] == {"a": Fraction(25), "b": Fraction(0)}


def test_days_to_file_after_the_end_of_a_period_are_the_rules_own() -> None:
    """Within a day the report of b on January and its figure came: 2 of 8."""
    found = filed(f"{COUNTED}\ndays_to_file = 1", figures=("b,1,1,91,",))
    assert found.figures["punctuality"]["b"] == 25


def test_of_what_was_final_nothing_more_is_due() -> None:
    """Of a 4 reports, 4 figures of the one indicator, and none of the other after that of 31 January."""
    found = filed(figures=("a,1,1,92,yes",))
    assert found.figures["punctuality"]["a"] == Fraction(100 * 2, 8)


def test_without_the_option_there_is_no_such_figure_and_no_decision_can_name_it() -> None:
    assert sorted(outcome(reported()).figures) == ["attainment", "reports"]
    with pytest.raises(DefinitionError, match="attainment"):
        rules(YEAR, DECIDES)
    assert rules(COUNTED, DECIDES).stage("meeting").options


# --- what the office brings in

OFFICE = {
    "none": ("", ""),
    "drafts": (
        "The office may bring in figures; they count once their branch has confirmed them.",
        "办公室可以导入数据，经所在支部确认后计入。",
    ),
    "reports": (
        "The office may enter figures of all branches; they count as its own entry and are marked so.",
        "办公室可以录入各支部的数据，直接计入，并注明由办公室录入。",
    ),
}


@pytest.mark.parametrize(("brought", "told"), OFFICE.items())
def test_the_rules_say_in_both_languages_what_the_office_brings_in(brought: str, told: tuple[str, str]) -> None:
    options = rules(f'{YEAR}\noffice_figures = "{brought}"').stages[-1].options
    usual = rules(YEAR).stages[-1].options
    found = [TRACKING.words(options, locale) for locale in ("en", "zh_Hans")]
    expected = [TRACKING.words(usual, locale) for locale in ("en", "zh_Hans")]
    assert found == [[*before, *filter(None, [more])] for before, more in zip(expected, told, strict=True)]


def test_another_word_for_what_the_office_brings_in_is_refused() -> None:
    with pytest.raises(DefinitionError, match="office_figures"):
        rules(f'{YEAR}\noffice_figures = "always"')


def test_the_offices_own_entry_counts_like_a_report() -> None:
    entered = tuple(line.replace("filed", "entered") for line in REPORTS)
    assert outcome(reported(entered)) == outcome(reported())


DECIDES = """meeting decision
seats = 1
tie_break = ["number"]
component = [{ from = "year", as = "figure", figure = "punctuality", weight = 100 }]
eligible = [{ label = { zh = "报送及时" }, from = "year", figure = "punctuality", at_least = "20" }]"""


def test_a_decision_counts_with_punctuality_and_bars_by_it() -> None:
    made = filed(figures=("a,1,1,92,", "a,2,1,93,", "b,1,1,91,"))
    stands = decision.proposed(case(rules(COUNTED, DECIDES), entries="ab", earlier={"form": PLANS, "year": made}))
    assert [(place.entry, place.place) for place in stands.order.places] == [("a", 1), ("b", None)]


# --- hypothesis ---------------------------------------------------------------------------------------------------


@st.composite
def years(draw: st.DrawFn) -> tuple[list[str], list[str]]:
    """A year of one entry's reports, several on one day, some corrected, and what was measured in them."""
    days = draw(st.lists(st.integers(1, 9), min_size=1, max_size=8))
    free = list(range(1, len(days) + 1))
    reports, figures = [], []
    for number, day in enumerate(days, 1):
        before = [one for one in free if one < number]
        corrects = draw(st.sampled_from([0, *before]))
        if corrects:
            free.remove(corrects)
        reports.append(f"a,{number},filed,2026-04-0{day},{corrects or ''}")
        for indicator in draw(st.sets(st.sampled_from([1, 2]))):
            figures.append(f"a,{number},{indicator},{draw(st.integers(0, 120))}")
    return reports, figures


@settings(deadline=None)
@given(year=years(), data=st.data())
def test_attainment_does_not_depend_on_the_order_of_reports_or_figures(
    year: tuple[list[str], list[str]], data: st.DataObject
) -> None:
    reports, figures = year
    shuffled = reported(data.draw(st.permutations(reports)), data.draw(st.permutations(figures)))
    assert outcome(shuffled) == outcome(reported(reports, figures))


@settings(deadline=None)
@given(year=years())
def test_a_correction_that_repeats_the_figures_changes_no_attainment(year: tuple[list[str], list[str]]) -> None:
    reports, figures = year
    (number, day), again = _last(reports), len(reports) + 1
    repeated = [line.replace(f"a,{number},", f"a,{again},", 1) for line in figures if line.startswith(f"a,{number},")]
    after = reported([*reports, f"a,{again},filed,{day},{number}"], [*figures, *repeated])
    assert outcome(after).figures["attainment"] == outcome(reported(reports, figures)).figures["attainment"]


def _last(reports: Sequence[str]) -> tuple[str, str]:
    """The number and day of the newest report: nothing corrects it."""
    rows: list[Row] = table(REPORTED, *reports)
    return rows[-1]["number"], rows[-1]["day"]
