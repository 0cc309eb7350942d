"""What an award is: what was decided and not struck by an objection is made final, in tiers where there are any.

Evidence: `awards.csv` holds who is awarded, with the place and the tier ("" where there are none).
"""

from collections.abc import Iterable
from fractions import Fraction
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from evalflow.errors import BundleError
from evalflow.i18n import Text, say
from evalflow.kinds.columns import count_of, one_of, unique
from evalflow.kinds.decision_rules import DecisionOptions
from evalflow.workflow.definition import BilingualText, Definition, Key, Options, Stage, Strict, listed
from evalflow.workflow.kind import Kind, Problem
from evalflow.workflow.outcome import Case, Outcome

FILE = "awards.csv"


class AwardTier(Strict):
    """A class of the award. places: how many places it takes, after those of the tiers before it."""

    key: Key
    title: BilingualText
    places: Annotated[int, Field(ge=1, le=1000)]


class Certificate(Strict):
    """What a certificate says; the entry's title and branch are set between."""

    title: BilingualText = Text("荣誉证书", "Certificate of honour")
    text: BilingualText = Text("在评选中，你支部申报的", "In this selection, your branch's entry")
    issuer: BilingualText = Text("", "")


def _distinct(tiers: tuple[AwardTier, ...]) -> tuple[AwardTier, ...]:
    if len({tier.key for tier in tiers}) < len(tiers):
        raise ValueError("each tier key once")
    return tiers


class AwardOptions(Options):
    """tier: classes from the best on; none means that all are awarded alike.

    honour: what winners are called. certificate: its words.
    """

    honour: BilingualText
    certificate: Certificate = Certificate()
    tier: Annotated[listed(AwardTier, max_length=20), AfterValidator(_distinct)] = ()  # type: ignore[valid-type]

    def tier_of(self, place: int) -> str:
        """The key of the tier a place falls into; "" where there are no tiers, or after the last."""
        last = 0
        for tier in self.tier:
            last += tier.places
            if place <= last:
                return str(tier.key)
        return ""


def words(options: AwardOptions, locale: str) -> list[str]:
    """What winners are called, and by which tiers."""
    sentences = [say(locale, "Winners are awarded: %(honour)s.", honour=options.honour.to(locale))]
    for tier in options.tier:
        sentences.append(say(locale, "%(tier)s: %(places)s places.", tier=tier.title.to(locale), places=tier.places))
    sentences.append(say(locale, "Awards are public from the moment they are final, and not before."))
    return sentences


def check(definition: Definition, stage: Stage) -> Iterable[Problem]:
    """There must be something to award, and a tier for every place of it and no more."""
    options = stage.options
    assert isinstance(options, AwardOptions)
    decision = definition.last("decision", before=stage.key)
    if decision is None:
        yield Problem("kind", "a decision stage before it", "none")
        return
    assert isinstance(decision.options, DecisionOptions)
    places, seats = sum(tier.places for tier in options.tier), decision.options.seats
    if options.tier and places != seats:
        yield Problem("tier.places", f"places that total the {seats} seats of {decision.key}", str(places))


def due(case: Case) -> list[dict[str, Any]]:
    """Who is to be awarded, best first: {"entry", "place", "tier"}, after notice where there is one."""
    options = case.stage.options
    assert isinstance(options, AwardOptions)
    names: list[dict[str, Any]] = []
    for stage in case.definition.earlier(case.stage.key):
        if stage.kind == "decision":
            names = case.earlier[stage.key].facts["decided"]
        elif stage.kind == "notice":
            names = case.earlier[stage.key].facts["remaining"]
    return [{**name, "tier": options.tier_of(name["place"])} for name in names]


def outcome(case: Case) -> Outcome:
    """The awards. Raises BundleError where they are not what was decided and left standing."""
    rows = case.rows("awards")
    unique(rows, FILE, "entry")
    awards: list[dict[str, Any]] = [
        {
            "entry": one_of(row, "entry", FILE, line, known=case.keys),
            "place": count_of(row, "place", FILE, line),
            "tier": row["tier"],
        }
        for line, row in enumerate(rows, 2)
    ]
    awards.sort(key=lambda one: (one["place"], one["entry"]))
    if awards != due(case):
        raise BundleError(FILE, "the awards are not what was decided and left standing")
    return Outcome({"place": {one["entry"]: Fraction(one["place"]) for one in awards}}, {"awards": awards})


AWARD = Kind(
    name="award",
    title=Text("表彰授牌", "Award"),
    options=AwardOptions,
    words=words,
    outcome=outcome,
    tables={"awards": ("entry", "place", "tier")},
    figures=("place",),
    check=check,
)
