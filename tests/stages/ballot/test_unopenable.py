"""Too few tellers still have their passphrases: two persons say so, the box is destroyed, the vote is held again."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from evalflow.access import Role
from evalflow.audit import ledger
from evalflow.audit.signing import Signer
from evalflow.bundle import boxes, log, recount
from evalflow.bundle.format import Bundle
from evalflow.db import Database
from evalflow.engine import bundles, commands, doctor, jobs
from evalflow.errors import Conflict, Forbidden, Invalid
from evalflow.seasons import queries as seasons
from evalflow.seasons.models import Phase, Timer
from evalflow.stages.ballot import counting, envelopes, unopenable, unopened, upkeep
from evalflow.stages.ballot.models import BallotBox, Elector, Teller, UnopenedReceipt
from tests.builders import ORGANISER, ZONE, Clock, House, found_house
from tests.sealed import PASSPHRASE, VOTE, Vote, vote_of
from tests.visitors import Visitor

BALLOT = "/s/test-2026/vote/ballot/"
GALLERY = """
[[stage]]
key = "gallery"
kind = "promotion"
title = { zh = "展示", en = "Gallery" }
opens = "previous + 2 days 09:00"
closes = "opening + 5 days"

[[stage]]
key = "feast"
kind = "promotion"
title = { zh = "表彰会", en = "Feast" }
opens = "07-01 09:00"
closes = "opening + 1 days"
"""
TOLD = ("stage.opened", "stage.closed", "stage.repeated", "stage.settled", "box.destroyed")
WHY = "三名监票人中两人的口令已经遗失。"
SignIn = Callable[[int | None], Visitor]


def closed(vote: Vote) -> Vote:
    """Three have voted, one of them twice; the box waits for two tellers, of whom one has handed in."""
    vote.keep_keys()
    vote.house.open(vote.season, "vote")
    for member in vote.members[:3]:
        vote.cast(member, "smelting")
    vote.cast(vote.members[0], "refining")
    vote.house.close(vote.season, "vote")
    assert not vote.hand_in(vote.tellers[0])
    return vote


@pytest.fixture
def waiting(house: House) -> Vote:
    return closed(vote_of(house, VOTE + GALLERY))


@pytest.fixture
def people(house: House) -> dict[str, Any]:
    return {"organiser": house.actor("organiser", Role.ORGANISER), "auditor": house.actor("auditor", Role.AUDITOR)}


def stated(vote: Vote, organiser: Any, *, days: int = 7, closes_at: datetime | None = None) -> str:
    """What the organiser states; the digest by which an auditor confirms it."""
    house = vote.house
    window = {"opens_at": house.now + timedelta(days=days), "closes_at": closes_at}
    return unopenable.digest_of(house.act(unopenable.state, vote.stage.id, WHY, **window, actor=organiser))


def given_up(vote: Vote, people: dict[str, Any]) -> None:
    house = vote.house
    seen = stated(vote, people["organiser"])
    house.act(unopenable.confirm, vote.stage.id, seen, actor=people["auditor"])


def held_again(vote: Vote) -> None:
    """New passphrases, new votes, the count."""
    house, opens_at = vote.house, vote.stage.opens_at
    assert opens_at is not None
    jobs.tick(house.database, now=house.now)
    vote.keep_keys()
    house.clock.moment = opens_at
    jobs.tick(house.database, now=house.now)
    for member in vote.members[1:]:
        vote.cast(member, "refining")
    house.close(vote.season, "vote")
    assert [vote.hand_in(teller) for teller in vote.tellers[1:]] == [False, True]
    house.settle(vote.season, "vote")


def exported(house: House, signer: Signer) -> Bundle:
    def read(session: Session) -> Bundle:
        found = bundles.export(session, seasons.season_by_key(session, "test-2026"), signer)
        tables = {stage: {name: list(rows) for name, rows in held.items()} for stage, held in found.tables.items()}
        return replace(found, tables=tables)

    told: Bundle = house.ask(read)
    return told


def test_a_vote_that_was_opened_twice_is_counted_once_and_verifies_on_both_databases(
    on_both: Database, clock: Clock, signer: Signer
) -> None:
    vote = closed(vote_of(found_house(on_both, clock)))
    house = vote.house
    people = {"organiser": house.actor("organiser", Role.ORGANISER), "auditor": house.actor("auditor", Role.AUDITOR)}
    first = [one.receipt for one in vote.envelopes()]
    given_up(vote, people)
    assert not house.ask(envelopes.stand, vote.stage.id)
    held_again(vote)
    outcome = seasons.outcome_of(vote.stage)
    assert outcome is not None
    assert {key: int(number) for key, number in outcome.figures["votes"].items()} == {"smelting": 0, "refining": 4}
    assert (outcome.facts["electors"], outcome.facts["voted"]) == (5, 4)
    assert Counter(name for name, *_ in house.log() if name in TOLD or "unopenable" in name) == {
        "stage.opened": 3,  # of the declaration, and twice of the vote
        "stage.closed": 3,
        "ballot.unopenable_stated": 1,
        "ballot.unopenable": 1,
        "stage.repeated": 1,
        "box.destroyed": 1,
        "stage.settled": 2,
    }
    jobs.tick(on_both, now=house.now, signer=signer)
    house.ask(ledger.verify, signer)
    assert recount.recount(exported(house, signer)).differences == ()
    kept = house.ask(lambda session: [session.get(UnopenedReceipt, (vote.stage.id, one)) for one in first])
    assert None not in kept
    assert len(house.log("box.destroyed")) == 2


def test_a_recount_notices_a_cast_of_the_first_vote_that_was_not_destroyed_with_the_others(
    waiting: Vote, people: dict[str, Any], signer: Signer
) -> None:
    house = waiting.house
    given_up(waiting, people)
    held_again(waiting)
    jobs.tick(house.database, now=house.now, signer=signer)
    told = exported(house, signer)
    assert told.log is not None
    events = [event for event in recounted_events(told) if event.type != "ballot.cast" or event.stage != "vote"]
    complaints = list(boxes.differences(events, {}))
    assert len(complaints) == 1 and complaints[0].startswith("log: stage vote: ")


def recounted_events(told: Bundle) -> list[Any]:
    assert told.log is not None
    return log._verified(told.log)


def test_nothing_of_the_first_vote_is_left_but_its_receipts(waiting: Vote, people: dict[str, Any]) -> None:
    house, stage = waiting.house, waiting.stage.id
    pepper = house.database.peppers.find(stage)
    given_up(waiting, people)
    for table in (BallotBox, Teller, Elector):
        assert house.ask(lambda session, table=table: session.scalars(select(table)).all()) == []
    [box] = house.ask(unopened.of_stage, stage)
    assert (box.envelopes, box.reason, box.is_repeated, box.destroyed_at) == (3, WHY, True, None)
    assert len(house.ask(lambda session: session.scalars(select(UnopenedReceipt.receipt)).all())) == 4
    assert house.database.kept["count_keys"] == {}
    assert pepper is not None
    assert upkeep.wipe(house.database, now=house.now)
    assert house.database.peppers.find(stage) is None
    assert len(house.log("box.destroyed")) == 1


def test_the_vote_waits_again_in_its_own_window_and_later_stages_are_planned_behind_it(
    waiting: Vote, people: dict[str, Any]
) -> None:
    house, before = waiting.house, waiting.house.stage(waiting.season, "gallery")
    now = house.now
    given_up(waiting, people)
    stage, after = waiting.stage, house.stage(waiting.season, "gallery")
    assert (stage.phase, stage.opened_at, stage.closed_at) == (Phase.WAITING, None, None)
    assert stage.opens_at == now + timedelta(days=7)
    assert stage.closes_at is not None and stage.opens_at is not None
    assert timedelta(days=2) < stage.closes_at - stage.opens_at <= timedelta(days=3)  # "opening + 2 days", at its end
    assert before.opens_at is not None and after.opens_at is not None
    moved = stage.closes_at.astimezone(ZONE) + timedelta(days=2)
    assert after.opens_at.astimezone(ZONE) == moved.replace(hour=9) > before.opens_at
    timers = house.ask(lambda session: session.query(Timer).filter_by(stage_id=stage.id).all())
    assert [(timer.trigger, timer.due_at, timer.done_at) for timer in timers] == [("open", stage.opens_at, None)]


def test_a_window_that_would_run_into_a_stage_on_a_fixed_day_is_refused(waiting: Vote, people: dict[str, Any]) -> None:
    with pytest.raises(Conflict, match="stages_collide"):
        stated(waiting, people["organiser"], days=80)
    with pytest.raises(Invalid, match="moment_passed"):
        stated(waiting, people["organiser"], days=-1)
    with pytest.raises(Conflict, match="closes_before_opening"):
        stated(waiting, people["organiser"], closes_at=waiting.house.now + timedelta(days=3))
    assert waiting.house.log("ballot.unopenable_stated") == []


def test_one_person_alone_gives_no_box_up(waiting: Vote, people: dict[str, Any], house: House) -> None:
    both, stage = house.actor("both", Role.ORGANISER, Role.AUDITOR), waiting.stage.id
    confirm = (unopenable.confirm, stage)
    with pytest.raises(Conflict, match="no_statement"):
        house.act(*confirm, "", actor=people["auditor"])
    with pytest.raises(Forbidden, match="not_permitted"):
        stated(waiting, people["auditor"])
    seen = stated(waiting, both)
    with pytest.raises(Conflict, match="two_persons_needed"):
        house.act(*confirm, seen, actor=both)
    with pytest.raises(Forbidden, match="not_permitted"):
        house.act(*confirm, seen, actor=people["organiser"])
    stated(waiting, both, days=8)
    with pytest.raises(Conflict, match="changed_meanwhile"):
        house.act(*confirm, seen, actor=people["auditor"])
    assert len(waiting.envelopes()) == 3


def test_a_box_whose_passphrases_turn_up_in_time_is_counted_in_spite_of_the_statement(
    waiting: Vote, people: dict[str, Any]
) -> None:
    seen = stated(waiting, people["organiser"])
    assert waiting.hand_in(waiting.tellers[1])
    with pytest.raises(Conflict, match="box_not_waiting"):
        waiting.house.act(unopenable.confirm, waiting.stage.id, seen, actor=people["auditor"])
    assert len(waiting.ballots()) == 3


def test_no_passphrase_is_taken_before_the_key_file_of_the_first_vote_is_gone(
    waiting: Vote, people: dict[str, Any]
) -> None:
    given_up(waiting, people)
    with pytest.raises(Conflict, match="box_being_wiped"):
        waiting.keep_key(waiting.tellers[0])
    jobs.tick(waiting.house.database, now=waiting.house.now)
    waiting.keep_key(waiting.tellers[0])
    pepper = waiting.house.database.peppers.find(waiting.stage.id)
    upkeep.wipe(waiting.house.database, now=waiting.house.now)  # of another process, which was late
    assert pepper is not None and waiting.house.database.peppers.find(waiting.stage.id) == pepper


def test_the_process_that_had_the_key_of_the_count_forgets_it_wherever_the_box_was_given_up(
    waiting: Vote, people: dict[str, Any]
) -> None:
    house = waiting.house
    [(public, key)] = house.database.kept["count_keys"].items()
    given_up(waiting, people)
    kept = {"count_keys": {public: key}}
    counting.forget(kept, [public])
    counting.forget(kept, [])
    assert kept["count_keys"] == {public: key}  # perhaps it was made just now
    counting.forget(kept, [])
    assert kept["count_keys"] == {}


def test_a_process_that_kept_the_paper_of_the_first_vote_takes_votes_of_the_second(
    waiting: Vote, people: dict[str, Any], signed_in: SignIn
) -> None:
    house = waiting.house
    given_up(waiting, people)
    jobs.tick(house.database, now=house.now)
    waiting.keep_keys()
    assert waiting.stage.opens_at is not None
    house.clock.moment = waiting.stage.opens_at
    jobs.tick(house.database, now=house.now)
    assert waiting.stage.id in house.database.kept["papers"]
    voter = signed_in(waiting.members[4].person_id)
    voter.get(BALLOT)
    assert voter.post(BALLOT, entries=["smelting"], attempt="a" * 32).status_code == 302
    assert len(waiting.envelopes()) == 1


def test_the_doctor_says_so_when_receipts_of_the_first_vote_are_changed(
    waiting: Vote, people: dict[str, Any], signer: Signer
) -> None:
    house = waiting.house
    given_up(waiting, people)
    jobs.seal(house.database, signer, now=house.now)
    assert house.ask(doctor.faults, signer) == []
    receipt = house.ask(lambda session: session.scalars(select(UnopenedReceipt.receipt)).first())
    change = {"receipt": receipt}
    take = text("DELETE FROM unopened_receipt WHERE receipt = :receipt")
    row = house.ask(lambda session: session.get(UnopenedReceipt, (waiting.stage.id, receipt)))
    house.act(lambda session, now: session.execute(take, change))
    assert [fault for fault in house.ask(doctor.faults, signer) if "receipts of unopened vote" in fault] != []
    house.act(lambda session, now: session.merge(row))
    rename = text("UPDATE unopened_box SET receipts_sha256 = '', is_repeated = false")
    house.act(lambda session, now: session.execute(rename))
    told = house.ask(doctor.faults, signer)
    assert [fault for fault in told if "could not be opened are not those of the log" in fault] != []
    back = text("UPDATE unopened_box SET receipts_sha256 = :digest, is_repeated = true")
    digest = house.log("ballot.unopenable")[0][2]["receipts_sha256"]
    house.act(lambda session, now: session.execute(back, {"digest": digest}))


def test_through_the_pages_from_the_lost_passphrases_to_the_count_of_the_second_vote(
    waiting: Vote, people: dict[str, Any], signed_in: SignIn, signer: Signer
) -> None:
    house = waiting.house
    organiser, auditor = signed_in(people["organiser"].person_id), signed_in(people["auditor"].person_id)
    voter, teller = signed_in(waiting.members[0].person_id), signed_in(waiting.tellers[1].person_id)
    receipt = next(one.receipt for one in waiting.envelopes() if one.person_id == waiting.members[0].person_id)
    assert "口令确已遗失" in teller.get(BALLOT + "teller").text
    assert BALLOT + "box/unopenable" in organiser.get(BALLOT).text
    typed = {"opens_at": f"{house.now.astimezone(ZONE) + timedelta(days=7):%Y-%m-%dT09:00}"}
    assert organiser.post(BALLOT + "box/unopenable", reason="", **typed).status_code == 422
    late = {"opens_at": f"{house.now.astimezone(ZONE) + timedelta(days=80):%Y-%m-%dT09:00}"}
    refused = organiser.post(BALLOT + "box/unopenable", reason=WHY, **late)
    assert refused.status_code == 409 and WHY in refused.text
    assert WHY in organiser.send(BALLOT + "box/unopenable", reason=WHY, **typed).text
    assert organiser.post(BALLOT + "box/unopenable/confirm", seen="").status_code == 403
    assert "是否确认：票箱无法开启" in auditor.get("/").text
    page = auditor.get(BALLOT + "box/unopenable").text
    assert WHY in page and "展示" in page
    seen = page.split('name="seen"')[1].split('value="')[1].split('"')[0]
    fields = {"csrf_token": auditor.token(), "seen": seen}
    asked = auditor.client.post(BALLOT + "box/unopenable/confirm", data=fields).text
    assert "此操作不可撤销" in asked and len(waiting.envelopes()) == 3
    assert auditor.post(BALLOT + "box/unopenable/confirm", seen=seen).status_code == 302
    told = voter.get(BALLOT).text
    assert WHY in told and "请届时重新投票" in told
    assert "从未开启" in voter.get(f"{BALLOT}receipt?envelope={receipt}").text
    assert "设置监票口令" in teller.get("/").text
    jobs.tick(house.database, now=house.now)  # wipes, as happens every ten seconds
    for one in waiting.tellers:
        desk = signed_in(one.person_id)
        desk.get(BALLOT + "teller")
        new = {"passphrase": PASSPHRASE + " 2", "again": PASSPHRASE + " 2"}
        assert desk.post(BALLOT + "teller/key", **new).status_code == 302
    assert waiting.stage.opens_at is not None
    house.clock.moment = waiting.stage.opens_at
    jobs.tick(house.database, now=house.now)
    assert waiting.stage.phase == Phase.OPEN
    assert "此前的投票无法开启，请重新投票" in voter.get("/").text
    assert "请重新投票" in voter.get(BALLOT).text
    assert "选票已记录" not in voter.get(BALLOT).text
    assert voter.post(BALLOT, entries=["smelting"], attempt="b" * 32).status_code == 302
    house.close(waiting.season, "vote")
    for one in waiting.tellers[:2]:
        desk = signed_in(one.person_id)
        desk.get(BALLOT + "teller")
        assert desk.post(BALLOT + "teller/share", passphrase=PASSPHRASE + " 2").status_code == 302
    assert waiting.stage.phase == Phase.DONE
    assert len(waiting.ballots()) == 1
    assert "从未开启" in voter.get(f"{BALLOT}receipt?envelope={receipt}").text
    assert "请重新投票" not in voter.get(BALLOT).text
    jobs.tick(house.database, now=house.now, signer=signer)
    assert recount.recount(exported(house, signer)).differences == ()


def test_a_cancelled_season_leaves_no_box_on_both_databases(on_both: Database, clock: Clock, signer: Signer) -> None:
    vote = closed(vote_of(found_house(on_both, clock)))
    house, stage = vote.house, vote.stage.id
    receipt = vote.envelopes()[0].receipt
    house.act(commands.cancel_season, stage, reason="取消。", actor=ORGANISER)
    with pytest.raises(Conflict, match="no_share_wanted"):
        vote.hand_in(vote.tellers[1])
    jobs.tick(on_both, now=house.now, signer=signer)
    assert not house.ask(envelopes.stand, stage)
    assert on_both.peppers.find(stage) is None
    assert house.ask(lambda session: session.scalars(select(Teller)).all()) == []
    assert len(house.log("box.destroyed")) == 1
    found = house.ask(unopened.of_receipt, stage, receipt)
    assert (found.reason, found.is_repeated) == ("取消。", False)


def test_of_a_season_cancelled_before_its_vote_the_tellers_keys_are_wiped(vote: Vote) -> None:
    house = vote.house
    vote.keep_keys()
    house.act(commands.cancel_season, vote.stage.id, reason="取消。", actor=ORGANISER)
    jobs.tick(house.database, now=house.now)
    assert house.ask(lambda session: session.scalars(select(Teller)).all()) == []
    assert house.database.peppers.find(vote.stage.id) is None
    with pytest.raises(Conflict, match="season_cancelled"):
        vote.keep_key(vote.tellers[0])
    assert house.database.peppers.find(vote.stage.id) is None


def test_a_vote_cancelled_while_it_is_open_is_wiped_and_its_receipt_says_so(
    opened: Vote, signed_in: SignIn, signer: Signer
) -> None:
    house = opened.house
    receipt = opened.cast(opened.members[0], "smelting")
    house.act(commands.cancel_season, opened.stage.id, reason="今年停办。", actor=ORGANISER)
    jobs.tick(house.database, now=house.now, signer=signer)
    page = signed_in(opened.members[0].person_id).get(f"{BALLOT}receipt?envelope={receipt}").text
    assert "今年停办。" in page and "从未开启" in page
    assert not house.ask(envelopes.stand, opened.stage.id)
