"""The indicators that entries are measured by, from the outcomes of earlier stages."""

from collections.abc import Mapping

from evalflow.workflow import indicators
from evalflow.workflow.indicators import Indicator
from evalflow.workflow.outcome import Case

FACT = "indicators"  # {entry: rows of its plan}; a later stage's replaces an earlier one's


def plans_of(case: Case) -> Mapping[str, tuple[Indicator, ...]]:
    """{entry: its indicators} as the nearest earlier stage that speaks of them left them; {} where none does."""
    for stage in reversed(case.definition.stages):
        if stage.key in case.earlier and FACT in case.earlier[stage.key].facts:
            rows = case.earlier[stage.key].facts[FACT]
            return {entry: indicators.indicators(plan) for entry, plan in rows.items()}
    return {}
