"""What a scoring is: raters give the entries points by a rubric, blind, and the sheets become one score per entry.

Sheet by sheet, or criterion by criterion (`panels`): the workflow says which.

Evidence: `sheets.csv` holds all points handed in; `raters.csv` who was asked and for which branch each speaks (left
empty where every branch rates for itself); `recusals.csv` who stepped back from which entry.
"""

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any

from evalflow.i18n import Text, phrase, say
from evalflow.kinds import panels, scoring_words, sheets
from evalflow.kinds.components import figures_of
from evalflow.kinds.panels import far_off, pairs
from evalflow.kinds.rubric import Criterion, ScoringOptions, VoidRule
from evalflow.kinds.sheets import Sheets
from evalflow.tally import levelling, ties, void
from evalflow.tally.rounding import round_half_up
from evalflow.tally.scoring import Aggregate, aggregate
from evalflow.workflow.definition import Definition, Stage
from evalflow.workflow.kind import Kind, Problem
from evalflow.workflow.outcome import Case, Outcome

Marks = Mapping[str, Mapping[str, Fraction]]


def words(options: ScoringOptions, locale: str) -> list[str]:
    """The rubric's rules as a rater wants to hear them."""
    sentences = [_who(options, locale), *scoring_words.how(options, locale)]
    sentences += [void_words(rule, locale) for rule in options.void]
    sentences += scoring_words.after(options, locale)
    sentences.append(say(locale, "Nobody sees another's scores, or any mean, before scoring has closed."))
    return sentences


def void_words(rule: VoidRule, locale: str) -> str:
    """A reason why a sheet would not count, told before it is handed in."""
    if rule.rule == "same_score_for_all":
        return say(locale, "A sheet that gives every entry the same score does not count.")
    return say(
        locale,
        "A sheet that gives %(score)s or more to more than %(at_most)s of its entries does not count.",
        at_most=rule.at_most,
        score=rule.score,
    )


def _who(options: ScoringOptions, locale: str) -> str:
    if options.raters == "each_committee_member":
        return say(locale, "Every committee member scores the entries.")
    if options.own_entry == "excluded":
        return say(locale, "Every branch scores every entry but its own.")
    return say(locale, "Every branch scores every entry, its own included.")


def check(definition: Definition, stage: Stage) -> Iterable[Problem]:
    """A scoring needs entries; weights exactly where shares are averaged; factors of numbers that there are."""
    options = stage.options
    assert isinstance(options, ScoringOptions)
    if definition.last("submission", before=stage.key) is None:
        yield Problem("kind", phrase("a submission stage before it"), phrase("none"))
    yield from _weights(options)
    for index, criterion in enumerate(options.criterion):
        yield from _factors(criterion, definition, stage, place=f"criterion.{index}")


def _weights(options: ScoringOptions) -> Iterator[Problem]:
    weights = [criterion.weight for criterion in options.criterion]
    if options.adds_up:
        if any(weights):
            how = 'by = "criterion"' if options.by_criterion else f'method = "{options.aggregate.method}"'
            yield Problem(
                "criterion.weight", phrase("no weights with %(option)s", option=how), str([w for w in weights if w])
            )
    elif sum(weight or 0 for weight in weights) != 100:
        shown = " + ".join(str(weight or 0) for weight in weights)
        yield Problem("criterion.weight", phrase("weights that total 100"), shown)
    elif None in weights:
        yield Problem(
            f"criterion.{weights.index(None)}.weight", phrase("a weight for every criterion"), phrase("nothing")
        )


def _factors(criterion: Criterion, definition: Definition, stage: Stage, *, place: str) -> Iterator[Problem]:
    options = stage.options
    assert isinstance(options, ScoringOptions)
    for name in ("factor", "factor_from"):
        if name in criterion.model_fields_set and not options.by_criterion:
            yield Problem(f"{place}.{name}", phrase('aggregate.by = "criterion" where there are factors'), "sheet")
    known = [f"{one.key}.{figure}" for one in definition.earlier(stage.key) for figure in figures_of(one)]
    if criterion.factor_from is not None and criterion.factor_from not in known:
        yield Problem(f"{place}.factor_from", " | ".join(known) or phrase("an earlier number"), criterion.factor_from)


def breaches(given: Mapping[str, sheets.Points], options: ScoringOptions) -> tuple[void.Breach, ...]:
    """Why one rater's sheet {entry: {criterion: points}} would not count; the page asks before it is handed in."""
    return void.breaches(sheets.marks(given, options), same_score_void=options.same_score_void, quotas=options.quotas)


def outcome(case: Case) -> Outcome:
    """One score per entry, and what became of every sheet. Raises BundleError for a sheet that can't be."""
    options = case.stage.options
    assert isinstance(options, ScoringOptions)
    read = sheets.read(case, options)
    broken = {rater: breaches(given, options) for rater, given in sorted(read.given.items())}
    void_raters = {rater for rater, found in broken.items() if found}
    by_entry = _by_entry(case, read, options, void_raters=void_raters)
    if options.by_criterion:
        scores, explained = panels.scores(case, read, options, void_raters=void_raters)
    else:
        scores, explained = _by_sheet(by_entry, options)
    return Outcome(
        {
            "score": {entry: _rounded(score, options) for entry, score in scores.items() if score is not None},
            "raters": {entry: Fraction(len(marks)) for entry, marks in by_entry.items()},
        },
        {
            "asked": len(read.asked),
            "handed_in": len(read.given),
            "void": [_told(rater, breach) for rater, found in broken.items() for breach in found],
            "recused": [list(pair) for pair in sorted(read.recused)],
            "missing": _missing(read, case, options),
            **explained,
            **(_tie_keys(by_entry) if options.aggregate.method == "sum" else {}),
            **({"full_marks": full_marks(read, options, void_raters=void_raters)} if _asks_full_marks(case) else {}),
        },
    )


def _by_sheet(by_entry: Marks, options: ScoringOptions) -> tuple[dict[str, Fraction | None], dict[str, Any]]:
    """({entry: score}, the facts that explain it: marks dropped, marks to look at again)."""
    scored = {entry: aggregate_of(marks, options) for entry, marks in by_entry.items()}
    facts: dict[str, Any] = {"dropped": {entry: pairs(one.dropped) for entry, one in scored.items() if one.dropped}}
    if options.recheck is not None:
        facts["recheck"] = [row for entry, marks in by_entry.items() for row in far_off(entry, marks, options.recheck)]
    return {entry: one.score for entry, one in scored.items()}, facts


def aggregate_of(marks: Mapping[str, Fraction], options: ScoringOptions) -> Aggregate:
    """One entry's {rater: mark} as its score. Where points are added up, an entry nobody gave any has 0."""
    how = options.aggregate
    found = aggregate(marks, how.method, trim_when_more_than=how.trim_when_more_than, trim=how.trim)
    return Aggregate(Fraction(0), 0) if options.adds_up and found.score is None else found


def _by_entry(
    case: Case, read: Sheets, options: ScoringOptions, *, void_raters: set[str]
) -> dict[str, dict[str, Fraction]]:
    """{entry: {rater: mark}} of the sheets that count, levelled where the rules say so (by criterion: as given)."""
    by_entry: dict[str, dict[str, Fraction]] = {entry: {} for entry in case.keys}
    for rater, given in read.given.items():
        for entry, value in sheets.marks(given, options).items() if rater not in void_raters else ():
            by_entry[entry][rater] = value
    return levelling.level(by_entry) if options.aggregate.level and not options.by_criterion else by_entry


def full_marks(read: Sheets, options: ScoringOptions, *, void_raters: set[str]) -> dict[str, list[str]]:
    """{entry: criteria for which every sheet that counts gives the highest points}; entries without any are absent."""
    given: dict[str, dict[str, list[bool]]] = {}
    for rater in read.given.keys() - void_raters:
        for entry, points in read.given[rater].items():
            for criterion in options.criterion:
                if criterion.key in points:
                    is_full = points[criterion.key] == criterion.maximum
                    given.setdefault(entry, {}).setdefault(criterion.key, []).append(is_full)
    full = {
        entry: [one.key for one in options.criterion if all(marks.get(one.key, (False,)))]
        for entry, marks in sorted(given.items())
    }
    return {entry: criteria for entry, criteria in full.items() if criteria}


def _asks_full_marks(case: Case) -> bool:
    """Whether a tier of a later award goes by full marks here."""
    tiers = [tier for stage in case.definition.stages for tier in getattr(stage.options, "tier", ())]
    return any(tier.full_mark_in == case.stage.key for tier in tiers)


def _rounded(score: Fraction, options: ScoringOptions) -> Fraction:
    return score if options.round is None else Fraction(round_half_up(score, options.round))


def _told(rater: str, breach: void.Breach) -> dict[str, Any]:
    quota = {"at_most": breach.quota.at_most, "score": str(breach.quota.or_more)} if breach.quota else {}
    return {"rater": rater, "rule": breach.rule, "entries": sorted(breach.entries), **quota}


def _missing(read: Sheets, case: Case, options: ScoringOptions) -> dict[str, list[str]]:
    """{rater: entries it was asked about and gave nothing}; whoever handed in everything is absent."""
    left = {
        rater: [
            entry
            for entry in sheets.offered(read, case, options, rater=rater)
            if entry not in read.given.get(rater, {})
        ]
        for rater in sorted(read.asked)
    }
    return {rater: entries for rater, entries in left.items() if entries}


def _tie_keys(by_entry: Marks) -> dict[str, Any]:
    """What a later tie-break may ask of points handed out: how many gave any, how often which."""
    countback = ties.count_of_marks(by_entry)
    return {
        "givers": ties.number_of_givers(by_entry),
        "countback": {entry: list(counts) for entry, counts in countback.items()},
    }


SCORING = Kind(
    name="scoring",
    title=Text("评分", "Scoring"),
    options=ScoringOptions,
    words=words,
    outcome=outcome,
    tables={
        "sheets": ("rater", "entry", "criterion", "points"),
        "raters": ("rater", "branch"),
        "recusals": ("rater", "entry"),
    },
    figures=("score", "raters"),
    check=check,
    gathers=True,
)
