"""What a change to the rules is called, in a few words."""

from collections.abc import Mapping
from types import MappingProxyType

from evalflow.analysis.variants import Change, What, deciding
from evalflow.i18n import N_, say
from evalflow.kinds.component_words import POINTS
from evalflow.kinds.decision_rules import DecisionOptions
from evalflow.workflow.definition import Definition

VALUES: Mapping[tuple[What, str], str] = MappingProxyType(
    {
        (What.METHOD, "score"): N_("points added up"),
        (What.METHOD, "star"): N_("STAR"),
        (What.METHOD, "schulze"): N_("Schulze's method"),
        (What.METHOD, "instant_runoff"): N_("instant runoff"),
        (What.METHOD, "stv"): N_("single transferable vote"),
        (What.METHOD, "meek"): N_("single transferable vote by Meek's method"),
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
    """A change with the stage it is made to, e.g. "Online vote: share of all votes"."""
    if change.what is What.WEIGHTS:
        return _weights(change, definition, locale)
    if change.what is What.ROUNDING:
        return say(locale, VALUES[change.what, change.value])
    title = definition.stage(change.stage).rule.title.to(locale)
    names = POINTS if change.what is What.POINTS else {change.value: VALUES[change.what, change.value]}
    what = say(locale, names.get(change.value, change.value))
    return f"{title}：{what}" if locale.startswith("zh") else f"{title}: {what}"


def _weights(change: Change, definition: Definition, locale: str) -> str:
    decides = deciding(definition)
    assert decides is not None and isinstance(decides.options, DecisionOptions)
    pairs = zip(decides.options.component, change.value.split(":"), strict=True)
    titles = [(definition.stage(part.source).rule.title.to(locale), weight) for part, weight in pairs]
    return ("，" if locale.startswith("zh") else ", ").join(f"{title} {weight}%" for title, weight in titles)
