"""A ballot's rules as a voter wants to hear them."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from evalflow.i18n import N_, say
from evalflow.kinds.ballot_rules import BallotOptions


def words(options: BallotOptions, locale: str) -> list[str]:
    """What to write on the paper, how it is counted, who can see it."""
    sentences = _paper(options, locale)
    if options.method in COUNTED:
        sentences.append(say(locale, COUNTED[options.method], seats=options.seats or 1))
    if options.no_opinion:
        sentences.append(say(locale, "You may leave an entry open: no opinion counts neither for nor against it."))
    if options.default:
        sentences += _default(options, locale)
    if options.orders and options.method not in ("schulze", "star"):
        drawn = N_("Ties while counting are broken by the stage before, then by lots from the published seed.")
        told = N_("Ties while counting are broken by the stage before; what stays tied is told as a tie.")
        sentences.append(say(locale, drawn if options.draw else told))
    if options.weights == "roll":
        sentences += _weights(options, locale)
    sentences.append(_secrecy(options, locale))
    if options.revote:
        sentences.append(say(locale, "You may vote again until the vote closes; your last vote counts."))
    return sentences


UNCLEAR = MappingProxyType(
    {
        "void": N_("A paper with a rank left out or given twice is not counted."),
        "to_gap": N_("A paper counts up to the first rank that is left out or given twice."),
        "over_gaps": N_("A paper counts up to the first rank that is given twice; a rank left out is passed over."),
    }
)


def _paper(options: BallotOptions, locale: str) -> list[str]:
    return PAPER[options.form](options, locale)


def _names(options: BallotOptions, locale: str) -> list[str]:
    low, high = options.bounds.minimum, options.bounds.maximum
    if (low, high) == (1, 1):
        return [say(locale, "Choose one.")]
    return [say(locale, "Choose between %(low)s and %(high)s.", low=low, high=high)]


def _points(options: BallotOptions, locale: str) -> list[str]:
    if options.method == "cumulative":
        return [say(locale, "Hand out up to %(points)s points, as many to each as you like.", points=options.points)]
    return [say(locale, "Give each from 0 to %(points)s points.", points=options.points)]


def _grades(options: BallotOptions, locale: str) -> list[str]:
    labels = "、" if locale.startswith("zh") else ", "
    grades = labels.join(f"{grade.label.to(locale)} {grade.worth}" for grade in options.grade)
    return [say(locale, "Give each a grade: %(grades)s points.", grades=grades)]


def _ranks(options: BallotOptions, locale: str) -> list[str]:
    if options.method == "positional":
        worth = ("、" if locale.startswith("zh") else ", ").join(str(points) for points in options.ranks)
        told = N_("Put up to %(ranks)s in order; they get %(worth)s points.")
        return [say(locale, told, ranks=len(options.ranks), worth=worth), *_unclear(options, locale)]
    equal = N_("Put as many as you like in order; several may share a rank. What you leave out ranks below all others.")
    strict = N_("Put as many as you like in order, each rank once.")
    return [say(locale, equal if options.equal_ranks else strict), *_unclear(options, locale)]


def _unclear(options: BallotOptions, locale: str) -> list[str]:
    """How a paper counts whose ranks are not 1, 2, 3; nothing where equal ranks are allowed or gaps say nothing."""
    return [] if options.method == "schulze" else [say(locale, UNCLEAR[options.reading])]


PAPER: Mapping[str, Callable[[BallotOptions, str], list[str]]] = MappingProxyType(
    {"names": _names, "points": _points, "grades": _grades, "ranks": _ranks}
)
COUNTED = MappingProxyType(
    {
        "score": N_("The points are added up."),
        "cumulative": N_("The points are added up."),
        "grade": N_("The points of the grades are added up."),
        "positional": N_("The points are added up."),
        "star": N_("STAR, place by place: of the two with most points, whom more ballots score higher."),
        "schulze": N_("Schulze: whoever beats every other one to one, directly or by the strongest chain, is first."),
        "instant_runoff": N_(
            "Instant runoff: the last is left out and its ballots go to their next choice, again and again."
        ),
        "stv": N_("Single transferable vote (seats: %(seats)s): weighted inclusive Gregory, Droop quota."),
        "meek": N_("Single transferable vote (seats: %(seats)s): Meek's method."),
    }
)


def _default(options: BallotOptions, locale: str) -> list[str]:
    assert options.default is not None
    title = options.default.title.to(locale)
    sentences = [say(locale, "Whoever does not beat “%(title)s” is out.", title=title)]
    if options.default.votes_needed:
        needed = options.default.quorum
        sentences.append(say(locale, "Ballots that must prefer an entry to it: at least %(needed)s.", needed=needed))
    if "." in options.default.majority:
        sentences.append(say(locale, "How large a majority over it an entry needs is declared with the entry."))
    elif options.default.majority != "1":
        ratio = options.default.majority
        sentences.append(
            say(locale, "More than %(ratio)s times as many must prefer an entry to it as not.", ratio=ratio)
        )
    return sentences


def _weights(options: BallotOptions, locale: str) -> list[str]:
    sentences = [say(locale, "Votes are weighted: a ballot counts as many votes as the roll has for its voter.")]
    if options.secrecy == "sealed":
        shared = N_(
            "The count shows the weight of every ballot; so each weight is shared by at least %(few)s electors."
        )
        sentences.append(say(locale, shared, few=options.small_branch))
    return sentences


def _secrecy(options: BallotOptions, locale: str) -> str:
    if options.secrecy == "named":
        return say(locale, "Open vote: choices are recorded with names.")
    return say(
        locale,
        "Secret: each vote is sealed until the count, which needs %(needed)s of %(shares)s tellers.",
        needed=options.tellers.needed,
        shares=options.tellers.shares,
    )
