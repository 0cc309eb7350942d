"""What the log tells of a vote while it is open, and afterwards: no turnout, no order, no moment."""

import json
from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, select

from evalflow.audit import holding, ledger
from evalflow.audit.event import decode
from evalflow.audit.events import HELD
from evalflow.audit.models import EventRow, Leaf, Pending, Personal
from evalflow.audit.signing import Signer
from evalflow.bundle import recount
from evalflow.engine import bundles, commands, jobs
from evalflow.errors import LogBroken
from evalflow.registry import EVENT_TYPES
from evalflow.seasons import queries
from tests.builders import ORGANISER, House
from tests.sealed import VOTE, Vote, vote_of

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def vote(house: House, signer: Signer) -> Vote:
    """An open vote whose opening is sealed."""
    found = vote_of(house, VOTE.replace("choose", 'secrecy = "named"\nchoose'))
    house.open(found.season, "vote")
    seal(found, signer)
    return found


def seal(vote: Vote, signer: Signer) -> int:
    return int(vote.house.act(lambda session, *, now: ledger.seal(session, signer, now=now)))


def size(vote: Vote, signer: Signer) -> int:
    return int(vote.house.ask(ledger.verify, signer).size)


def sealed(vote: Vote) -> list[str]:
    """The types of all leaves, in their order."""
    query = select(EventRow.type).join(Leaf, Leaf.event_id == EventRow.id).order_by(Leaf.number)
    return list(vote.house.ask(lambda session: session.scalars(query).all()))


def cast_by_all(vote: Vote) -> None:
    for member in vote.members:
        vote.house.clock.wait(minutes=7)
        vote.cast(member, smelting=1)


def test_the_log_does_not_grow_with_the_casts_of_a_vote_that_is_open(vote: Vote, signer: Signer) -> None:
    before = size(vote, signer)
    cast_by_all(vote)
    assert (seal(vote, signer), size(vote, signer)) == (0, before)


def test_when_the_vote_closes_its_casts_enter_mixed_and_tell_no_moment(vote: Vote, signer: Signer) -> None:
    cast_by_all(vote)
    vote.house.close(vote.season, "vote")
    seal(vote, signer)
    query = select(EventRow.leaf).join(Leaf, Leaf.event_id == EventRow.id).order_by(Leaf.number)
    leaves = vote.house.ask(lambda session: session.scalars(query).all())
    casts = [event for event in (decode(leaf.encode()) for leaf in leaves) if event.type == HELD]
    assert len(casts) == len(vote.members)
    assert [event.id for event in casts] == sorted(event.id for event in casts)
    assert {event.at for event in casts} == {NEW_YEAR}
    assert vote.house.ask(lambda session: session.scalars(select(Pending.event_id)).all()) == []


def test_the_bundle_of_a_vote_that_is_over_tells_neither_when_nor_in_which_order_people_voted(
    vote: Vote, signer: Signer
) -> None:
    cast_by_all(vote)
    vote.house.close(vote.season, "vote")
    vote.house.settle(vote.season, "vote")
    seal(vote, signer)
    season = vote.season.key
    bundle = vote.house.ask(lambda one: bundles.export(one, queries.season_by_key(one, season), signer))
    assert bundle.log is not None
    told = [json.loads(line) for line in bundle.log.leaves if line.startswith("{")]
    assert {event["at"] for event in told if event["type"] == HELD} == {"2026-01-01T00:00:00.000000Z"}
    assert recount.recount(bundle).differences == ()


def test_a_season_that_is_cancelled_holds_nothing_back(vote: Vote, signer: Signer) -> None:
    cast_by_all(vote)
    stage_id = vote.house.stage(vote.season, "vote").id
    vote.house.act(commands.cancel_season, stage_id, reason="起草错误", actor=ORGANISER)
    seal(vote, signer)
    assert sealed(vote).count(HELD) == len(vote.members)


def test_while_a_vote_is_open_what_waits_is_committed_to_hourly_whether_anybody_voted_or_not(
    vote: Vote, signer: Signer
) -> None:
    def tick() -> None:
        jobs.tick(vote.house.database, now=vote.house.clock.wait(minutes=20), signer=signer)

    for _ in range(6):
        tick()
    assert sealed(vote).count("log.held_noted") == 2
    cast_by_all(vote)
    for _ in range(3):
        tick()
    noted = vote.house.log("log.held_noted")
    assert [len(personal["leaves"]) for *_, personal in noted] == [0, 0, len(vote.members)]
    assert [public for _, _, public, _ in noted] == [{}, {}, {}]


@pytest.mark.breaks_the_database
@pytest.mark.parametrize("lost", ["a cast", "the list"])
def test_a_cast_that_is_taken_away_while_it_waits_is_missed(vote: Vote, signer: Signer, lost: str) -> None:
    cast_by_all(vote)
    vote.house.act(holding.note)
    seal(vote, signer)
    assert size(vote, signer) > 0
    with vote.house.database.engine.begin() as connection:
        if lost == "the list":
            connection.execute(delete(Personal).where(Personal.payload.contains("leaves")))
        else:
            connection.exec_driver_sql("DROP TRIGGER event_no_delete")
            cast = connection.scalar(select(EventRow.id).where(EventRow.type == HELD).limit(1))
            connection.execute(delete(Pending).where(Pending.event_id == cast))
            connection.execute(delete(EventRow).where(EventRow.id == cast))
    complaint = "what it commits to was erased" if lost == "the list" else "1 events that waited for the end of a vote"
    with pytest.raises(LogBroken, match=complaint):
        size(vote, signer)


def test_the_database_holds_back_what_the_registry_says_is_held() -> None:
    assert [event_type.name for event_type in EVENT_TYPES if event_type.is_held] == [HELD]
