"""What a workflow file may say of a scoring: who rates by which rubric, what voids a sheet, how a score is made."""

from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from evalflow.i18n import Text, phrase
from evalflow.tally.panel import Steps
from evalflow.tally.scoring import AGGREGATES
from evalflow.tally.void import Quota
from evalflow.workflow.definition import BilingualText, Key, Options, Strict, listed


def _above_zero(text: str) -> str:
    if not Decimal(text):
        raise ValueError(phrase("a number above 0"))
    return text


def _not_zero(text: str) -> str:
    if not Decimal(text):
        raise ValueError(phrase("a factor other than 0"))
    return text


Step = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,3}(\.[0-9]{1,3})?$"), AfterValidator(_above_zero)]
Distance = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,4}(\.[0-9]{1,3})?$"), AfterValidator(_above_zero)]
Factor = Annotated[str, StringConstraints(pattern=r"^-?[0-9]{1,4}(\.[0-9]{1,6})?$"), AfterValidator(_not_zero)]
Decimals = Annotated[int | None, Field(ge=0, le=6)]
SUMS = ("sum", "trimmed_sum")


class Criterion(Strict):
    """One line of the rubric.

    weight: its share of the score in per cent; left out where points are only added up. min, max: its lowest points
    (also below 0, for deductions) and its highest. step: points go up in these steps ("0.5"). given: the points a rater
    hands out, each to one entry only.

    Only with by = "criterion": factor: what its points are multiplied by ("1.6"). factor_from: a number of an earlier
    stage to multiply by as well, each entry by its own: "STAGE.FIELD", such as a difficulty declared.
    """

    key: Key
    label: BilingualText
    hint: BilingualText = Text("", "")
    weight: Annotated[int | None, Field(ge=1, le=100)] = None
    minimum: Annotated[int, Field(ge=-1000, le=1000, alias="min")] = 0
    maximum: Annotated[int, Field(ge=0, le=1000, alias="max")] = 100
    step: Step = "1"
    given: listed(Annotated[int, Field(ge=0, le=1000)], max_length=100) = ()  # type: ignore[valid-type]
    factor: Factor = "1"
    factor_from: str | None = None

    @model_validator(mode="after")
    def _in_range(self) -> Self:
        if self.minimum >= self.maximum:
            raise ValueError(phrase("min below max"))
        if Decimal(self.step) > self.maximum - self.minimum or any(points > self.maximum for points in self.given):
            raise ValueError(phrase("step and given not above max"))
        if len(set(self.given)) < len(self.given):
            raise ValueError(phrase("given: each number once"))
        if self.weight is not None and (self.minimum < 0 or not self.maximum):
            raise ValueError(phrase("weight only for points that are never below 0"))
        return self

    def allows(self, points: Fraction) -> bool:
        """Whether these points may be given: in range, in steps counted from 0, of those given where they are named."""
        if self.given:
            return points in self.given or points == 0
        return self.minimum <= points <= self.maximum and (points / Fraction(self.step)).denominator == 1

    @property
    def allowed(self) -> str:
        """Which points may be given, for whoever writes them by hand."""
        if self.given:
            return f"one of {', '.join(map(str, self.given))}, or 0"
        return f"{self.minimum} to {self.maximum} in steps of {self.step}"


class Aggregate(Strict):
    """How an entry's marks become its score.

    by: "sheet": each sheet becomes one mark, the marks are aggregated. "criterion": for every criterion the raters'
    points are aggregated first, then multiplied by its factor; the parts are added up. round_panel, round_part: to how
    many decimals each criterion's aggregate, and each part, is rounded half up where it is made; left out: exact.

    trim: the trimmed methods drop so many of the highest and of the lowest, where an entry (by criterion: an entry in a
    criterion) has more raters than trim_when_more_than. level: harsh and lenient raters are first brought to a common
    mean and spread (z-scores).
    """

    by: Literal["sheet", "criterion"] = "sheet"
    method: Literal["mean", "median", "trimmed_mean", "sum", "trimmed_sum"]
    trim: Annotated[int, Field(ge=1, le=20)] = 1
    trim_when_more_than: Annotated[int, Field(ge=2, le=100)] = 5
    round_panel: Decimals = None
    round_part: Decimals = None
    level: bool = False

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.level and self.method in SUMS:
            raise ValueError(phrase("level only where scores are averaged"))
        named = self.model_fields_set & {"trim", "trim_when_more_than"}
        if not self.trims and named:
            raise ValueError(
                phrase('%(key)s only with method = "trimmed_mean" or "trimmed_sum"', key=min(named, key=len))
            )
        if self.trims and self.trim_when_more_than < 2 * self.trim:
            raise ValueError(phrase("trim_when_more_than at least twice trim"))
        named = self.model_fields_set & {"round_panel", "round_part"}
        if self.by == "sheet" and named:
            raise ValueError(phrase('%(key)s only with by = "criterion"', key=min(named)))
        return self

    @property
    def trims(self) -> bool:
        """Whether the method drops the extremes."""
        return AGGREGATES[self.method].trims

    @property
    def steps(self) -> Steps:
        """How the points of one criterion become a part."""
        return Steps(self.method, self.trim, self.trim_when_more_than, self.round_panel, self.round_part)


class Recheck(Strict):
    """Marks more than `beyond` points (15, "1.5") from the median or mean of an entry's marks are pointed out.

    By criterion: from the median or mean of the entry's points in it. Only the organiser is told, after closing, and
    may have the raters look again where the stage can be reopened. Nothing is dropped for it.
    """

    beyond: Annotated[int, Field(ge=1, le=1000)] | Distance
    centre: Annotated[Literal["median", "mean"], Field(alias="from")] = "median"


class VoidRule(Strict):
    """A reason why a rater's whole sheet does not count.

    same_score_for_all: every entry got the same score. quota: more than at_most entries got score or more.
    """

    rule: Literal["same_score_for_all", "quota"]
    at_most: Annotated[int | None, Field(ge=0, le=1000)] = None
    score: Annotated[int | None, Field(ge=1, le=1000)] = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        named = (self.at_most is not None, self.score is not None)
        if named != ((True, True) if self.rule == "quota" else (False, False)):
            raise ValueError(phrase("at_most and score exactly where rule is quota"))
        return self


def _distinct(criteria: tuple[Criterion, ...]) -> tuple[Criterion, ...]:
    if len({criterion.key for criterion in criteria}) < len(criteria):
        raise ValueError(phrase("each criterion key once"))
    return criteria


class ScoringOptions(Options):
    """Raters never see one another's sheets, nor any mean, before the stage has closed.

    missing_allowed: whether a sheet may leave entries out; what is missing is left out, never counted as zero.
    round: decimals an entry's score is rounded to, half up, before anything else uses it; left out: exact. recheck:
    marks far from the others are pointed out.
    """

    raters: Literal["each_branch", "each_committee_member"]
    own_entry: Literal["excluded", "allowed"] = "excluded"
    aggregate: Aggregate
    void: listed(VoidRule) = ()  # type: ignore[valid-type]
    missing_allowed: bool = True
    round: Decimals = None
    recheck: Recheck | None = None
    criterion: Annotated[
        listed(Criterion, min_length=1, max_length=30),  # type: ignore[valid-type]
        AfterValidator(_distinct),
    ]

    @property
    def adds_up(self) -> bool:
        """Whether a sheet's points are only added up, instead of weighed to a mark from 0 to 100."""
        return self.by_criterion or self.aggregate.method in SUMS

    @property
    def by_criterion(self) -> bool:
        """Whether raters are aggregated for each criterion, before the criteria are put together."""
        return bool(self.aggregate.by == "criterion")

    @property
    def quotas(self) -> tuple[Quota, ...]:
        return tuple(Quota(rule.at_most, rule.score) for rule in self.void if rule.rule == "quota")

    @property
    def same_score_void(self) -> bool:
        return any(rule.rule == "same_score_for_all" for rule in self.void)

    def criterion_by_key(self, key: str) -> Criterion | None:
        found: dict[str, Any] = {criterion.key: criterion for criterion in self.criterion}
        return found.get(key)
