"""What an award is: what was decided and not struck by an objection is made final, in tiers where there are any.

Evidence: `awards.csv` holds who is awarded, with the place and the tier ("" where there are none). The outcome's
`grants` are {entry: {branch: amount}} where tiers have an amount for the award fund; `through_lead` says which part of
the lead branch's is for units that are no branches.
"""

from collections.abc import Iterable
from fractions import Fraction
from typing import Annotated, Any

from pydantic import AfterValidator

from evalflow.i18n import N_, Text, phrase, say
from evalflow.kinds import award_fund
from evalflow.kinds.award_tiers import AwardTier, Classes, classes, distinct, fitting, tier_words
from evalflow.kinds.columns import check_due, count_of, one_of, unique
from evalflow.kinds.decision_rules import DecisionOptions
from evalflow.workflow.definition import BilingualText, Definition, Options, Stage, Strict, listed
from evalflow.workflow.kind import Kind, Problem
from evalflow.workflow.outcome import Case, Outcome

FILE = "awards.csv"


class Certificate(Strict):
    """What a certificate says; the entry's title and branch are set between."""

    title: BilingualText = Text("荣誉证书", "Certificate of honour")
    text: BilingualText = Text("在评选中，你支部申报的", "In this selection, your branch's entry")
    issuer: BilingualText = Text("", "")


class AwardOptions(Options):
    """tier: classes from the best on, and who is in none of them is not awarded; without any all are awarded alike.

    honour: what winners are called. certificate: its words.
    """

    honour: BilingualText
    certificate: Certificate = Certificate()
    tier: Annotated[
        listed(AwardTier, max_length=20),  # type: ignore[valid-type]
        AfterValidator(distinct),
        AfterValidator(fitting),
    ] = ()


def words(options: AwardOptions, locale: str) -> list[str]:
    """What winners are called, and by which tiers."""
    sentences = [say(locale, "Winners are awarded: %(honour)s.", honour=options.honour.to(locale))]
    sentences += [tier_words(tier, locale) for tier in options.tier]
    if options.tier:
        sentences.append(say(locale, "Who shares a place shares the better tier."))
    sentences += fund_words(options, locale)
    sentences.append(say(locale, "Awards are public from the moment they are final, and not before."))
    return sentences


def fund_words(options: AwardOptions, locale: str) -> list[str]:
    """What the tiers bring, and how it is shared; nothing where no tier has an amount."""
    told = N_("%(tier)s: %(amount)s yuan for the award fund.")
    sums = [say(locale, told, tier=tier.title.to(locale), amount=tier.amount) for tier in options.tier if tier.amount]
    shared = N_(
        "The award fund of an entry is divided to the last cent: partners have their shares, the lead the rest."
    )
    return [*sums, say(locale, shared)] if sums else []


def check(definition: Definition, stage: Stage) -> Iterable[Problem]:
    """There must be something to award, a tier for every place of it where tiers are by places, and scorings to ask."""
    options = stage.options
    assert isinstance(options, AwardOptions)
    decision = definition.last("decision", before=stage.key)
    if decision is None:
        yield Problem("kind", phrase("a decision stage before it"), phrase("none"))
        return
    assert isinstance(decision.options, DecisionOptions)
    places, seats = sum(tier.places or 0 for tier in options.tier), decision.options.seats
    if options.tier and all(tier.places is not None for tier in options.tier) and places != seats:
        yield Problem(
            "tier.places",
            phrase("places that total the seats of %(stage)s (%(seats)s)", seats=seats, stage=decision.key),
            str(places),
        )
    scorings = [one.key for one in definition.earlier(stage.key) if one.kind == "scoring"]
    for index, tier in enumerate(options.tier):
        if tier.full_mark_in is not None and tier.full_mark_in not in scorings:
            expected = phrase("an earlier scoring: %(known)s", known=" | ".join(scorings) or phrase("none"))
            yield Problem(f"tier.{index}.full_mark_in", expected, tier.full_mark_in)


def due(case: Case) -> list[dict[str, Any]]:
    """Who is to be awarded, best first: {"entry", "place", "tier"}, after notice where there is one."""
    options = case.stage.options
    assert isinstance(options, AwardOptions)
    names = left_standing(case)
    if not options.tier:
        return [{**name, "tier": ""} for name in names]
    tiers = classes_of(case).tiers
    return [{**name, "tier": tiers[name["entry"]]} for name in names if name["entry"] in tiers]


def classes_of(case: Case) -> Classes:
    """The tiers by the decision, so that a struck name moves nobody up, unless the notice gave out places anew."""
    options = case.stage.options
    assert isinstance(options, AwardOptions)
    decision, names = case.definition.last("decision", before=case.stage.key), left_standing(case)
    ruled = case.earlier[decision.key] if decision else Outcome({}, {"decided": []})
    decided = ruled.facts["decided"]
    return classes(
        options.tier,
        decided if all(name in decided for name in names) else names,
        composite=ruled.figures.get("composite", {}),
        field=len(case.contenders),
        earlier=case.earlier,
    )


def left_standing(case: Case) -> list[dict[str, Any]]:
    """{"entry", "place"} as decided, or as a notice after it left them."""
    names: list[dict[str, Any]] = []
    for stage in case.definition.earlier(case.stage.key):
        if stage.kind == "decision":
            names = case.earlier[stage.key].facts["decided"]
        elif stage.kind == "notice":
            names = case.earlier[stage.key].facts["remaining"]
    return names


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
    check_due(due(case), awards, FILE)
    awards.sort(key=lambda one: (one["place"], one["entry"]))
    options = case.stage.options
    assert isinstance(options, AwardOptions)
    straddles = classes_of(case).straddles if options.tier else ()
    grants = award_fund.granted(case, options.tier, awards)
    told = [{"entries": list(one.entries), "tiers": list(one.tiers)} for one in straddles]
    return Outcome(
        {"place": {one["entry"]: Fraction(one["place"]) for one in awards}},
        {"awards": awards, **({"straddles": told} if told else {}), **award_fund.facts(grants)},
    )


AWARD = Kind(
    name="award",
    title=Text("表彰授牌", "Award"),
    options=AwardOptions,
    words=words,
    outcome=outcome,
    tables={"awards": ("entry", "place", "tier")},
    figures=("place",),
    check=check,
    gathers=True,
)
