"""How an entry got its result: from the raw sheets and counts to its place, every step, from a bundle alone.

Each kind of stage has its explainer in `EXPLAINERS`; a kind without one tells its figures and facts as they are.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType

from evalflow.analysis import decision_explained, inspection_explained, scores_explained, votes_explained
from evalflow.analysis.afterwards_explained import Award, Notice, Plain, explain_award, explain_notice, explain_plainly
from evalflow.analysis.arithmetic import plain
from evalflow.analysis.decision_explained import Decision
from evalflow.analysis.inspection_explained import Inspection
from evalflow.analysis.projects_explained import Approval, Tracked, explain_approval, explain_tracking
from evalflow.analysis.scores_explained import Scoring
from evalflow.analysis.votes_explained import Vote
from evalflow.bundle.format import ACCEPTED, Bundle, EntryLine
from evalflow.bundle.recount import case_of
from evalflow.errors import NotFound
from evalflow.i18n import say
from evalflow.workflow.outcome import Case, Outcome

Part = Vote | Scoring | Approval | Tracked | Inspection | Decision | Notice | Award | Plain
Explainer = Callable[[Case, Outcome, Iterable[str]], Mapping[str, Part]]  # {entry: its part}, of one stage


@dataclass(frozen=True)
class Explanation:
    """parts: one for each stage that has an outcome, in order."""

    season: str
    entry: EntryLine
    parts: tuple[Part, ...]

    @property
    def decision(self) -> Decision | None:
        """The last decision, which the result is of; None while there is none."""
        return next((part for part in reversed(self.parts) if isinstance(part, Decision)), None)

    @property
    def notice(self) -> Notice | None:
        """The last notice; None while there is none."""
        return next((part for part in reversed(self.parts) if isinstance(part, Notice)), None)

    @property
    def equation(self) -> str:
        """The composite and what it is made of; "" while there is none."""
        found = self.decision
        return "" if found is None or found.shown is None else f"{_bare(found.shown)} = {summands(found)}"

    def sentence(self, locale: str) -> str:
        """The whole of it in a line; "" while nothing is ranked.

        "87.42 = 40 % × 95 + 60 % × 82.37, place 3 of 19"
        """
        found = self.decision
        if found is None or found.place is None:
            return ""
        return say(
            locale,
            "%(equation)s, place %(place)s of %(ranked)s",
            equation=self.equation,
            place=found.place,
            ranked=found.ranked,
        )


def explain(bundle: Bundle, outcomes: Mapping[str, Outcome], entry: str) -> Explanation:
    """One entry of a bundle. outcomes: as recounted, or as stored with it. NotFound: no such entry takes part."""
    line = next((one for one in bundle.entries if one.key == entry and one.state == ACCEPTED), None)
    if line is None:
        raise NotFound("no_such_entry", entry=entry)
    cases = [case_of(bundle, stage, outcomes) for stage in bundle.definition.stages if stage.key in outcomes]
    parts = [explain_stage(case, outcomes[case.stage.key], (entry,)) for case in cases]
    return Explanation(bundle.season, line, tuple(part[entry] for part in parts if part))


def explain_stage(case: Case, outcome: Outcome, entries: Iterable[str]) -> Mapping[str, Part]:
    """{entry: how it fared in one stage that has an outcome}; empty where a kind says only who takes part."""
    if case.stage.kind in SILENT:
        return {}
    return EXPLAINERS.get(case.stage.kind, _each(explain_plainly))(case, outcome, entries)


def _each(explain_one: Callable[[Case, Outcome, str], Part]) -> Explainer:
    """The explainer of a kind whose entries have nothing in common that would be worth reading once."""
    return lambda case, outcome, entries: {entry: explain_one(case, outcome, entry) for entry in entries}


def summands(decision: Decision) -> str:
    """The composite's right-hand side: 40 % × 95 + 60 % × 82.37, or 300 + 12 − 5, or ³√(80 × 90 × 75)."""
    if decision.combine == "geometric":
        return _root(decision)
    line = ""
    for part in decision.components:
        sign = " − " if part.is_deduction else " + "
        weight = f"{part.weight} % × " if part.weight is not None else ""
        line += (sign if line or part.is_deduction else "") + weight + _points(part.points, decision)
    return line.strip()


def _root(decision: Decision) -> str:
    """The n-th root of the product; parts of one group as their mean."""
    groups: dict[str, list[str]] = {}
    for number, part in enumerate(decision.components):
        groups.setdefault(part.group or f" {number}", []).append(_points(part.points, decision))
    factors = [one[0] if len(one) == 1 else f"({' + '.join(one)}) ÷ {len(one)}" for one in groups.values()]
    if len(factors) == 1:
        return factors[0]
    degree = "" if len(factors) == 2 else str(len(factors)).translate(RAISED)
    return f"{degree}√({' × '.join(factors)})"


def _points(points: Fraction | None, decision: Decision) -> str:
    return "–" if points is None else plain(points, decision.decimals)


def _bare(shown: Decimal) -> str:
    return f"{shown:f}".replace("-", "−")


RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
SILENT = frozenset({"submission", "promotion"})  # they say who takes part, not how anybody fares
EXPLAINERS: Mapping[str, Explainer] = MappingProxyType(
    {
        "ballot": _each(votes_explained.explain),
        "scoring": scores_explained.explain,
        "approval": _each(explain_approval),
        "tracking": _each(explain_tracking),
        "inspection": _each(inspection_explained.explain),
        "decision": _each(decision_explained.explain),
        "notice": _each(explain_notice),
        "award": _each(explain_award),
    }
)
