"""The award fund: what the tiers of an award grant to entries, and how branches that took part share it.

Amounts are text in whole units with two decimals ("6000.00"); they are divided in hundredths, so that parts always
add up to what was granted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from evalflow.errors import BundleError, choices
from evalflow.kinds import money
from evalflow.kinds.award_tiers import AwardTier
from evalflow.tally import apportion
from evalflow.workflow.outcome import Case

FACT = "partners"  # {entry: rows of "branch" (a key, or "" for a unit that is none), "unit", "share" (per cent)}
WHOLE = Fraction(100)


@dataclass(frozen=True)
class Granted:
    """What one entry brings. branches: {branch key: hundredths}, the lead branch first.

    through_lead: (unit, hundredths) of the lead branch's sum that belong to units which are no branches.
    """

    branches: Mapping[str, int]
    through_lead: Sequence[tuple[str, int]] = ()


def granted(case: Case, tiers: Sequence[AwardTier], awards: Sequence[Mapping[str, Any]]) -> dict[str, Granted]:
    """{entry: what it brings} of those awarded in a tier with an amount, best first.

    Raises BundleError where a partner's branch is none.
    """
    amounts = {tier.key: tier.amount for tier in tiers if tier.amount}
    leads = {contender.key: contender.branch for contender in case.contenders}
    partners = partners_of(case)
    asked = {row["branch"] for rows in partners.values() for row in rows}
    for strange in sorted(asked - {"", *case.branches}):
        raise BundleError("partners.csv", "branch", expected=choices(case.branches, strange), found=f"{strange!r}")
    return {
        one["entry"]: divided(amounts[one["tier"]] * 100, leads[one["entry"]], partners.get(one["entry"], ()))
        for one in awards
        if one["tier"] in amounts
    }


def partners_of(case: Case) -> Mapping[str, Sequence[Mapping[str, str]]]:
    """{entry: who takes part, with their shares}, as the nearest earlier stage that speaks of them left it."""
    for stage in reversed(case.definition.stages):
        if stage.key in case.earlier and FACT in case.earlier[stage.key].facts:
            found: Mapping[str, Sequence[Mapping[str, str]]] = case.earlier[stage.key].facts[FACT]
            return found
    return {}


def divided(amount: int, lead: str, partners: Sequence[Mapping[str, str]]) -> Granted:
    """An amount in hundredths among the lead branch and its partners; the lead has what they leave of 100 %.

    Where partners ask for more than 100 % together, their shares weigh against each other and the lead has nothing.
    A partner without a share has none.

    >>> divided(1000000, "smelting", [
    ...     {"branch": "refining", "unit": "", "share": "33.3"}, {"branch": "", "unit": "Institute", "share": "10"}])
    Granted(branches={'smelting': 667000, 'refining': 333000}, through_lead=(('Institute', 100000),))
    >>> divided(100, "smelting", [{"branch": "refining", "unit": "", "share": ""}])
    Granted(branches={'smelting': 100}, through_lead=())
    """
    shares = [Fraction(Decimal(partner["share"] or 0)) for partner in partners]
    rest = max(WHOLE - sum(shares), Fraction(0))
    first, *others = apportion.parts(amount, [rest, *shares])
    branches, units = {lead: first}, []
    for partner, part in zip(partners, others, strict=True):
        branch = partner["branch"] or lead
        branches[branch] = branches.get(branch, 0) + part
        if not partner["branch"] and part:
            units.append((partner["unit"], part))
    return Granted({branch: part for branch, part in branches.items() if part}, tuple(units))


def facts(found: Mapping[str, Granted]) -> dict[str, Any]:
    """What the outcome says of it; nothing where no tier has an amount."""
    grants = {
        entry: {branch: money.written(part) for branch, part in one.branches.items()} for entry, one in found.items()
    }
    units = {
        entry: [{"unit": unit, "amount": money.written(part)} for unit, part in one.through_lead]
        for entry, one in found.items()
        if one.through_lead
    }
    return {**({"grants": grants} if grants else {}), **({"through_lead": units} if units else {})}
