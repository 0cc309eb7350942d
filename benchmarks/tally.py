"""The count beside the least that could be done: merely fetching the same column, in the same run, on both databases.

    python -m benchmarks.tally

Prints how long reading, checking and counting approval ballots of 19 entries takes as a multiple of the driver's fetch
of their column, how both grow with the number of ballots, the peak memory of a process that counts a million, and what
other ways to store ballots would cost.
"""

import argparse
import json
import random
import statistics
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, insert, text
from sqlalchemy.orm import Session

from benchmarks.timing import say, seconds
from evalflow.db import Base, connect
from evalflow.engine import schema  # noqa: F401  the whole metadata
from evalflow.kinds import ballot
from evalflow.kinds.ballot_rules import BallotOptions
from evalflow.kinds.marking import Paper
from evalflow.stages.ballot.box import CountedBallots
from evalflow.stages.ballot.models import Ballot
from evalflow.tally.profile import UNRANKED
from evalflow.workflow.outcome import Case, Contender
from tests.databases import fresh_postgresql, fresh_sqlite, postgresql_server
from tests.kinds.cases import workflow

ENTRIES = tuple(f"e{number:02d}" for number in range(1, 20))
GROWTH, ROUNDS, BATCH, STORED = (10**4, 10**5, 10**6), 5, 50_000, 10**5
APPROVAL = workflow('vote ballot\nmethod = "approval"\nchoose = { min = 1, max = 10 }\n')
RANKED = workflow('vote ballot\nmethod = "schulze"\nequal_ranks = true\n')
COLUMN = "SELECT mask FROM ballot WHERE stage_id = 1"


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--count", help="count the ballots of this database once and print the peak memory")
    asked = arguments.parse_args()
    if asked.count:
        _count_alone(asked.count)
        return
    with tempfile.TemporaryDirectory() as folder, fresh_sqlite(Path(folder)) as engine:
        _measure("SQLite", engine)
    with postgresql_server() as server, fresh_postgresql(server) as engine:
        _measure("PostgreSQL", engine)


def _measure(name: str, engine: Engine) -> None:
    Base.metadata.create_all(engine)
    shares: list[float] = []
    for size in GROWTH:
        with _filled(engine, size):
            pairs = [(seconds(lambda: _fetch(engine)), seconds(lambda: _count(engine))) for _ in range(ROUNDS)]
            ratio = statistics.median(count / fetch for fetch, count in pairs)
            share = statistics.median(count for _, count in pairs) / size
            say(f"{name}, {size:>9,} approval ballots: count = {ratio:.2f} × fetch of the column")
            shares.append(share)
            say(f"    per ballot {share / shares[0]:.2f} × what it was at {GROWTH[0]:,}")
            if size == GROWTH[-1]:
                _memory(engine)
    _storage(name, engine)


def _fetch(engine: Engine) -> None:
    with engine.connect() as connection:
        connection.exec_driver_sql(COLUMN).cursor.fetchall()  # type: ignore[union-attr]


def _count(engine: Engine) -> Any:
    """Read, check, count: what the engine does when the box has been opened."""
    with Session(engine) as session:
        stage = APPROVAL.stages[-1]
        assert isinstance(stage.options, BallotOptions)
        rows = CountedBallots(session, 1, Paper(ENTRIES, stage.options))
        roll = [{"branch": "all", "electors": str(GROWTH[-1]), "voted": str(GROWTH[-1])}]
        contenders = tuple(Contender(key, "all", number) for number, key in enumerate(ENTRIES, 1))
        return ballot.outcome(Case(APPROVAL, stage, contenders, ("all",), {"ballots": rows, "roll": roll}, {}))


def _memory(engine: Engine) -> None:
    """In a process of its own, so that only the count is in it."""
    url = engine.url.render_as_string(hide_password=False)
    told = subprocess.run(  # noqa: S603 - our own module
        [sys.executable, "-m", "benchmarks.tally", "--count", url], capture_output=True, text=True, check=True
    )
    say(f"    {told.stdout.strip()}")


def _count_alone(url: str) -> None:
    engine = connect(url)
    with engine.connect():
        before = _peak()
    valid = _count(engine).facts["valid"]
    say(f"peak memory {_peak()} MB, of which {before} MB before the count of {valid:,} ballots")


def _peak() -> int:
    """The most memory this process has had so far, in MB."""
    status = Path("/proc/self/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) // 1024


@contextmanager
def _filled(engine: Engine, size: int) -> Iterator[None]:
    """So many random approval ballots of 1 to 10 entries; removed afterwards."""
    chance = random.Random(size)
    with engine.begin() as connection:
        for start in range(0, size, BATCH):
            rows = [
                {"stage_id": 1, "id": f"{chance.getrandbits(64):016x}", "mask": _mask(chance), "votes": 1}
                for _ in range(min(BATCH, size - start))
            ]
            connection.execute(insert(Ballot), rows)
    yield
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM ballot"))


def _mask(chance: random.Random) -> int:
    return sum(1 << bit for bit in chance.sample(range(len(ENTRIES)), chance.randint(1, 10)))


def _storage(name: str, engine: Engine) -> None:
    """Reading ballots back into patterns: one value each, JSON, or a row for every choice."""
    chance = random.Random(2)
    masks = [_mask(chance) for _ in range(STORED)]
    ranks = [bytes(_ranks(chance)) for _ in range(STORED)]
    for kind, codes, column in (("approval", masks, "BIGINT"), ("ranked", ranks, _bytes(engine))):
        taken = {way: _stored(engine, codes, way, column) for way in ("one value", "JSON", "a row per choice")}
        told = ", ".join(f"{way} {value / taken['one value']:.1f} ×" for way, value in taken.items())
        say(f"{name}, {STORED:,} {kind} ballots read back: {told}")


def _stored(engine: Engine, codes: list[Any], way: str, column: str) -> float:
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE IF EXISTS stored"))
        kind = {"one value": column, "JSON": "TEXT", "a row per choice": "INTEGER"}[way]
        connection.execute(text(f"CREATE TABLE stored (ballot INTEGER, entry INTEGER, choice {kind})"))
        put = text("INSERT INTO stored VALUES (:ballot, :entry, :choice)")
        for start in range(0, len(codes), BATCH // 10):
            part = list(enumerate(codes[start : start + BATCH // 10], start))
            connection.execute(put, [row for number, code in part for row in _rows(number, code, way)])
    return statistics.median(seconds(lambda: READERS[way](engine)) for _ in range(3))


def _rows(number: int, code: Any, way: str) -> list[dict[str, Any]]:
    marks = _choices(code)
    if way == "one value":
        return [{"ballot": number, "entry": 0, "choice": code}]
    if way == "JSON":
        return [{"ballot": number, "entry": 0, "choice": json.dumps(marks)}]
    return [{"ballot": number, "entry": entry, "choice": mark} for entry, mark in marks.items()]


def _choices(code: Any) -> dict[int, int]:
    if isinstance(code, bytes):
        return {entry: rank for entry, rank in enumerate(code) if rank != UNRANKED}
    return {bit: 1 for bit in range(len(ENTRIES)) if code >> bit & 1}


def _one_value(engine: Engine) -> Counter[Any]:
    with engine.connect() as connection:
        return Counter(value for (value,) in connection.exec_driver_sql("SELECT choice FROM stored").cursor)  # type: ignore[union-attr]


def _json(engine: Engine) -> Counter[Any]:
    with engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT choice FROM stored").cursor
        return Counter(tuple(json.loads(value).items()) for (value,) in rows)  # type: ignore[union-attr]


def _per_choice(engine: Engine) -> Counter[Any]:
    with engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT ballot, entry, choice FROM stored ORDER BY ballot, entry").cursor
        grouped = groupby(rows, key=lambda row: row[0])  # type: ignore[arg-type,union-attr]
        return Counter(tuple((entry, mark) for _, entry, mark in choices) for _, choices in grouped)


READERS: dict[str, Callable[[Engine], Counter[Any]]] = {
    "one value": _one_value,
    "JSON": _json,
    "a row per choice": _per_choice,
}


def _bytes(engine: Engine) -> str:
    return "BYTEA" if engine.dialect.name == "postgresql" else "BLOB"


def _ranks(chance: random.Random) -> list[int]:
    """Some entries in order, the others left out."""
    order = chance.sample(range(len(ENTRIES)), chance.randint(1, len(ENTRIES)))
    return [order.index(entry) + 1 if entry in order else UNRANKED for entry in range(len(ENTRIES))]


if __name__ == "__main__":
    main()
