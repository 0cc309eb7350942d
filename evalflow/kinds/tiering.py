"""The tier that goes with a place, known from the moment that a decision gives the place, before any award is final."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from evalflow.kinds.award import AwardOptions
from evalflow.kinds.award_tiers import AwardTier, classes
from evalflow.workflow.definition import Definition
from evalflow.workflow.outcome import Outcome

Tiers = Mapping[str, AwardTier]  # by the keys of entries; absent for none


def tiers_after(definition: Definition, decision: str) -> tuple[AwardTier, ...]:
    """The tiers of the award that a decision is for; none where another decision comes before that award."""
    later = definition.stages[[stage.key for stage in definition.stages].index(decision) + 1 :]
    for stage in later:
        if stage.kind == "decision":
            return ()
        if isinstance(stage.options, AwardOptions):
            return tuple(stage.options.tier)
    return ()


def tiered(
    definition: Definition,
    decision: str,
    names: Sequence[Mapping[str, Any]],
    *,
    composite: Mapping[str, Fraction | None],
    field: int,
    outcomes: Mapping[str, Outcome],
) -> Tiers:
    """The tiers of those named by a decision. names: {"entry", "place"}; the rest as for `award_tiers.classes`."""
    found = tiers_after(definition, decision)
    if not found:
        return {}
    given = classes(found, names, composite=composite, field=field, earlier=outcomes).tiers
    by_key = {tier.key: tier for tier in found}
    return {entry: by_key[key] for entry, key in given.items()}


def tiers_decided(definition: Definition, outcomes: Mapping[str, Outcome], *, field: int) -> Mapping[str, Tiers]:
    """{key of a decision that is done: the tiers of those it decided}; where there is an award, as it gave them."""
    found = {
        stage.key: tiered(
            definition,
            stage.key,
            outcomes[stage.key].facts["decided"],
            composite=outcomes[stage.key].figures.get("composite", {}),
            field=field,
            outcomes=outcomes,
        )
        for stage in definition.stages
        if stage.kind == "decision" and stage.key in outcomes
    }
    for stage in definition.stages:
        decision = definition.last("decision", before=stage.key)
        if isinstance(stage.options, AwardOptions) and stage.key in outcomes and decision is not None:
            by_key = {tier.key: tier for tier in stage.options.tier}
            awards = outcomes[stage.key].facts["awards"]
            awarded = {one["entry"]: by_key[one["tier"]] for one in awards if one["tier"] in by_key}
            found[decision.key] = {**found.get(decision.key, {}), **awarded}
    return found
