"""What a workflow file may say of a scoring: who rates by which rubric, what voids a sheet, how a score is made."""

from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from evalflow.i18n import Text
from evalflow.tally.void import Quota
from evalflow.workflow.definition import BilingualText, Key, Options, Strict, listed


def _above_zero(text: str) -> str:
    if not Decimal(text):
        raise ValueError("a step above 0")
    return text


Step = Annotated[str, StringConstraints(pattern=r"^\d{1,3}(\.\d{1,3})?$"), AfterValidator(_above_zero)]


class Criterion(Strict):
    """One line of the rubric.

    weight: its share of the score in per cent; left out where points are only added up. max: its highest points.
    step: points go up in these steps ("0.5"). given: the points a rater hands out, each to one entry only.
    """

    key: Key
    label: BilingualText
    hint: BilingualText = Text("", "")
    weight: Annotated[int | None, Field(ge=1, le=100)] = None
    maximum: Annotated[int, Field(ge=1, le=1000, alias="max")] = 100
    step: Step = "1"
    given: listed(Annotated[int, Field(ge=0, le=1000)], max_length=100) = ()  # type: ignore[valid-type]

    @model_validator(mode="after")
    def _in_range(self) -> Self:
        if Decimal(self.step) > self.maximum or any(points > self.maximum for points in self.given):
            raise ValueError("step and given not above max")
        if len(set(self.given)) < len(self.given):
            raise ValueError("given: each number once")
        return self

    def allows(self, points: Fraction) -> bool:
        """Whether these points may be given: from 0 to the maximum, in steps, of those given where they are named."""
        if self.given:
            return points in self.given or points == 0
        return 0 <= points <= self.maximum and (points / Fraction(self.step)).denominator == 1


class Aggregate(Strict):
    """How an entry's marks become its score.

    trim_when_more_than: trimmed_mean drops the highest and the lowest where an entry has more raters than this.
    level: harsh and lenient raters are first brought to a common mean and spread (z-scores).
    """

    method: Literal["mean", "median", "trimmed_mean", "sum"]
    trim_when_more_than: Annotated[int, Field(ge=2, le=100)] = 5
    level: bool = False

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.level and self.method == "sum":
            raise ValueError("level only where scores are averaged")
        if self.method != "trimmed_mean" and "trim_when_more_than" in self.model_fields_set:
            raise ValueError('trim_when_more_than only with method = "trimmed_mean"')
        return self


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
            raise ValueError("at_most and score exactly where rule is quota")
        return self


def _distinct(criteria: tuple[Criterion, ...]) -> tuple[Criterion, ...]:
    if len({criterion.key for criterion in criteria}) < len(criteria):
        raise ValueError("each criterion key once")
    return criteria


class ScoringOptions(Options):
    """Raters never see one another's sheets, nor any mean, before the stage has closed.

    missing_allowed: whether a sheet may leave entries out; what is missing is left out, never counted as zero.
    round: decimals an entry's score is rounded to, half up, before anything else uses it; left out: exact.
    """

    raters: Literal["each_branch", "each_committee_member"]
    own_entry: Literal["excluded", "allowed"] = "excluded"
    aggregate: Aggregate
    void: listed(VoidRule) = ()  # type: ignore[valid-type]
    missing_allowed: bool = True
    round: Annotated[int | None, Field(ge=0, le=6)] = None
    criterion: Annotated[
        listed(Criterion, min_length=1, max_length=30),  # type: ignore[valid-type]
        AfterValidator(_distinct),
    ]

    @property
    def adds_up(self) -> bool:
        """Whether points are handed out and added up, instead of scores from 0 to 100 being averaged."""
        return self.aggregate.method == "sum"

    @property
    def quotas(self) -> tuple[Quota, ...]:
        return tuple(Quota(rule.at_most, rule.score) for rule in self.void if rule.rule == "quota")

    @property
    def same_score_void(self) -> bool:
        return any(rule.rule == "same_score_for_all" for rule in self.void)

    def criterion_by_key(self, key: str) -> Criterion | None:
        found: dict[str, Any] = {criterion.key: criterion for criterion in self.criterion}
        return found.get(key)
