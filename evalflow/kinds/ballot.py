"""What a ballot is: members vote, by sealed envelopes unless the vote is open, and the envelopes are counted at once.

Evidence: `ballots.csv` holds every ballot as counted (an id that says nothing, what is on it, and how many votes it
carries), in the order of the ids; `roll.csv` how many were entitled and how many voted; `weights.csv`, of a weighted
vote only, how many electors have each weight; `voters.csv`, of an open vote only, from which branch each ballot came;
`box.csv` the receipts of all envelopes, in the order of their text, by which nothing is counted: they are what voters
and the log can be held against.
What is on a ballot are the entry keys chosen joined by "|", or each with its points, grade or rank: "b01:3|b07:1", "?"
being no opinion.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any, Protocol, runtime_checkable

from evalflow.errors import BundleError
from evalflow.i18n import Text
from evalflow.kinds import electing, electorate, lots, weighing
from evalflow.kinds.ballot_check import check
from evalflow.kinds.ballot_rules import DEFAULT, MAX_ENTRIES, BallotOptions
from evalflow.kinds.ballot_words import words
from evalflow.kinds.columns import count_of, one_of, unique
from evalflow.kinds.marking import UNREADABLE, Code, Paper, Unreadable
from evalflow.tally import voting
from evalflow.tally.profile import Profile
from evalflow.tally.voting import Count
from evalflow.workflow.kind import Kind
from evalflow.workflow.outcome import Case, Outcome, Row

FILE, VOTERS = "ballots.csv", "voters.csv"


@runtime_checkable
class Box(Protocol):
    """Ballots as evidence that can count equal ones together itself, so that a million need not become rows.

    entries: the paper. patterns: a new {code: votes}; None for what could not be read.
    """

    entries: Sequence[str]

    def patterns(self) -> dict[Any, int]: ...


def paper_of(keys: Iterable[str], options: BallotOptions) -> Paper:
    """The paper for these entries: the default option, where there is one, stands last."""
    return Paper((*keys, DEFAULT) if options.default else tuple(keys), options)


def outcome(case: Case) -> Outcome:
    """What every entry got, and what became of every ballot. Raises BundleError for what can't have been cast."""
    options = case.stage.options
    assert isinstance(options, BallotOptions)
    roll = electorate.read(case)
    _check_voters(case, options)
    paper, patterns = _counted_together(case, options)
    weights = weighing.roll_of(case, options, electors=roll.electors)
    roll_votes = roll.electors if weights is None else weighing.votes_on(weights)
    count, told = _counted(paper, patterns, case, roll_votes)
    weighed = None if weights is None else weighing.ballots_of(case.rows("ballots"), weights, file=FILE)
    cast = count.cast if weighed is None else sum(weighed.values())
    electorate.check_box(roll, case.rows("ballots"), cast, is_weighted=weighed is not None)
    figures = {"votes": {key: Fraction(count.votes[key]) for key in case.keys}}
    if count.places is not None:
        figures["place"] = {key: Fraction(place) for key, place in count.places.items()}
    if count.givers is not None:
        figures["givers"] = {key: Fraction(count.givers[key]) for key in case.keys}
    if options.establishment:
        figures["heads"] = _heads(case, options)
    return Outcome(
        figures,
        {
            "valid": count.valid,
            "invalid": count.invalid,
            "abstentions": count.abstentions,
            "cast": count.cast,
            "electors": roll.electors,
            "voted": roll.voted,
            "void": count.is_void or weighing.is_overfull(weighed or {}, weights or {}),
            **({"roll_votes": roll_votes} if weights is not None else {}),
            **({"top": options.top} if options.top is not None else {}),
            **told,
            **lots.told(case, are_drawn=options.draw),
        },
    )


def counted(outcome: Outcome) -> Count:
    """The count behind an outcome of a ballot, for whoever turns votes into points."""
    facts, figures = outcome.facts, outcome.figures
    return Count(
        figures["votes"],
        facts["valid"],
        facts["invalid"],
        facts["abstentions"],
        facts.get("roll_votes", facts["electors"]),
        places={key: int(place) for key, place in figures["place"].items()} if "place" in figures else None,
        givers={key: int(number) for key, number in figures["givers"].items()} if "givers" in figures else None,
        top=facts.get("top"),
        heads=figures.get("heads"),
    )


def ranks_by(outcome: Outcome) -> Mapping[str, Fraction]:
    """{entry: key} by which the vote itself puts the entries, the higher the better."""
    places = outcome.figures.get("place")
    return outcome.figures["votes"] if places is None else {key: -place for key, place in places.items()}


def _counted(paper: Paper, patterns: dict[Any, int], case: Case, electors: int) -> tuple[Count, Mapping[str, Any]]:
    """The count, and what there is to tell about how it came about."""
    options = paper.options
    unreadable = patterns.pop(None, 0)
    if options.form == "names":
        low, high = options.bounds.minimum, options.bounds.maximum
        found = voting.approval_of_masks(patterns.items(), paper.entries, minimum=low, maximum=high, electors=electors)
        return Count(found.votes, found.valid, found.invalid + unreadable, found.abstentions, electors), {}
    valid: Counter[Any] = Counter()
    for code, votes in patterns.items():
        clear = None if paper.is_blank(code) else paper.counted(code)
        if clear is not None:
            valid[clear] += votes
    blank = sum(votes for code, votes in patterns.items() if paper.is_blank(code))
    profile = Profile(paper.entries, tuple(valid), tuple(valid.values()))
    result = electing.count(profile, options, case)
    count = Count(
        result.votes,
        profile.ballots,
        unreadable + sum(patterns.values()) - profile.ballots - blank,
        blank,
        electors,
        places=result.places,
        givers=result.givers,
    )
    return count, result.told


def _counted_together(case: Case, options: BallotOptions) -> tuple[Paper, dict[Any, int]]:
    rows = case.rows("ballots")
    if isinstance(rows, Box):
        paper = Paper(tuple(rows.entries), options)
        if set(rows.entries) != set(paper_of(case.keys, options).entries):
            raise BundleError(
                FILE,
                "entries on the paper",
                expected=", ".join(sorted(paper_of(case.keys, options).entries)),
                found=", ".join(sorted(rows.entries)),
            )
        return paper, rows.patterns()
    unique(rows, FILE, "ballot")
    paper = paper_of(case.keys, options)
    if paper.is_too_long:
        raise BundleError(
            FILE, "entries on the paper", expected=f"at most {MAX_ENTRIES}", found=str(len(paper.entries))
        )
    found: Counter[Any] = Counter()
    for line, row in enumerate(rows, 2):
        if not row["ballot"]:
            raise BundleError(FILE, "ballot", expected="an id", found="nothing", line=line)
        found[_read(paper, row, line)] += count_of(row, "votes", FILE, line, at_least=1)
    return paper, found


def _read(paper: Paper, row: Row, line: int) -> Code | None:
    if row["choices"] == UNREADABLE:
        return None
    try:
        return paper.read(row["choices"])
    except Unreadable as wrong:
        raise BundleError(FILE, "choices", expected=wrong.expected, found=wrong.found, line=line) from None


def _check_voters(case: Case, options: BallotOptions) -> None:
    """A sealed vote says of no ballot where it came from; an open one of ballots there are, once each."""
    rows = case.rows("voters")
    if rows and options.secrecy == "sealed":
        raise BundleError(VOTERS, expected="no rows, as this vote is secret", found="some", line=2)
    unique(rows, VOTERS, "ballot")
    known = {row["ballot"] for row in case.rows("ballots")} if rows else set()
    for line, row in enumerate(rows, 2):
        one_of(row, "ballot", VOTERS, line, known=known)
        one_of(row, "branch", VOTERS, line, known=("", *case.branches))


def _heads(case: Case, options: BallotOptions) -> dict[str, Fraction]:
    return electing.declared(case, options.establishment)


BALLOT = Kind(
    name="ballot",
    title=Text("投票", "Vote"),
    options=BallotOptions,
    words=words,
    outcome=outcome,
    tables={
        "ballots": ("ballot", "choices", "votes"),
        "roll": ("branch", "electors", "voted"),
        "voters": ("ballot", "branch"),
        "weights": ("weight", "electors"),
        "box": ("receipt",),
    },
    figures=("votes", "place", "givers", "heads"),
    needs=("roll",),
    check=check,
    gathers=True,
)
