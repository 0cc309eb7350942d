"""How an entry came to its votes, and how those become points of the composite."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import Any, ClassVar

from evalflow.analysis.arithmetic import Arithmetic, mentions
from evalflow.kinds.ballot import counted
from evalflow.kinds.decision_rules import DecisionOptions
from evalflow.tally.points import VOTE_POINTS
from evalflow.tally.ranking import rank
from evalflow.tally.voting import Count
from evalflow.workflow.definition import Stage
from evalflow.workflow.outcome import Case, Outcome

TOLD = {"valid", "invalid", "abstentions", "cast", "electors", "voted", "roll_votes", "void", "top", "election"}


@dataclass(frozen=True)
class VotePoints:
    """Votes as points by one rule of a decision. working: None where the rule's arithmetic takes more than a line."""

    rule: str
    points: Fraction
    working: Arithmetic | None


@dataclass(frozen=True)
class Vote:
    """place: by the vote alone, None where the method itself left the entry out. alike: how many share it.

    steps: how the method got there, one mapping of JSON values a round; none where votes are only counted.
    electors: heads. roll_votes: the votes they have together in a weighted vote, else None. others: what else the
    outcome tells of the entry.
    """

    shape: ClassVar[str] = "vote"
    stage: Stage
    votes: Fraction
    place: int | None
    alike: int
    entries: int
    valid: int
    invalid: int
    abstentions: int
    cast: int
    electors: int
    roll_votes: int | None
    is_void: bool
    points: tuple[VotePoints, ...]
    steps: tuple[Mapping[str, Any], ...] = ()
    others: tuple[tuple[str, str], ...] = ()


def explain(case: Case, outcome: Outcome, entry: str) -> Vote:
    """What the ballots gave one entry."""
    facts, count = outcome.facts, counted(outcome)
    place, alike = _place(count, entry)
    return Vote(
        stage=case.stage,
        votes=Fraction(count.votes[entry]),
        place=place,
        alike=alike,
        entries=len(count.votes),
        valid=count.valid,
        invalid=count.invalid,
        abstentions=count.abstentions,
        cast=count.cast,
        electors=facts["electors"],
        roll_votes=facts.get("roll_votes"),
        is_void=facts["void"],
        points=() if facts["void"] else _points(case, count, entry),
        steps=tuple(facts.get("election", {}).get("steps", ())),
        others=tuple(mentions({key: fact for key, fact in facts.items() if key not in TOLD}, entry)),
    )


def _place(count: Count, entry: str) -> tuple[int | None, int]:
    """(place by the vote, how many have it)."""
    if count.places is not None:
        place = count.places.get(entry)
        return place, sum(one == place for one in count.places.values()) if place else 0
    places = {one.entry: one.place for one in rank({key: Fraction(votes) for key, votes in count.votes.items()})}
    return places[entry], sum(one == places[entry] for one in places.values())


def _points(case: Case, count: Count, entry: str) -> tuple[VotePoints, ...]:
    """By every rule that a decision asks for, each once."""
    rules = dict.fromkeys(
        component.points
        for stage in case.definition.stages
        if isinstance(stage.options, DecisionOptions)
        for component in stage.options.component
        if component.source == case.stage.key and component.points in VOTE_POINTS
    )
    found = {rule: VOTE_POINTS[rule](count) for rule in rules}
    return tuple(
        VotePoints(rule, points[entry], _working(rule, count, entry, points[entry]))
        for rule, points in found.items()
        if entry in points
    )


def _working(rule: str, count: Count, entry: str, points: Fraction) -> Arithmetic | None:
    """The rule's line, where there is one and it gives these points."""
    found = WORKINGS[rule](count, entry) if rule in WORKINGS else None
    return found if found is not None and found.result == points else None


def _rank_points(count: Count, entry: str) -> Arithmetic | None:
    place, _alike = _place(count, entry)
    if place is None or place > 101:
        return None
    return Arithmetic((Fraction(101), " − ", Fraction(place)), Fraction(max(0, 101 - place)))


def _per_cent(whole: Callable[[Count], Fraction]) -> Callable[[Count, str], Arithmetic | None]:
    def working(count: Count, entry: str) -> Arithmetic | None:
        votes, base = Fraction(count.votes[entry]), whole(count)
        return Arithmetic((Fraction(100), " × ", votes, " ÷ ", base), 100 * votes / base) if base else None

    return working


def _mean(count: Count, entry: str) -> Arithmetic | None:
    votes, ballots = Fraction(count.votes[entry]), _opinions(count, entry)
    return Arithmetic((votes, " ÷ ", ballots), votes / ballots) if ballots else None


def _full_marks(count: Count, entry: str) -> Arithmetic | None:
    votes, ballots, top = Fraction(count.votes[entry]), _opinions(count, entry), Fraction(count.top or 0)
    if not ballots or not top:
        return None
    return Arithmetic((Fraction(100), " × ", votes, " ÷ ", ballots, " ÷ ", top), 100 * votes / ballots / top)


def _head_count(count: Count, entry: str) -> Arithmetic | None:
    """Half by the reach beyond one's own branch, full where the votes are twice its heads; half by rank points."""
    heads, votes = (count.heads or {}).get(entry), Fraction(count.votes[entry])
    ranked = _rank_points(count, entry)
    if ranked is None or heads is None:
        return None
    if not heads or votes >= 2 * heads:
        return Arithmetic((Fraction(50), " + ", ranked.result, " ÷ 2"), 50 + ranked.result / 2)
    left, reach = (Fraction(50), " × ", votes, " ÷ (2 × ", heads, ")"), 50 * votes / (2 * heads)
    return Arithmetic((*left, " + ", ranked.result, " ÷ 2"), reach + ranked.result / 2)


def _opinions(count: Count, entry: str) -> Fraction:
    """How many ballots have an opinion of the entry."""
    return Fraction(count.givers[entry] if count.givers else count.valid)


WORKINGS: Mapping[str, Callable[[Count, str], Arithmetic | None]] = MappingProxyType(
    {
        "rank_points": _rank_points,
        "share_of_votes": _per_cent(lambda count: sum(map(Fraction, count.votes.values()), Fraction(0))),
        "approvals_over_electors": _per_cent(lambda count: Fraction(count.electors or 0)),
        "share_of_maximum": _per_cent(lambda count: Fraction(max(count.votes.values(), default=0))),
        "mean_of_grades": _mean,
        "share_of_full_marks": _full_marks,
        "head_count_fair": _head_count,
    }
)
