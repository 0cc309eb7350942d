"""The indicators that entries are measured by, and their last figures, from the outcomes of earlier stages."""

from collections.abc import Mapping
from fractions import Fraction

from evalflow.workflow import indicators
from evalflow.workflow.definition import Definition
from evalflow.workflow.indicators import Indicator
from evalflow.workflow.outcome import Case, Outcome

FACT = "indicators"  # {entry: rows of its plan}; a later stage's replaces an earlier one's
LAST = "last"  # {entry: {number of the indicator: {"value": its last figure}}}


def plans_of(case: Case) -> Mapping[str, tuple[Indicator, ...]]:
    """{entry: its indicators} as the nearest earlier stage that speaks of them left them; {} where none does."""
    for stage in reversed(case.definition.stages):
        if stage.key in case.earlier and FACT in case.earlier[stage.key].facts:
            rows = case.earlier[stage.key].facts[FACT]
            return {entry: indicators.indicators(plan) for entry, plan in rows.items()}
    return {}


def last_figures(definition: Definition, outcomes: Mapping[str, Outcome]) -> Mapping[str, Mapping[int, Fraction]]:
    """{entry: {indicator: the figure reported last}}, of the latest stage that tells them; {} where none does."""
    for stage in reversed(definition.stages):
        if stage.key in outcomes and LAST in outcomes[stage.key].facts:
            told = outcomes[stage.key].facts[LAST]
            return {
                entry: {int(number): Fraction(one["value"]) for number, one in of.items()} for entry, of in told.items()
            }
    return {}
