"""From valid ballots with marks to what a ballot's outcome holds, one function for each method of the workflow file."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from evalflow.errors import BundleError
from evalflow.kinds import lots
from evalflow.kinds.ballot_rules import DEFAULT, BallotOptions
from evalflow.tally import condorcet, graded, meek, star, transferable
from evalflow.tally.election import Election
from evalflow.tally.profile import Profile, first_preferences
from evalflow.workflow.outcome import Case


@dataclass(frozen=True)
class Result:
    """votes: what each entry got, by the method's own measure. places: where the method orders. told: JSON facts."""

    votes: Mapping[str, int | Fraction]
    places: Mapping[str, int] | None = None
    givers: Mapping[str, int] | None = None
    told: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


def count(profile: Profile, options: BallotOptions, case: Case) -> Result:
    """What valid ballots come to by the method of the options."""
    return METHODS[options.method](profile, options, case)


def declared(case: Case, reference: str) -> dict[str, Fraction]:
    """{entry: number} of a number field of the declaration, "STAGE.FIELD". BundleError where an entry lacks it."""
    stage, _, name = reference.partition(".")
    found = case.earlier[stage].figures.get(name, {})
    lacking = next((key for key in case.keys if key not in found), None)
    if lacking is not None:
        raise BundleError(stage, f"entry {lacking!r}", expected=f"a number for {name!r}", found="none")
    return {key: found[key] for key in case.keys}


def _score(profile: Profile, options: BallotOptions, case: Case) -> Result:
    assert options.points is not None
    found = graded.score(profile, maximum=options.points)
    return Result(found.sums, givers=found.givers if options.no_opinion else None)


def _cumulative(profile: Profile, options: BallotOptions, case: Case) -> Result:
    assert options.points is not None
    return Result(graded.cumulative(profile, budget=options.points).sums)


def _grade(profile: Profile, options: BallotOptions, case: Case) -> Result:
    found = graded.grades(profile, worth=[grade.worth for grade in options.grade])
    return Result(found.sums, givers=found.givers if options.no_opinion else None)


def _positional(profile: Profile, options: BallotOptions, case: Case) -> Result:
    return Result(graded.positional(profile, points=options.ranks).sums)


def _star(profile: Profile, options: BallotOptions, case: Case) -> Result:
    assert options.points is not None
    return _ordered(star.bloc_star(profile, maximum=options.points), graded.score(profile, maximum=options.points).sums)


def _schulze(profile: Profile, options: BallotOptions, case: Case) -> Result:
    rule = options.default
    if rule is None:
        return _ordered(condorcet.schulze(profile), first_preferences(profile))
    majority: Fraction | dict[str, Fraction]
    majority = declared(case, rule.majority) if "." in rule.majority else Fraction(rule.majority)
    found = condorcet.schulze(profile, default=DEFAULT, quorum=rule.votes_needed, majority=majority, strict=rule.strict)
    return _ordered(found, first_preferences(profile))


def _instant_runoff(profile: Profile, options: BallotOptions, case: Case) -> Result:
    found = transferable.instant_runoff(profile, lots=_lots(options, case))
    return _ordered(found, first_preferences(profile))


def _stv(profile: Profile, options: BallotOptions, case: Case) -> Result:
    assert options.seats is not None
    found = transferable.transferable(profile, options.seats, lots=_lots(options, case))
    return _ordered(found, first_preferences(profile))


def _meek(profile: Profile, options: BallotOptions, case: Case) -> Result:
    assert options.seats is not None
    return _ordered(meek.meek(profile, options.seats, lots=_lots(options, case)), first_preferences(profile))


METHODS: Mapping[str, Callable[[Profile, BallotOptions, Case], Result]] = MappingProxyType(
    {
        "score": _score,
        "cumulative": _cumulative,
        "grade": _grade,
        "positional": _positional,
        "star": _star,
        "schulze": _schulze,
        "instant_runoff": _instant_runoff,
        "stv": _stv,
        "meek": _meek,
    }
)


def _lots(options: BallotOptions, case: Case) -> Mapping[str, int] | None:
    return lots.drawn(case) if options.draw else None


def _ordered(election: Election, votes: Mapping[str, int | Fraction]) -> Result:
    """What is ranked below the default option is out, as is the option itself."""
    above: list[tuple[str, ...]] = []
    for group in election.order:
        if DEFAULT in group:
            break
        above.append(group)
    places = {place.entry: place.place for place in Election(tuple(above)).places if place.place is not None}
    told = {
        "order": [list(group) for group in election.order],
        "out": list(election.out),
        "steps": [_plain(step) for step in election.steps],
    }
    return Result(votes, places, told={"election": told})


def _plain(value: Any) -> Any:
    """The same in JSON values: exact fractions as text."""
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return str(value) if isinstance(value, Fraction) else value
