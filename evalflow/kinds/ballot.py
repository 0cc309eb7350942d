"""What a ballot is: members vote, by sealed envelopes unless the vote is open, and the envelopes are counted at once.

Evidence: `ballots.csv` holds every ballot as counted (an id that says nothing, the entry keys chosen joined by "|",
and how many votes it carries), in the order of the ids; `roll.csv` how many were entitled and how many voted.
"""

from collections.abc import Iterable
from fractions import Fraction
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from evalflow.errors import BundleError
from evalflow.i18n import Text, say
from evalflow.kinds.columns import count_of, unique
from evalflow.tally import voting
from evalflow.tally.voting import Count
from evalflow.workflow.definition import Definition, Options, Stage, Strict
from evalflow.workflow.kind import Kind, Problem
from evalflow.workflow.outcome import Case, Outcome

MAX_ENTRIES = 62  # a ballot's choices are bits of one 64-bit integer


class Choose(Strict):
    """How many entries one ballot names; min 0 lets a voter abstain by an empty ballot."""

    minimum: Annotated[int, Field(ge=0, le=MAX_ENTRIES, alias="min")] = 1
    maximum: Annotated[int, Field(ge=1, le=MAX_ENTRIES, alias="max")]

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.minimum > self.maximum:
            raise ValueError("max not below min")
        return self


class Tellers(Strict):
    """The private key is split into `shares`; any `needed` of them open the envelopes."""

    shares: Annotated[int, Field(ge=1, le=20)] = 3
    needed: Annotated[int, Field(ge=1, le=20)] = 2

    @model_validator(mode="after")
    def _enough(self) -> Self:
        if self.needed > self.shares:
            raise ValueError("needed not above shares")
        return self


class BallotOptions(Options):
    """secrecy: "sealed" keeps every choice encrypted until the count; "named" is an open vote.

    small_branch: turnout of a branch with fewer electors than this is shown only together with the other small ones.
    """

    method: Literal["approval"]
    choose: Choose
    secrecy: Literal["sealed", "named"] = "sealed"
    tellers: Tellers = Tellers()
    revote: bool = True
    small_branch: Annotated[int, Field(ge=1, le=100)] = 5


def words(options: BallotOptions, locale: str) -> list[str]:
    """The ballot's rules as a voter wants to hear them."""
    low, high = options.choose.minimum, options.choose.maximum
    sentences = [say(locale, "Choose between %(low)s and %(high)s.", low=low, high=high)]
    if options.secrecy == "sealed":
        tellers = options.tellers
        sentences.append(
            say(
                locale,
                "Secret: each vote is sealed until the count, which needs %(needed)s of %(shares)s tellers.",
                needed=tellers.needed,
                shares=tellers.shares,
            )
        )
    else:
        sentences.append(say(locale, "Open vote: choices are recorded with names."))
    if options.revote:
        sentences.append(say(locale, "You may vote again until the vote closes; your last vote counts."))
    return sentences


def check(definition: Definition, stage: Stage) -> Iterable[Problem]:
    """A vote needs entries, and not more choices than there could ever be entries on offer."""
    options = stage.options
    assert isinstance(options, BallotOptions)
    if definition.last("submission", before=stage.key) is None:
        yield Problem("kind", "a submission stage before it", "none")
    if stage.rule.reopen:
        yield Problem("reopen", "false: a box that was closed is not opened for more envelopes", "true")
    needed = max(one.rule.min_entries for one in (*definition.earlier(stage.key), stage))
    if needed and options.choose.maximum > needed:
        expected = f"not above the entries needed to get here ({needed})"
        yield Problem("choose.max", expected, str(options.choose.maximum))


def outcome(case: Case) -> Outcome:
    """Votes per entry, and what became of every ballot. Raises BundleError for a ballot that can't have been cast."""
    options = case.stage.options
    assert isinstance(options, BallotOptions)
    unique(case.rows("ballots"), "ballots.csv", "ballot")
    electors, voted = _roll(case)
    count = voting.approval(
        _ballots(case),
        case.keys,
        minimum=options.choose.minimum,
        maximum=options.choose.maximum,
        electors=electors,
    )
    return Outcome(
        {"votes": {key: Fraction(count.votes[key]) for key in case.keys}},
        {
            "valid": count.valid,
            "invalid": count.invalid,
            "abstentions": count.abstentions,
            "cast": count.cast,
            "electors": electors,
            "voted": voted,
            "void": count.is_void,
        },
    )


def counted(outcome: Outcome) -> Count:
    """The count behind an outcome of a ballot, for whoever turns votes into points."""
    facts = outcome.facts
    votes = outcome.figures["votes"]
    return Count(votes, facts["valid"], facts["invalid"], facts["abstentions"], facts["electors"])


def _ballots(case: Case) -> Iterable[tuple[frozenset[str], int]]:
    known = set(case.keys)
    for line, row in enumerate(case.rows("ballots"), 2):
        chosen = frozenset(filter(None, row["choices"].split("|")))
        strange = chosen - known
        if strange:
            raise BundleError("ballots.csv", f"unknown entry {min(strange)!r}", line=line)
        yield chosen, count_of(row, "votes", "ballots.csv", line)


def _roll(case: Case) -> tuple[int, int]:
    """(electors, voted) over all branches, in votes."""
    rows = list(enumerate(case.rows("roll"), 2))
    electors = sum(count_of(row, "electors", "roll.csv", line) for line, row in rows)
    return electors, sum(count_of(row, "voted", "roll.csv", line) for line, row in rows)


BALLOT = Kind(
    name="ballot",
    title=Text("投票", "Vote"),
    options=BallotOptions,
    words=words,
    outcome=outcome,
    tables={"ballots": ("ballot", "choices", "votes"), "roll": ("branch", "electors", "voted")},
    figures=("votes",),
    check=check,
)
