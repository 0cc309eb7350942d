"""Classes of an award: what a workflow file may say of one, and who is in which."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from evalflow.i18n import N_, phrase, say, say_count
from evalflow.kinds.components import Amount
from evalflow.tally import tiers
from evalflow.tally.ranking import Place
from evalflow.tally.tiers import Straddle, Tier, seats_of_shares
from evalflow.workflow.definition import BilingualText, Key, Strict
from evalflow.workflow.outcome import Outcome


def _part(text: str) -> str:
    if not 0 < Fraction(text) <= 1:
        raise ValueError(phrase("a share above 0 and up to 1/1, such as 1/12"))
    return text


Share = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,4}/[1-9][0-9]{0,3}$"), AfterValidator(_part)]


class AwardTier(Strict):
    """A class of the award. places: how many places it takes, after those of the tiers before it.

    at_least: the composite it takes, as text. share: instead of places, its part of all entries, such as "1/12"; the
    shares of the tiers add up before they are rounded down. full_mark_in: instead of all these, a scoring: for whoever
    is in no tier before it and has full marks there for at least one criterion. amount: what each entry in it brings
    for the award fund, in whole yuan, shared among the branches that took part as the application says.
    """

    key: Key
    title: BilingualText
    places: Annotated[int | None, Field(ge=1, le=1000)] = None
    at_least: Amount | None = None
    share: Share | None = None
    full_mark_in: Key | None = None
    amount: Annotated[int | None, Field(ge=1, le=100_000_000)] = None

    @model_validator(mode="after")
    def _meant(self) -> Self:
        if self.full_mark_in is not None:
            if (self.places, self.at_least, self.share) != (None, None, None):
                raise ValueError(phrase("full_mark_in alone, without places, at_least or share"))
        elif self.places is None and self.at_least is None and self.share is None:
            raise ValueError(phrase("places, at_least, share or full_mark_in"))
        elif self.places is not None and self.share is not None:
            raise ValueError(phrase("places or share, not both"))
        return self

    def to(self, locale: str) -> str:
        """What it is called, with what it brings: as it stands wherever a place stands.

        >>> from evalflow.i18n import Text
        >>> AwardTier(key="first", title=Text("一等", "First class"), places=2, amount=30000).to("en")
        'First class (30,000 yuan)'
        """
        title = self.title.to(locale)
        if self.amount is None:
            return title
        return say(locale, "%(tier)s (%(amount)s yuan)", tier=title, amount=f"{self.amount:,}")


def distinct(found: tuple[AwardTier, ...]) -> tuple[AwardTier, ...]:
    if len({tier.key for tier in found}) < len(found):
        raise ValueError(phrase("each tier key once"))
    return found


def fitting(found: tuple[AwardTier, ...]) -> tuple[AwardTier, ...]:
    """Tiers that can be meant: full marks last, falling scores, shares of no more than the whole."""
    mentions = [tier.full_mark_in is not None for tier in found]
    if mentions != sorted(mentions):
        raise ValueError(phrase("tiers by full marks after the others"))
    scores = [Fraction(tier.at_least) for tier in found if tier.at_least is not None]
    if scores != sorted(scores, reverse=True):
        raise ValueError(phrase("at_least no higher than in the tier before"))
    if sum(Fraction(tier.share) for tier in found if tier.share is not None) > 1:
        raise ValueError(phrase("shares that add up to 1 or less"))
    return found


@dataclass(frozen=True)
class Classes:
    """tiers: {entry: key of its tier}, absent for none. straddles: ties across a line, in the better of their tiers."""

    tiers: Mapping[str, str]
    straddles: tuple[Straddle, ...]


def classes(
    found: Sequence[AwardTier],
    names: Sequence[Mapping[str, Any]],
    *,
    composite: Mapping[str, Fraction | None],
    field: int,
    earlier: Mapping[str, Outcome],
) -> Classes:
    """The tiers of those decided. names: {"entry", "place"}, a place can be shared and one can be nobody's.

    composite: what places go by. field: how many entries there are. earlier: outcomes, of which full marks are read.
    """
    ordered = sorted(names, key=lambda name: (name["place"], name["entry"]))
    places = [Place(name["entry"], composite.get(name["entry"]), name["place"]) for name in ordered]
    tiering = tiers.assign(places, rules_of([tier for tier in found if tier.full_mark_in is None], field))
    given = tiers.together(tiering)
    for tier in found:
        if tier.full_mark_in is not None and tier.full_mark_in in earlier:
            full: Mapping[str, Sequence[str]] = earlier[tier.full_mark_in].facts.get("full_marks", {})
            given |= {place.entry: tier.key for place in places if place.entry in full and place.entry not in given}
    return Classes(given, tiering.undecided)


def tier_words(tier: AwardTier, locale: str) -> str:
    """What a tier takes."""
    title = tier.title.to(locale)
    if tier.full_mark_in is not None:
        return say(
            locale,
            "%(tier)s: whoever is in no other tier and has full marks for some criterion of %(stage)s.",
            tier=title,
            stage=f"“{tier.full_mark_in}”",
        )
    if tier.places is not None and tier.at_least is not None:
        return say_count(
            locale,
            "%(tier)s: %(num)s place, from a composite of %(score)s on.",
            "%(tier)s: %(num)s places, from a composite of %(score)s on.",
            tier.places,
            tier=title,
            score=tier.at_least,
        )
    if tier.places is not None:
        return say_count(locale, "%(tier)s: %(num)s place.", "%(tier)s: %(num)s places.", tier.places, tier=title)
    if tier.share is not None and tier.at_least is not None:
        told = N_("%(tier)s: %(share)s of all entries, from a composite of %(score)s on.")
        return say(locale, told, tier=title, share=tier.share, score=tier.at_least)
    if tier.share is not None:
        return say(locale, "%(tier)s: %(share)s of all entries.", tier=title, share=tier.share)
    return say(locale, "%(tier)s: from a composite of %(score)s on.", tier=title, score=tier.at_least)


def rules_of(found: Sequence[AwardTier], field: int) -> list[Tier]:
    """The tiers as the arithmetic knows them. field: how many entries there are, of which shares are taken."""
    shares = [tier for tier in found if tier.share is not None]
    by_share = seats_of_shares([Fraction(tier.share or 0) for tier in shares], field)
    seats = {tier.key: tier.places for tier in found} | dict(zip((tier.key for tier in shares), by_share, strict=True))
    return [
        Tier(tier.key, seats[tier.key], None if tier.at_least is None else Fraction(tier.at_least)) for tier in found
    ]
