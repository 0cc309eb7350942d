"""Invented plans, approvals and final figures, for rules under which projects are approved and inspected.

Every project has the same two indicators, of which better ones attain more; every application is approved unanimously.
"""

import random
from collections.abc import Collection, Mapping
from fractions import Fraction

from evalflow.kinds.approval import APPROVED
from evalflow.kinds.inspection import ACCEPTED, NO
from evalflow.kinds.meeting import FIRST, Result
from evalflow.workflow.outcome import Row, Tables

_BOTH = {"unit": "t", "source": "sample", "every": "month"}
PLAN: tuple[Row, ...] = (
    {"name": "output", "better": "more", "baseline": "0", "work": "80", "stretch": "100", "weight": "60", **_BOTH},
    {"name": "cost", "better": "less", "baseline": "100", "work": "50", "stretch": "40", "weight": "40", **_BOTH},
)
LUCK = 15  # how much a figure differs from what a project's quality promises


def plans(entries: Collection[str]) -> list[Row]:
    return [{"entry": entry, **indicator} for entry in entries for indicator in PLAN]


def approvals(branch_of: Mapping[str, str], members: int) -> Tables:
    """One sitting, to which everybody comes and agrees to everything. branch_of: {entry: its branch}."""
    here = str(members)
    said = {"ayes": here, "noes": "0", "abstentions": "0"}
    base = {"recused": "0", "entitled": here, "present": here, "result": Result.CARRIED.value}
    motions = [
        {"motion": str(number), "sitting": str(FIRST), "about": f"approve:{entry}", **said, **base}
        for number, entry in enumerate(branch_of, 1)
    ]
    attendance = [{"sitting": str(FIRST), "member": f"m{one}", "present": "yes"} for one in range(1, members + 1)]
    approved = [
        {"entry": entry, "branch": branch, "state": APPROVED, "into": ""} for entry, branch in branch_of.items()
    ]
    return {"attendance": attendance, "motions": motions, "approved": approved, "indicators": plans(branch_of)}


def inspections(quality: Mapping[str, int], flags: Collection[str], chance: random.Random) -> Tables:
    """Figures about as good as the project is, all accepted; nothing happened that would bar anybody."""
    values = [
        (entry, number, _value(indicator, good, chance))
        for entry, good in quality.items()
        for number, indicator in enumerate(PLAN, 1)
    ]
    stated = [{"entry": entry, "indicator": str(number), "value": value} for entry, number, value in values]
    none = {"declared": NO, "inspected": NO, "reason": ""}
    return {
        "claims": stated,
        "inspected": [{**row, "state": ACCEPTED, "reason": ""} for row in stated],
        "flags": [{"entry": entry, "flag": flag, **none} for entry in quality for flag in flags],
    }


def _value(indicator: Row, good: int, chance: random.Random) -> str:
    """Between the baseline and the stretch target or a little beyond, as far as the project is good out of 100."""
    baseline, stretch = Fraction(indicator["baseline"]), Fraction(indicator["stretch"])
    reached = max(0, good + chance.randint(-LUCK, LUCK))
    return str(round(baseline + (stretch - baseline) * reached / 100))
