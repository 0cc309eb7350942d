"""Weighted votes: what the roll says of weights, and whether the ballots can have come from it.

Evidence: `weights.csv`, of a weighted vote only, says how many electors have each weight. In such a vote a row of
`ballots.csv` is one ballot, and its `votes` are its voter's weight; `roll.csv` counts heads.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Protocol, runtime_checkable

from evalflow.errors import BundleError, choices
from evalflow.kinds.ballot_rules import BallotOptions
from evalflow.kinds.columns import count_of
from evalflow.workflow.outcome import Case, Row

FILE = "weights.csv"


@runtime_checkable
class Weighed(Protocol):
    """Ballots that count themselves by weight: {votes of a ballot: how many such ballots}."""

    def weights(self) -> dict[int, int]: ...


def roll_of(case: Case, options: BallotOptions, *, electors: int) -> Mapping[int, int] | None:
    """{weight: electors}; None where every elector counts once. electors: heads on the whole roll.

    BundleError for weights where the rules know none, for none where they do, and where they are others' than the
    roll's electors.
    """
    rows = case.rows("weights")
    if options.weights == "equal":
        if rows:
            raise BundleError(FILE, expected="no rows, as in this vote every elector counts once", found="some", line=2)
        return None
    found: dict[int, int] = {}
    for line, row in enumerate(rows, 2):
        weight = count_of(row, "weight", FILE, line)
        if not weight or weight in found:
            raise BundleError(
                FILE, "weight", expected="1 or more, each once", found=f"{weight} again" if weight else "0", line=line
            )
        found[weight] = count_of(row, "electors", FILE, line)
    if sum(found.values()) != electors:
        last = len(rows) + 1 if rows else None
        raise BundleError(
            FILE, "electors", expected=f"{electors} in all, as roll.csv has", found=str(sum(found.values())), line=last
        )
    return found


def votes_on(roll: Mapping[int, int]) -> int:
    """All votes that the electors have together.

    >>> votes_on({1: 4, 3: 2})
    10
    """
    return sum(weight * electors for weight, electors in roll.items())


def ballots_of(ballots: Sequence[Row], roll: Mapping[int, int], *, file: str) -> Mapping[int, int]:
    """{weight: ballots}. BundleError, at the first such ballot, for a weight that nobody on the roll has."""
    found = ballots.weights() if isinstance(ballots, Weighed) else _weights(ballots, file)
    if found.keys() <= roll.keys():
        return found
    weights = ((line, int(row["votes"])) for line, row in enumerate(ballots, 2))
    line, strange = next((line, weight) for line, weight in weights if weight not in roll)
    raise BundleError(
        file, "votes", expected=choices(sorted(map(str, roll)), str(strange)), found=str(strange), line=line
    )


def is_overfull(ballots: Mapping[int, int], roll: Mapping[int, int]) -> bool:
    """Whether of some weight there are more ballots than electors. Both: {weight: how many}."""
    return any(number > roll[weight] for weight, number in ballots.items())


def _weights(ballots: Sequence[Row], file: str) -> dict[int, int]:
    return Counter(count_of(row, "votes", file, line) for line, row in enumerate(ballots, 2))
