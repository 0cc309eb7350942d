"""The ballots as counted, read as evidence: row by row for whoever exports them, equal ones together for the count.

A million ballots must not become a million objects: the driver's rows go straight into a counter, and only its
patterns are looked at. Almost every ballot carries one vote, so what heavier ones carry beyond that is asked for apart.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import chain
from typing import Any, overload

from sqlalchemy import func, literal_column, select
from sqlalchemy.orm import Session

from evalflow.kinds.marking import UNREADABLE, Code, Paper
from evalflow.stages.ballot.models import Ballot, Mark
from evalflow.workflow.outcome import Row

BALLOTS = Ballot.__table__.c
CHUNK = 250  # rows fetched at a time: so few are gone before the garbage collector would look at them


class CountedBallots(Sequence[Row]):
    """The rows of `ballots.csv` of one stage, in the order of the random ids."""

    def __init__(self, session: Session, stage_id: int, paper: Paper) -> None:
        self.entries = paper.entries
        self._session = session
        self._stage_id = stage_id
        self._paper = paper
        self._code = BALLOTS.mask if paper.options.form == "names" else BALLOTS.marks

    def patterns(self) -> dict[Any, int]:
        """{code: votes}; None for envelopes that could not be opened."""
        # a literal, as in the condition of the index: SQLite does not look a parameter up in a partial index
        here, heavier = BALLOTS.stage_id == self._stage_id, BALLOTS.votes != literal_column("1")
        connection = self._session.connection()
        driver: Any = connection.execute(select(self._code).where(here)).cursor
        chunks = iter(lambda: driver.fetchmany(CHUNK), [])
        found: Counter[Any] = Counter(chain.from_iterable(chain.from_iterable(chunks)))
        extra = select(self._code, func.sum(BALLOTS.votes - 1)).where(here, heavier).group_by(self._code)
        for code, votes in connection.execute(extra):
            found[code] += int(votes)
        return found

    def weights(self) -> dict[int, int]:
        """{votes of a ballot: how many such ballots}."""
        query = select(BALLOTS.votes, func.count()).where(BALLOTS.stage_id == self._stage_id).group_by(BALLOTS.votes)
        return dict(self._session.execute(query).all())

    @cached_property
    def _rows(self) -> list[Row]:
        query = select(BALLOTS.id, self._code, BALLOTS.votes).where(BALLOTS.stage_id == self._stage_id)
        return [
            {"ballot": key, "choices": self._text(code), "votes": str(votes)}
            for key, code, votes in self._session.execute(query.order_by(BALLOTS.id))
        ]

    def _text(self, code: Code | None) -> str:
        """UNREADABLE too for a number that this paper has no bits for."""
        if code is None or (isinstance(code, int) and code >> len(self.entries)):
            return UNREADABLE
        return self._paper.text(code)

    def __iter__(self) -> Iterator[Row]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Row]: ...
    def __getitem__(self, index: int | slice) -> Row | Sequence[Row]:
        return self._rows[index]


class Receipts(Sequence[Row]):
    """The rows of `box.csv` of one stage, read when somebody wants them: the count does not."""

    def __init__(self, session: Session, stage_id: int) -> None:
        self._session = session
        self._stage_id = stage_id

    @cached_property
    def _rows(self) -> list[Row]:
        query = select(Mark.receipt).where(Mark.stage_id == self._stage_id).order_by(Mark.receipt)
        return [{"receipt": receipt} for receipt in self._session.scalars(query)]

    def __iter__(self) -> Iterator[Row]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Row]: ...
    def __getitem__(self, index: int | slice) -> Row | Sequence[Row]:
        return self._rows[index]
