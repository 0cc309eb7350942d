"""The cast beside the least that could be done: three plain inserts, on the same PostgreSQL, in the same run.

    python -m benchmarks.cast

Prints the ratio of casts to triples of plain inserts per second (1 would mean that sealing, checking and logging cost
nothing), alternating the two so that a noisy machine is noisy for both, and the statements of one cast.
"""

import statistics
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy import Engine, event, insert, text

from evalflow.access import Actor, Grant, Role
from evalflow.db import Base, Database
from evalflow.engine import schema  # noqa: F401  the whole metadata
from evalflow.entropy import SystemEntropy
from evalflow.kinds.ballot_rules import BallotOptions
from evalflow.kinds.marking import Paper
from evalflow.stages.ballot import casting, envelopes, sealing
from evalflow.stages.ballot.models import Elector
from tests.databases import fresh_postgresql, postgresql_server

ENTRIES = tuple(f"e{number:02d}" for number in range(1, 20))
VOTERS, CLIENTS, ROUNDS = 1200, 8, 5
NOW = datetime(2026, 5, 4, tzinfo=UTC)
PLAIN = (
    "INSERT INTO plain_mark (stage, person) VALUES (1, :n)",
    "INSERT INTO plain_ballot (id, choice) VALUES (:n, 'e01|e02')",
    "INSERT INTO plain_event (id, leaf) VALUES (:n, repeat('x', 300))",
)


def main() -> None:
    with postgresql_server() as server, fresh_postgresql(server) as engine:
        database, paper = _prepare(engine)
        statements = _statements_of_one_cast(database, paper)
        ratios = []
        for number in range(ROUNDS):
            plain = _rate(lambda n: _plain(engine, n), start=number * VOTERS)
            cast = _rate(lambda n: _cast(database, paper, n), start=number * VOTERS)
            ratios.append(cast / plain)
    print(f"statements of one cast, BEGIN and COMMIT apart: {statements}")  # noqa: T201
    print(f"casts to plain triples, {CLIENTS} clients: {statistics.median(ratios):.2f}")  # noqa: T201
    print(f"  (between {min(ratios):.2f} and {max(ratios):.2f} in {ROUNDS} paired rounds)")  # noqa: T201


def _prepare(engine: Engine) -> tuple[Database, casting.Paper]:
    Base.metadata.create_all(engine)
    database = Database(engine)
    key = sealing.public_bytes(sealing.new_key(SystemEntropy()))
    with database.writing() as session:
        for table in ("plain_mark (stage int, person int, PRIMARY KEY (stage, person))",):
            session.execute(text(f"CREATE TABLE {table}"))
        session.execute(text("CREATE TABLE plain_ballot (id int PRIMARY KEY, choice text)"))
        session.execute(text("CREATE TABLE plain_event (id int PRIMARY KEY, leaf text)"))
        session.execute(
            text(
                "INSERT INTO season (id, key, workflow, title_zh, title_en, definition, digest, draw_seed, starts_on, "
                "cancel_reason, version) VALUES (1, 's', 'w', 't', '', '{}', 'd', '', '2026-03-01', '', 1)"
            )
        )
        session.execute(
            text(
                "INSERT INTO stage (id, season_id, position, key, kind, phase) VALUES (1, 1, 0, 'v', 'ballot', 'open')"
            )
        )
        voters = range(1, VOTERS * ROUNDS + 2)
        session.execute(insert(Elector), [{"stage_id": 1, "person_id": n, "weight": 1} for n in voters])
        envelopes.create(session, 1)
    options = BallotOptions.model_validate({"method": "approval", "choose": {"min": 1, "max": 10}})
    return database, casting.Paper(1, 1, "s", "v", Paper(ENTRIES, options), key, True, bytes(32))


def _plain(engine: Engine, number: int) -> None:
    with engine.begin() as connection:
        for statement in PLAIN:
            connection.execute(text(statement), {"n": number})


def _cast(database: Database, paper: casting.Paper, number: int) -> None:
    member = Actor(number, "", "member", grants=frozenset({Grant(Role.MEMBER)}))
    with database.writing() as session:
        casting.cast(session, paper, frozenset(ENTRIES[:5]), attempt=f"{number:032x}", actor=member, clock=lambda: NOW)


def _statements_of_one_cast(database: Database, paper: casting.Paper) -> int:
    seen: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
    _cast(database, paper, VOTERS * ROUNDS + 1)
    return len(seen)


def _rate(act: Callable[[int], None], *, start: int) -> float:
    """Acts per second with several clients at once."""

    def work(client: int) -> None:
        for number in range(client, VOTERS, CLIENTS):
            act(start + number + 1)

    threads = [threading.Thread(target=work, args=(client,)) for client in range(CLIENTS)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return VOTERS / (time.perf_counter() - began)


if __name__ == "__main__":
    main()
