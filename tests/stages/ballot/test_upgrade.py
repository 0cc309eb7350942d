"""A database in the middle of votes, made by the version before, is upgraded and finishes by the rules of then.

How it was made: `tests/released/make.py`.
"""

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from evalflow.app import create_app
from evalflow.audit import ledger
from evalflow.audit.models import Checkpoint, EventRow, Leaf
from evalflow.audit.signing import Signer
from evalflow.config import Config
from evalflow.db import Database
from evalflow.engine import commands, doctor, founding, jobs
from evalflow.errors import Conflict
from evalflow.people import grants
from evalflow.people.models import Person
from evalflow.seasons import queries as seasons
from evalflow.seasons.models import Phase
from evalflow.stages.ballot import envelopes, queries
from evalflow.stages.ballot.models import Mark, Teller
from tests.builders import ORGANISER, Clock, House
from tests.databases import fresh_postgresql, fresh_sqlite, postgresql_server
from tests.sealed import Vote
from tests.visitors import Visitor

RELEASED = Path(__file__).resolve().parents[2] / "released"
VOTES = {"smelting": 3, "refining": 2}


@pytest.fixture
def signer(config: Config, dialect: str) -> Signer:
    """With the key that sealed the log until then; the version before kept no head outside of the database."""
    config.instance.mkdir()
    (config.instance / "log.key").write_bytes((RELEASED / f"{dialect}.log.key").read_bytes())
    return Signer(config.instance, config.log_origin)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def dialect(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def database(dialect: str, tmp_path: Path, signer: Signer) -> Iterator[Database]:
    """As the version before left it, brought up to date."""
    lines = gzip.decompress((RELEASED / f"{dialect}.sql.gz").read_bytes()).decode()
    if dialect == "sqlite":
        with fresh_sqlite(tmp_path) as engine:
            connection = engine.raw_connection()
            connection.driver_connection.executescript(f"PRAGMA foreign_keys=OFF; {lines} PRAGMA foreign_keys=ON;")
            connection.close()
            yield brought_up(engine, signer)
        return
    with postgresql_server() as server, fresh_postgresql(server) as engine:
        connection = engine.raw_connection()
        connection.driver_connection.execute(lines)
        connection.commit()
        connection.close()
        engine.dispose()  # what the dump set for its session
        yield brought_up(engine, signer)


def brought_up(engine: Engine, signer: Signer) -> Database:
    """What `evalflow db upgrade` does."""
    database = Database(engine)
    founding.bring_up(database, signer)
    ledger.entrust(database, signer)
    return database


@pytest.fixture
def clock(database: Database) -> Clock:
    """A minute after the last thing that happened."""
    with database.reading() as session:
        moments = [row.at for row in session.query(EventRow).all()]
    clock = Clock(max(moments))
    clock.wait(minutes=1)
    return clock


def found(database: Database, clock: Clock, key: str) -> Vote:
    with database.reading() as session:
        season = seasons.season_by_key(session, key)
        people = {person.login: grants.actor_of(session, person) for person in session.query(Person)}
    house = House(database, 1, 2, clock)
    members = [people[f"member-{number}"] for number in range(5)]
    tellers = [people[f"teller-{number}"] for number in range(3)]
    return Vote(house, season, tuple(members), tuple(tellers))


def votes(vote: Vote) -> dict[str, int]:
    outcome = seasons.outcome_of(vote.stage)
    assert outcome is not None
    return {key: int(figure) for key, figure in outcome.figures["votes"].items()}


def finish(vote: Vote, tellers: int = 2) -> None:
    answers = [vote.hand_in(teller) for teller in vote.tellers[:tellers]]
    assert answers == [False] * (tellers - 1) + [True]
    jobs.tick(vote.house.database, now=vote.house.now)
    assert vote.stage.phase == Phase.DONE


def test_a_vote_that_is_open_goes_on_and_is_counted_with_what_was_cast_before(database: Database, clock: Clock) -> None:
    vote = found(database, clock, "open")
    clock.moment = vote.stage.opened_at or clock.moment
    clock.wait(hours=1)
    with database.reading() as session:
        [receipt] = [queries.own_receipt(session, vote.stage.id, vote.members[2].person_id or 0)]
    assert receipt is not None
    vote.cast(vote.members[2], "refining")  # in the place of an envelope of the version before
    vote.cast(vote.members[4], "smelting")
    vote.house.close(vote.season, "vote")
    finish(vote)
    assert votes(vote) == {"smelting": 3, "refining": 2}
    assert [public["replaces"] for _, _, public, _ in vote.house.log("ballot.cast")].count(receipt) == 1


def test_a_vote_with_a_share_in_the_clear_asks_for_it_again_and_is_counted(
    database: Database, clock: Clock, config: Config
) -> None:
    vote = found(database, clock, "half")
    with database.reading() as session:
        assert [one.handed_in for one in session.query(Teller).filter_by(stage_id=vote.stage.id)] == [None] * 3
        tasks = queries.tasks(session, session.merge(vote.stage), vote.tellers[0], clock())
    assert [task.title for task in tasks] == ["Hand in your share of the key again: the server was restarted"]
    app = create_app(config, database=database, clock=clock)
    desk = Visitor(app).become(vote.tellers[0].person_id or 0, database).get("/s/half/vote/ballot/teller").text
    assert "本次投票由本程序的早期版本开启" in desk
    finish(vote)
    assert votes(vote) == VOTES
    assert not vote.house.ask(envelopes.stand, vote.stage.id)


def test_a_vote_whose_tellers_have_their_keys_opens_with_them_and_says_who_should_set_theirs_again(
    database: Database, clock: Clock, config: Config
) -> None:
    vote = found(database, clock, "waiting")
    app = create_app(config, database=database, clock=clock)
    desk = Visitor(app).become(vote.tellers[0].person_id or 0, database).get("/s/waiting/vote/ballot/teller").text
    assert "请重新设置" in desk
    vote.house.act(commands.open_stage, vote.stage.id, actor=ORGANISER)
    vote.cast(vote.members[0], "smelting")
    vote.house.close(vote.season, "vote")
    finish(vote)
    assert votes(vote) == {"smelting": 1, "refining": 0}


def test_once_a_teller_has_set_a_key_anew_the_others_have_to_as_well(database: Database, clock: Clock) -> None:
    """From then on the box has a pepper, and a key that is not bound to it could be anybody's."""
    vote = found(database, clock, "waiting")
    vote.keep_key(vote.tellers[1])
    with pytest.raises(Conflict, match="teller_key_differs") as refused:
        vote.house.act(commands.open_stage, vote.stage.id, actor=ORGANISER)
    assert refused.value.facts == {"names": "Teller-0, Teller-2"}
    vote.keep_keys()
    vote.house.act(commands.open_stage, vote.stage.id, actor=ORGANISER)
    vote.cast(vote.members[0], "smelting")
    vote.house.close(vote.season, "vote")
    finish(vote)


def test_a_vote_that_was_counted_keeps_who_has_voted_and_its_outcome(database: Database, clock: Clock) -> None:
    vote = found(database, clock, "counted")
    assert votes(vote) == VOTES
    with database.reading() as session:
        marks = session.query(Mark).filter_by(stage_id=vote.stage.id).all()
        keys = [one.wrapped_key for one in session.query(Teller).filter_by(stage_id=vote.stage.id)]
    assert [mark.person_id for mark in sorted(marks, key=lambda mark: mark.person_id)] == [
        member.person_id for member in vote.members[:4]
    ]
    assert keys == [b""] * 3


def test_a_bad_share_of_before_stops_nothing_as_long_as_there_are_enough_good_ones(
    database: Database, clock: Clock
) -> None:
    """The log has not committed to it, so nobody can say which one it is before three are in."""
    vote = found(database, clock, "half")

    def swap(session: Session, now: object) -> None:
        first, second, _ = queries.tellers(session, vote.stage.id)
        first.public_key, first.wrapped_key = second.public_key, second.wrapped_key
        first.share = second.share

    vote.house.act(swap)
    assert [vote.hand_in(teller) for teller in vote.tellers] == [False, False, True]


def test_every_event_of_before_is_as_it_was(database: Database, request: pytest.FixtureRequest) -> None:
    name = database.engine.dialect.name
    lines = gzip.decompress((RELEASED / f"{name}.sql.gz").read_bytes()).decode()
    with database.reading() as session:
        leaves = list(session.scalars(text("SELECT leaf FROM event")))  # type: ignore[call-overload]
    assert len(leaves) > 50
    assert [leaf for leaf in leaves if leaf.replace("'", "''") not in lines] == []


def test_the_sealed_log_goes_on_in_the_middle_of_a_vote_and_verifies(
    database: Database, clock: Clock, signer: Signer
) -> None:
    """What was signed before stays signed: the head is taken from the database, and the next checkpoint extends it."""
    with database.reading() as session:
        [before] = session.query(Checkpoint).all()
        leaves = [row.leaf_hash for row in session.query(Leaf).order_by(Leaf.number)]
    head = signer.head()
    assert head is not None and (head.size, head.signed) == (len(leaves), before.note)
    vote = found(database, clock, "open")
    clock.moment = vote.stage.opened_at or clock.moment
    clock.wait(hours=1)
    vote.cast(vote.members[2], "refining")
    vote.house.close(vote.season, "vote")
    finish(vote)
    jobs.tick(database, now=clock(), signer=signer)
    with database.reading() as session:
        verified = ledger.verify(session, signer, kept=[before.note])
        assert [row.leaf_hash for row in session.query(Leaf).order_by(Leaf.number)][: len(leaves)] == leaves
        assert doctor.faults(session, signer) == []
    assert verified.size > len(leaves) > 50


def test_the_doctor_finds_everything_well(database: Database, signer: Signer) -> None:
    with database.reading() as session:
        assert doctor.faults(session, signer) == []
