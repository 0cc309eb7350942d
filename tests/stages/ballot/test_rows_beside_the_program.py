"""Rows that somebody with the whole database writes as the program would: nothing that opens a box believes them."""

from typing import Any

import pytest
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from evalflow.access import Role
from evalflow.audit.signing import Signer
from evalflow.engine import doctor
from evalflow.errors import Conflict
from evalflow.seasons.models import StageRow
from evalflow.stages.ballot import agreement, disputes, envelopes, unopenable
from evalflow.stages.ballot.logged import logged
from evalflow.stages.ballot.models import BoxStatement
from tests.builders import House
from tests.sealed import Vote

pytestmark = pytest.mark.breaks_the_database


@pytest.fixture
def people(house: House) -> dict[str, Any]:
    return {"organiser": house.actor("organiser", Role.ORGANISER), "auditor": house.actor("auditor", Role.AUDITOR)}


@pytest.fixture
def robbed(opened: Vote) -> Vote:
    """Closed, with three votes of which one envelope was taken out; nobody has handed a share in."""
    for member in opened.members[:3]:
        opened.cast(member, "smelting")
    opened.house.close(opened.season, "vote")
    box = envelopes.table_of(opened.stage.id)
    with opened.house.database.writing() as session:
        session.execute(delete(box).where(box.c.person_id == opened.members[0].person_id))
    return opened


def differences_of(session: Session, vote: Vote) -> str:
    stage = session.get_one(StageRow, vote.stage.id)
    return agreement.digest_of([one.to_json() for one in agreement.of_box(session, stage, logged(session, stage))])


def written(vote: Vote, **columns: Any) -> None:
    """A statement's row, beside the program."""
    with vote.house.database.writing() as session:
        digest = differences_of(session, vote)
        row = {"kind": "disputed", "reason": "Forged.", "stated_at": vote.house.now, "differences_sha256": digest}
        session.add(BoxStatement(stage_id=vote.stage.id, **row | columns))


def test_a_row_that_says_two_persons_agreed_opens_nothing_as_the_log_does_not_say_so(
    robbed: Vote, signer: Signer
) -> None:
    written(robbed, confirmed_at=robbed.house.now)
    assert [robbed.hand_in(teller) for teller in robbed.tellers[:2]] == [False, False]
    assert (robbed.ballots(), robbed.stage.phase) == ([], "closed")
    with pytest.raises(Conflict, match="box_differs"):
        robbed.house.settle(robbed.season, "vote")
    assert [fault for fault in robbed.house.ask(doctor.faults, signer) if "it is not in the box" in fault] != []


def test_an_auditor_confirms_no_statement_that_the_log_does_not_know(robbed: Vote, people: dict[str, Any]) -> None:
    house, stage = robbed.house, robbed.stage.id
    [robbed.hand_in(teller) for teller in robbed.tellers[:2]]
    written(robbed)
    with pytest.raises(Conflict, match="no_statement"):
        house.act(disputes.confirm, stage, house.ask(differences_of, robbed), actor=people["auditor"])
    house.act(lambda session, now: session.execute(delete(BoxStatement)))
    window = {"kind": "unopenable", "opens_at": house.now, "differences_sha256": ""}
    written(robbed, **window)
    seen = unopenable.digest_of(BoxStatement(reason="Forged.", opens_at=house.now, closes_at=None))
    with pytest.raises(Conflict, match="no_statement"):
        house.act(unopenable.confirm, stage, seen, actor=people["auditor"])
    assert (len(robbed.envelopes()), robbed.ballots()) == (2, [])


def test_whoever_stated_it_does_not_confirm_it_whatever_the_row_says_of_who_did(robbed: Vote, house: House) -> None:
    both, stage = house.actor("both", Role.ORGANISER, Role.AUDITOR), robbed.stage.id
    [robbed.hand_in(teller) for teller in robbed.tellers[:2]]
    house.act(disputes.state, stage, "We go on.", actor=both)
    house.act(lambda session, now: session.execute(update(BoxStatement).values(stated_by=None)))
    with pytest.raises(Conflict, match="two_persons_needed"):
        house.act(disputes.confirm, stage, house.ask(differences_of, robbed), actor=both)
    assert robbed.ballots() == []
