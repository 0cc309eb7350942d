"""How sheets become a score, and which marks are looked at again, in sentences for raters."""

from evalflow.i18n import N_, say
from evalflow.kinds.rubric import Aggregate, Criterion, Recheck, ScoringOptions

SHEET = {
    "mean": N_("An entry's score is the mean of its marks."),
    "median": N_("An entry's score is the median of its marks."),
    "sum": N_("An entry's score is the sum of the points given to it."),
}
PANEL = {
    "mean": N_("For each criterion the mean of an entry's points is taken."),
    "median": N_("For each criterion the median of an entry's points is taken."),
    "sum": N_("For each criterion an entry's points are added up."),
    "trimmed_mean": N_("For each criterion the mean of an entry's points is taken."),
    "trimmed_sum": N_("For each criterion an entry's points are added up."),
}
ONE_EACH = {
    "trimmed_mean": N_(
        "With more than %(raters)s raters the highest and the lowest mark of an entry are dropped; "
        "its score is the mean of the others."
    ),
    "trimmed_sum": N_(
        "With more than %(raters)s raters the highest and the lowest mark of an entry are dropped; "
        "its score is the sum of the others."
    ),
}
SEVERAL_EACH = {
    "trimmed_mean": N_(
        "With more than %(raters)s raters the %(each)s highest and the %(each)s lowest marks of an entry are dropped; "
        "its score is the mean of the others."
    ),
    "trimmed_sum": N_(
        "With more than %(raters)s raters the %(each)s highest and the %(each)s lowest marks of an entry are dropped; "
        "its score is the sum of the others."
    ),
}


def how(options: ScoringOptions, locale: str) -> list[str]:
    """From marks to scores, step by step."""
    if options.by_criterion:
        return _by_criterion(options, locale)
    sentences = [_score(options.aggregate, locale)]
    if not options.adds_up:
        parts = [f"{one.label.to(locale)} {one.weight}%" for one in options.criterion]
        sentences.append(say(locale, "Criteria: %(criteria)s.", criteria=_listed(parts, locale)))
    if options.aggregate.level:
        sentences.append(say(locale, "Harsh and lenient raters are brought to a common mean and spread first."))
    return sentences


def after(options: ScoringOptions, locale: str) -> list[str]:
    """How a score is rounded, who reads marks and when, and what is done about marks far off."""
    public = N_(
        "Marks are public with the names of their raters once the awards are final; the committee reads them before."
    )
    sentences = [say(locale, public)]
    if options.round is not None:
        sentences.append(say(locale, "Scores are rounded half up (decimals: %(decimals)s).", decimals=options.round))
    return sentences if options.recheck is None else [*sentences, _recheck(options.recheck, locale)]


def _score(rule: Aggregate, locale: str) -> str:
    if not rule.trims:
        return say(locale, SHEET[rule.method])
    told = ONE_EACH if rule.trim == 1 else SEVERAL_EACH
    return say(locale, told[rule.method], raters=rule.trim_when_more_than, each=rule.trim)


def _by_criterion(options: ScoringOptions, locale: str) -> list[str]:
    rule = options.aggregate
    sentences = []
    if rule.level:
        sentences.append(
            say(locale, "In each criterion harsh and lenient raters are brought to a common mean and spread first.")
        )
    if rule.trims:
        sentences.append(_trimmed(rule, locale))
    sentences.append(say(locale, PANEL[rule.method]))
    if rule.round_panel is not None:
        sentences.append(say(locale, "It is rounded half up (decimals: %(decimals)s).", decimals=rule.round_panel))
    factors = [_factor(one, locale) for one in options.criterion if _is_weighed(one)]
    if factors:
        sentences.append(say(locale, "It is multiplied: %(factors)s.", factors=_listed(factors, locale)))
    if rule.round_part is not None:
        sentences.append(
            say(locale, "Each product is rounded half up (decimals: %(decimals)s).", decimals=rule.round_part)
        )
    return [*sentences, say(locale, "An entry's score is the sum over all criteria.")]


def _trimmed(rule: Aggregate, locale: str) -> str:
    if rule.trim == 1:
        return say(
            locale,
            "Where more than %(raters)s raters gave an entry points in a criterion, the highest and the lowest of them "
            "are dropped.",
            raters=rule.trim_when_more_than,
        )
    return say(
        locale,
        "Where more than %(raters)s raters gave an entry points in a criterion, the %(each)s highest and the %(each)s "
        "lowest of them are dropped.",
        raters=rule.trim_when_more_than,
        each=rule.trim,
    )


def _is_weighed(criterion: Criterion) -> bool:
    return criterion.factor_from is not None or "factor" in criterion.model_fields_set


def _factor(criterion: Criterion, locale: str) -> str:
    """A criterion × its factor × the number of the entry, which stands in quotes for `telling` to find."""
    declared = () if criterion.factor_from is None else (f"“{criterion.factor_from}”",)
    own = () if declared and "factor" not in criterion.model_fields_set else (criterion.factor,)
    return " × ".join([criterion.label.to(locale), *own, *declared])


def _recheck(recheck: Recheck, locale: str) -> str:
    pattern = {
        "median": N_(
            "Marks further than %(points)s from the median of an entry's marks are pointed out to the organiser "
            "after closing, who may have them looked at again; none is dropped for it."
        ),
        "mean": N_(
            "Marks further than %(points)s from the mean of an entry's marks are pointed out to the organiser "
            "after closing, who may have them looked at again; none is dropped for it."
        ),
    }
    return say(locale, pattern[recheck.centre], points=recheck.beyond)


def _listed(parts: list[str], locale: str) -> str:
    return ("、" if locale.startswith("zh") else ", ").join(parts)
