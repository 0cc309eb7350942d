"""Public keys that somebody with the whole database exchanges: nobody's share or vote is sealed to one."""

import json
from typing import Any

import pytest
from sqlalchemy import select, update

from evalflow.access import SYSTEM, Actor
from evalflow.audit import ledger
from evalflow.audit.models import EventRow
from evalflow.audit.signing import Signer
from evalflow.engine import doctor, jobs
from evalflow.entropy import SystemEntropy
from evalflow.errors import Conflict
from evalflow.peppers import PeppersInMemory
from evalflow.seasons.events import STAGE_OPENED
from evalflow.stages.ballot import events, sealing
from evalflow.stages.ballot.models import BallotBox, BoxExamination, CountSession, Teller
from tests.sealed import PASSPHRASE, Vote

pytestmark = pytest.mark.breaks_the_database
ENTROPY = SystemEntropy()


def rewritten(vote: Vote, table: Any, **values: Any) -> None:
    with vote.house.database.writing() as session:
        session.execute(update(table).values(**values))


def aged(vote: Vote) -> None:
    """As a version left it that bound no keys: a shorter pepper, no codes."""
    peppers = vote.house.database.peppers
    assert isinstance(peppers, PeppersInMemory)
    peppers.kept[vote.stage.id] = b"p" * 32
    vote.keep_keys()
    rewritten(vote, Teller, key_mac=None)


def new_public_key() -> bytes:
    return sealing.public_bytes(sealing.new_key(ENTROPY))


def log_beside(vote: Vote, kind: Any, public: dict[str, Any], actor: Actor = SYSTEM) -> None:
    season, now = vote.season.key, vote.house.now
    with vote.house.database.writing() as session:
        ledger.append(session, kind, actor=actor, now=now, season=season, stage="vote", public=public)


def opening_of(vote: Vote) -> dict[str, Any]:
    """What the log says of the opening."""
    leaves = vote.house.ask(
        lambda session: session.scalars(select(EventRow.leaf).where(EventRow.type == STAGE_OPENED.name)).all()
    )
    [told] = [event for event in map(json.loads, leaves) if event["stage"] == "vote"]
    public: dict[str, Any] = told["public"]
    return public


def exchange_teller_key(vote: Vote, **more: Any) -> None:
    own = Teller.person_id == vote.tellers[1].person_id
    with vote.house.database.writing() as session:
        session.execute(update(Teller).where(own).values({"public_key": new_public_key()} | more))


@pytest.mark.parametrize("more", [{}, {"key_mac": None}], ids=["key", "key and code"])
def test_a_vote_does_not_open_with_a_key_that_its_teller_did_not_set_and_opens_once_they_set_it_anew(
    vote: Vote, more: dict[str, Any]
) -> None:
    vote.keep_keys()
    exchange_teller_key(vote, **more)
    with pytest.raises(Conflict, match="teller_key_differs") as refused:
        vote.house.open(vote.season, "vote")
    assert refused.value.facts == {"names": "Teller-1"}
    vote.keep_key(vote.tellers[1])
    vote.house.open(vote.season, "vote")
    assert vote.stage.phase == "open"


def test_a_key_in_another_tellers_row_is_not_theirs_although_the_program_wrote_it(vote: Vote) -> None:
    vote.keep_keys()
    first = vote.house.ask(lambda session: session.get(Teller, (vote.stage.id, vote.tellers[0].person_id)))
    assert first is not None
    with vote.house.database.writing() as session:
        other = Teller.person_id == vote.tellers[1].person_id
        copied = {"public_key": first.public_key, "key_mac": first.key_mac}
        session.execute(update(Teller).where(other).values(**copied))
    with pytest.raises(Conflict, match="teller_key_differs"):
        vote.house.open(vote.season, "vote")


def test_keys_of_an_older_version_are_compared_with_what_the_log_says_of_them(vote: Vote, signer: Signer) -> None:
    aged(vote)
    exchange_teller_key(vote)
    with pytest.raises(Conflict, match="teller_key_differs"):
        vote.house.open(vote.season, "vote")
    vote.keep_key(vote.tellers[1])
    vote.house.open(vote.season, "vote")
    vote.cast(vote.members[0], "smelting")
    rewritten(vote, BallotBox, key_mac=None)
    vote.house.database.kept.pop("papers")
    vote.cast(vote.members[1], "smelting")
    assert vote.house.ask(doctor.faults, signer) == []
    vote.house.close(vote.season, "vote")
    assert [vote.hand_in(teller, PASSPHRASE) for teller in vote.tellers[:2]] == [False, True]


def test_no_share_is_sealed_to_the_key_of_a_count_that_no_process_began(opened: Vote, signer: Signer) -> None:
    house, stage = opened.house, opened.stage.id
    opened.cast(opened.members[0], "smelting")
    house.close(opened.season, "vote")
    planted = sealing.new_key(ENTROPY)
    row = {"stage_id": stage, "made_at": house.now, "alive_at": house.now}
    with house.database.writing() as session:
        session.add(CountSession(public_key=sealing.public_bytes(planted), **row))
    assert not opened.hand_in(opened.tellers[0])
    [teller] = house.ask(lambda session: session.scalars(select(Teller).where(Teller.handed_in.is_not(None))).all())
    info = sealing.count_info(stage, sealing.public_bytes(planted), teller.person_id)
    with pytest.raises(sealing.BadShare):
        sealing.open_share(teller.handed_in, planted, info)
    [(_, _, told, _)] = house.log("count.session_lost")
    assert told == {"session": sealing.public_bytes(planted).hex(), "shares": 0}
    rewritten(opened, CountSession, public_key=sealing.public_bytes(planted))  # between two tellers
    assert not opened.hand_in(opened.tellers[1])
    assert [opened.hand_in(opened.tellers[0]), len(opened.ballots())] == [True, 1]


@pytest.mark.parametrize("more", [{}, {"key_mac": None}], ids=["key", "key and code"])
def test_a_second_opening_in_the_log_makes_no_key_the_box_s(opened: Vote, signer: Signer, more: dict[str, Any]) -> None:
    """Before the first vote: the key of the box, and an event as the opening writes it, beside the program."""
    house, key = opened.house, new_public_key()
    jobs.tick(house.database, now=house.now, signer=signer)
    true = opening_of(opened)
    rewritten(opened, BallotBox, public_key=key, **more)
    log_beside(opened, STAGE_OPENED, true | {"particulars": true["particulars"] | {"public_key": key.hex()}})
    with pytest.raises(Conflict, match="box_differs"):
        opened.cast(opened.members[0], "smelting")
    faults = house.ask(doctor.faults, signer)
    assert [one for one in faults if "The log has 2 openings of this vote" in one] != []
    assert [one for one in faults if "it does not match the key file" in one] != []
    house.close(opened.season, "vote")
    [opened.hand_in(teller) for teller in opened.tellers[:2]]
    assert (opened.ballots(), opened.stage.phase) == ([], "closed")


def test_a_second_opening_alone_stops_the_count(opened: Vote, signer: Signer) -> None:
    house = opened.house
    log_beside(opened, STAGE_OPENED, opening_of(opened))
    opened.cast(opened.members[0], "smelting")
    house.close(opened.season, "vote")
    [opened.hand_in(teller) for teller in opened.tellers[:2]]
    found = house.ask(lambda session: session.get(BoxExamination, opened.stage.id))
    assert found is not None and found.differences == [{"code": "opened_twice", "facts": {"number": 2}}]
    assert opened.ballots() == []


def test_a_forged_event_of_a_tellers_key_makes_up_for_no_code(vote: Vote) -> None:
    vote.keep_keys()
    key = new_public_key()
    exchange_teller_key(vote, public_key=key, key_mac=None)
    log_beside(vote, events.KEY_KEPT, {"key": key.hex()}, actor=vote.tellers[1])
    with pytest.raises(Conflict, match="teller_key_differs"):
        vote.house.open(vote.season, "vote")
