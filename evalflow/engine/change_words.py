"""What a change to the rules is called, in a few words."""

from collections.abc import Mapping
from types import MappingProxyType

from evalflow.analysis.variants import Change, What, deciding
from evalflow.i18n import N_, say
from evalflow.kinds.component_words import POINTS, bracketed
from evalflow.kinds.decision_rules import DecisionOptions
from evalflow.workflow.definition import Definition
from evalflow.workflow.telling import titled

VALUES: Mapping[tuple[What, str], str] = MappingProxyType(
    {
        (What.AGGREGATE, "trimmed_mean"): N_("highest and lowest dropped"),
        (What.AGGREGATE, "mean"): N_("mean of all marks"),
        (What.AGGREGATE, "median"): N_("median"),
        (What.LEVEL, "on"): N_("harsh and lenient raters levelled"),
        (What.LEVEL, "off"): N_("raters not levelled"),
        (What.ROUNDING, "after"): N_("places by exact scores"),
        (What.ROUNDING, "before"): N_("places by rounded scores"),
    }
)


def label(change: Change, definition: Definition, locale: str) -> str:
    """A change with the stage it is made to, e.g. “Online vote” (share of all votes)."""
    if change.what is What.WEIGHTS:
        return titled(_weights(change, definition, locale), definition, locale)
    if change.what is What.POINTS:
        return titled(bracketed(change.stage, POINTS.get(change.value, change.value), locale), definition, locale)
    if change.what is What.ROUNDING:
        return say(locale, VALUES[change.what, change.value])
    return titled(bracketed(change.stage, VALUES[change.what, change.value], locale), definition, locale)


def _weights(change: Change, definition: Definition, locale: str) -> str:
    decides = deciding(definition)
    assert decides is not None and isinstance(decides.options, DecisionOptions)
    pairs = zip(decides.options.component, change.value.split(":"), strict=True)
    return ("，" if locale.startswith("zh") else ", ").join(f"“{part.source}” {weight}%" for part, weight in pairs)
