"""The parts of a composite: what a workflow file may say of one, and what each kind of stage has to give."""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from evalflow.i18n import Text, phrase
from evalflow.kinds.ballot_rules import BallotOptions
from evalflow.kinds.submission import SubmissionOptions
from evalflow.tally.points import VOTE_POINTS
from evalflow.workflow.definition import Key, Stage, Strict

SCORE, FIGURE, ATTAINMENT = "score", "figure", "attainment"
FIGURES = {  # the figure of a kind that ranks its entries
    "ballot": "votes",
    "scoring": "score",
    "inspection": "attainment",
}
COUNTED = {  # the figure of a kind that a component or a line may count with
    **FIGURES,
    "decision": "composite",
    "tracking": "attainment",
}
PUNCTUALITY = "punctuality"  # of a tracking that counts it; also the option by which it does
FULL_MARKS = 100  # what weighted parts are on
TARGETS = ("baseline", "work", "stretch")
OF_ATTAINMENT = ("value", *TARGETS, "better", "capped", "stretch_points", "scale")
NUMBER_PATTERN = r"-?[0-9]{1,15}(\.[0-9]{1,9})?"

POINTS = (*VOTE_POINTS, SCORE, FIGURE, ATTAINMENT)  # every name of `as`
Amount = Annotated[str, StringConstraints(pattern=f"^{NUMBER_PATTERN}$")]
Target = Annotated[str, StringConstraints(pattern=f"^({NUMBER_PATTERN}|[a-z][a-z0-9_-]{{0,39}})$")]


class Component(Strict):
    """One part of the composite.

    from: an earlier stage. as: how its figures become points, a counting rule for a vote, "score" for a scoring,
    "figure" for a number as it is, "attainment" for a number held against its targets. weight: its share in per cent;
    left out where parts are only added up or multiplied. subtract: a deduction, with combine = "sum". group: parts of
    one group are averaged before they are multiplied, with combine = "geometric".

    figure, value: a number field of a declaration, "votes" of a vote, "score" of a scoring, "composite" of a decision,
    "attainment" of a tracking or an inspection; these hold figures against targets themselves: as = "attainment" alone.
    baseline (0 points), work (100 points), stretch (stretch_points): a number as text, or a number field of the same
    declaration. better: whether more or less is better. capped: never below 0, never above the last target's points.
    scale: "log" where equal ratios weigh alike.
    """

    source: Annotated[str, Field(alias="from")]
    points: Annotated[str, Field(alias="as", json_schema_extra={"enum": list(POINTS)})]
    weight: Annotated[int | None, Field(ge=1, le=100)] = None
    figure: Key | None = None
    value: Key | None = None
    baseline: Target | None = None
    work: Target | None = None
    stretch: Target | None = None
    better: Literal["more", "less"] = "more"
    capped: bool = True
    stretch_points: Annotated[int, Field(ge=100, le=1000)] = 120
    scale: Literal["linear", "log"] = "linear"
    subtract: bool = False
    group: Key | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.figure is not None) != (self.points == FIGURE):
            raise ValueError(phrase('figure exactly where as = "figure"'))
        named = self.model_fields_set & set(OF_ATTAINMENT)
        if self.points != ATTAINMENT and named:
            raise ValueError(phrase('%(keys)s only where as = "attainment"', keys=", ".join(sorted(named))))
        missing = None in (self.value, self.baseline, self.work)
        if self.points == ATTAINMENT and missing and named:
            raise ValueError(phrase('value, baseline and work where as = "attainment", or none of them'))
        if self.stretch is None and "stretch_points" in self.model_fields_set:
            raise ValueError(phrase("stretch_points only with a stretch target"))
        return self

    @property
    def name(self) -> str:
        """What its points are called: the stage, and the number of it that is counted with."""
        counted = self.figure or self.value
        return f"{self.source}.{counted}" if counted else self.source

    def target(self, name: str) -> str | None:
        """One of TARGETS as written: a number, a field's key, or None."""
        found: str | None = {"baseline": self.baseline, "work": self.work, "stretch": self.stretch}[name]
        return found


def figures_of(stage: Stage) -> tuple[str, ...]:
    """The numbers of a stage that a component or a line may count with; none for kinds without any."""
    if isinstance(stage.options, SubmissionOptions):
        return tuple(key for key, field in stage.options.counted.items() if field.type == "number")
    more = (PUNCTUALITY,) if getattr(stage.options, PUNCTUALITY, False) else ()  # only of a tracking
    return (COUNTED[stage.kind], *more) if stage.kind in COUNTED else ()


def has_attainment(stage: Stage) -> bool:
    """Whether its own figure is an attainment already, which nothing has to be held against targets for."""
    return COUNTED.get(stage.kind) == ATTAINMENT


def points_for(stage: Stage, *, combine: str) -> tuple[str, ...]:
    """The names `as` may have for a stage: those that give 0 to 100, or any where parts are only added up."""
    plain = (FIGURE, ATTAINMENT) if figures_of(stage) else ()
    if has_attainment(stage):
        return (ATTAINMENT, FIGURE)
    if stage.kind == "scoring":
        return (SCORE, *plain)
    if not isinstance(stage.options, BallotOptions):
        return plain
    fit = _fit(stage.options) | (_unscaled(stage.options) if combine == "sum" else set())
    return (*(name for name in VOTE_POINTS if name in fit), *plain)


def _fit(options: BallotOptions) -> set[str]:
    """The counting rules that what is on these ballots can feed."""
    if options.orders:
        return {"rank_points"}
    fit = {"rank_points", "share_of_votes", "share_of_maximum"}
    if options.form == "names":
        fit.add("approvals_over_electors")
    if options.top:
        fit.add("share_of_full_marks")
    if options.method == "grade" and options.top and options.top <= FULL_MARKS:
        fit.add("mean_of_grades")
    if options.establishment:
        fit.add("head_count_fair")
    return fit


def _unscaled(options: BallotOptions) -> set[str]:
    """The counting rules whose points may go above 100, or stay far below it."""
    return {"given_points", "mean_of_grades"} if options.top else {"given_points"}


def title_of(part: Component, source: Stage) -> Text:
    """What its column is headed by: the stage, or the question of the declaration that is counted with."""
    fields = source.options.counted if isinstance(source.options, SubmissionOptions) else {}
    counted = part.figure or part.value or ""
    if counted == PUNCTUALITY:
        return Text("报送及时率", "Punctuality")
    return fields[counted].label if counted in fields else source.rule.title


def is_number(target: str) -> bool:
    """Whether a target is written as a number rather than as a field's key."""
    return not target[0].isalpha()
