"""Reading a ballot's roll: how many were entitled and how many voted, and when that contradicts what is in the box.

Where evidence ends and the law begins: numbers that can't be (a branch twice, more voters than electors, more ballots
than the roll marks as having voted) are no evidence, and nothing is counted. Where nobody was marked on the roll, as
with paper ballots in some houses, `voted` is left empty; then nothing contradicts a full box, and more ballots than
electors make the vote void (`tally.voting.Count.is_void`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from evalflow.errors import BundleError
from evalflow.kinds.columns import count_of, one_of, unique
from evalflow.workflow.outcome import Case, Row

FILE = "roll.csv"
NO_BRANCH = ""  # electors of none, and small branches together


@dataclass(frozen=True)
class Roll:
    """Over all branches, in heads. voted: None where somebody's branch did not mark who voted."""

    electors: int
    voted: int | None


def read(case: Case) -> Roll:
    """The roll. BundleError: nobody on it, a branch unknown or twice, more voters than electors."""
    rows = case.rows("roll")
    if not rows:
        raise BundleError(FILE, expected="electors", found="nobody")
    unique(rows, FILE, "branch")
    lines = [_line(row, line, case.branches) for line, row in enumerate(rows, 2)]
    marked = [voted for _, voted in lines if voted is not None]
    return Roll(sum(electors for electors, _ in lines), sum(marked) if len(marked) == len(lines) else None)


def check_box(roll: Roll, ballots: Sequence[Row], cast: int, *, is_weighted: bool) -> None:
    """BundleError, at the first ballot too many, where more were cast than the roll marks as having voted.

    is_weighted: a row is one ballot, however many votes it has; else it stands for as many ballots as it has votes.
    """
    if roll.voted is None or cast <= roll.voted:
        return
    found = 0
    for line, row in enumerate(ballots, 2):
        found += 1 if is_weighted else int(row["votes"])
        if found > roll.voted:
            raise BundleError(
                "ballots.csv",
                expected=f"at most {roll.voted} ballots, as the roll has voters",
                found=str(cast),
                line=line,
            )


def _line(row: Row, line: int, branches: Sequence[str]) -> tuple[int, int | None]:
    """(electors, voted) of one branch."""
    one_of(row, "branch", FILE, line, known=(NO_BRANCH, *branches))
    electors = count_of(row, "electors", FILE, line)
    voted = count_of(row, "voted", FILE, line) if row["voted"] else None
    if voted is not None and voted > electors:
        raise BundleError(FILE, "voted", expected=f"at most the {electors} electors", found=str(voted), line=line)
    return electors, voted
