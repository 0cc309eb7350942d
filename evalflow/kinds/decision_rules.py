"""What a workflow file may say of a decision: what is combined, what breaks ties, who must be there and agree."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from evalflow.kinds.barring import Eligible, Veto
from evalflow.kinds.components import Component
from evalflow.kinds.quorum_rule import QuorumRule
from evalflow.tally.rounding import RoundingRule
from evalflow.workflow.definition import Names, Options, Strict, listed

LAST_LINKS = ("number", "motion", "draw")
SHEET_LINKS = ("givers", "countback")
BRANCH = "branch"
_LINK = {"examples": ["STAGE", *(f"STAGE.{name}" for name in (*SHEET_LINKS, "FIELD")), *LAST_LINKS], "type": "string"}


class Rounding(Strict):
    """Half up, once, after everything has been combined; before_ranking: places go by what is shown."""

    decimals: Annotated[int, Field(ge=0, le=6)] = 2
    before_ranking: bool = True


class Cap(Strict):
    """at_most: how many of one group can be among the winners.

    per: "branch", or a choice field of a declaration as "STAGE.FIELD".
    """

    at_most: Annotated[int, Field(ge=1, le=1000)]
    per: str = BRANCH


class Budget(Strict):
    """amount: what there is to spend, in the unit of cost: a number field of a declaration, "STAGE.FIELD"."""

    amount: Annotated[int, Field(ge=1, le=10**12)]
    cost: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]*\.[a-z][a-z0-9_-]*$")]


class DecisionOptions(Options):
    """seats: how many can be awarded; places may stay empty. cap: at most so many of one group. budget: the money goes
    down the ranking as far as it lasts; whoever costs more than is left is passed over.

    combine: "weighted" by per cent, "sum" less what is to be subtracted, "geometric" the n-th root of the product.
    veto, eligible: who takes no part in the ranking.

    quorum: left out, nobody meets and the ranking alone decides. tie_break: links asked in turn about what is still
    tied: a stage (its own figure), "STAGE.givers" or "STAGE.countback" (points handed out), "STAGE.FIELD" (a declared
    number, the more the better), "number" (order of presentation), "motion", "draw". ties: "at_line" asks them only
    about a tie that decides who is awarded, and with a budget about the next such tie after it; all others share their
    place. deviation: what the committee may do other than the ranking says.
    """

    seats: Annotated[int, Field(ge=1, le=1000)]
    quorum: QuorumRule | None = None
    component: listed(Component, min_length=1, max_length=20)  # type: ignore[valid-type]
    combine: Literal["weighted", "sum", "geometric"] = "weighted"
    veto: listed(Veto, max_length=20) = ()  # type: ignore[valid-type]
    eligible: listed(Eligible, max_length=20) = ()  # type: ignore[valid-type]
    cap: Cap | None = None
    budget: Budget | None = None
    round: Rounding = Rounding()
    tie_break: Annotated[Names, Field(json_schema_extra={"items": _LINK})] = ()
    ties: Literal["all", "at_line"] = "all"
    deviation: Literal["reason_required", "refused"] = "reason_required"

    @property
    def rounding(self) -> RoundingRule:
        return RoundingRule(self.round.decimals, before_ranking=self.round.before_ranking)

    @property
    def adds_up(self) -> bool:
        """Whether the parts, weighted, add up to the composite."""
        return self.combine != "geometric"

    @property
    def lines(self) -> tuple[Veto | Eligible, ...]:
        """Everything that can keep an entry out of the ranking, vetoes first."""
        return (*self.veto, *self.eligible)
