"""Many at the box in the same instant, on both databases, with the schema an installation has."""

import json
import threading
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from sqlalchemy import event, select

from evalflow.access import Actor
from evalflow.audit import holding
from evalflow.audit.events import HELD
from evalflow.audit.models import EventRow, Pending, Personal
from evalflow.audit.signing import Signer
from evalflow.db import Database
from evalflow.engine import commands, doctor, jobs
from evalflow.errors import Refused
from evalflow.stages.ballot import casting, envelopes, queries, unopened
from evalflow.stages.ballot.casting import Paper
from evalflow.stages.ballot.papers import paper_of
from tests.builders import ORGANISER, Clock, found_house
from tests.sealed import VOTE, Vote, vote_of

CROWD = 16
A_WHILE = 0.5  # seconds in which whoever is not held up has long finished


@pytest.fixture(params=["sealed", "named"])
def secrecy(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


def begun(database: Database, clock: Clock, toml: str = VOTE) -> Vote:
    """The vote, open; one with tellers with their shares."""
    vote = vote_of(found_house(database, clock), toml)
    if "named" not in toml:
        vote.keep_keys()
    vote.house.open(vote.season, "vote")
    return vote


def counted(vote: Vote, secrecy: str) -> list[int | None]:
    """The masks of all ballots, after as many tellers as are needed have come."""
    if secrecy == "sealed":
        assert [vote.hand_in(teller) for teller in vote.tellers[:2]] == [False, True]
    return sorted((ballot.mask for ballot in vote.ballots()), key=str)


def paper(vote: Vote) -> Paper:
    found: Paper = vote.house.ask(paper_of, vote.stage.id)
    return found


def cast(vote: Vote, seen: Paper, member: Actor, attempt: int, *chosen: str) -> str:
    with vote.house.database.writing() as session:
        clock, form = vote.house.clock, f"{attempt:032x}"
        return casting.cast(session, seen, frozenset(chosen), attempt=form, actor=member, clock=clock)


def at_once(acts: Sequence[Callable[[], Any]]) -> list[Any]:
    """What each of them gave, begun in the same instant; the code of whoever was refused."""
    found: list[Any] = [None] * len(acts)
    together = threading.Barrier(len(acts))

    def run(place: int) -> None:
        together.wait()
        try:
            found[place] = acts[place]()
        except Refused as refusal:
            found[place] = refusal.code

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_one_form_pressed_by_sixteen_hands_is_one_envelope_with_one_receipt(on_both: Database, clock: Clock) -> None:
    vote = begun(on_both, clock)
    seen = paper(vote)
    receipts = at_once([lambda: cast(vote, seen, vote.members[0], 1, "smelting")] * CROWD)
    [envelope] = vote.envelopes()
    assert receipts == [envelope.receipt] * CROWD
    assert len(vote.house.log("ballot.cast")) == 1


def test_sixteen_forms_of_one_voter_leave_the_envelope_of_one_of_them(on_both: Database, clock: Clock) -> None:
    vote = begun(on_both, clock)
    seen = paper(vote)
    receipts = at_once([lambda n=n: cast(vote, seen, vote.members[0], n, "smelting") for n in range(CROWD)])
    [envelope] = vote.envelopes()
    assert envelope.receipt in receipts
    assert sorted(public["envelope"] for _, _, public, _ in vote.house.log("ballot.cast")) == sorted(receipts)


def test_of_two_forms_at_once_the_log_says_which_envelope_took_the_others_place(
    on_both: Database, clock: Clock
) -> None:
    """Whoever reads the log finds exactly one envelope that none replaces: the one in the box."""
    vote = begun(on_both, clock)
    seen, house = paper(vote), vote.house
    second = threading.Thread(target=cast, args=(vote, seen, vote.members[0], 2, "refining"))
    with house.database.writing() as session:
        form = {"attempt": "a" * 32, "actor": vote.members[0], "clock": clock}
        casting.cast(session, seen, frozenset({"smelting"}), **form)
        second.start()
        second.join(A_WHILE)
        assert second.is_alive()
    second.join()
    [envelope] = vote.envelopes()
    told = [public for _, _, public, _ in house.log("ballot.cast")]
    assert {one["envelope"] for one in told} - {one["replaces"] for one in told} == {envelope.receipt}


def test_a_hundred_casts_of_one_voter_with_repeats_leave_one_envelope_that_the_log_has_standing(
    on_both: Database, clock: Clock, signer: Signer
) -> None:
    """25 forms, each sent four times; whoever comes with a vote that was replaced meanwhile is told so."""
    vote = begun(on_both, clock)
    seen = paper(vote)
    chosen = (("smelting",), ("refining",), ("smelting", "refining"))
    sent = [lambda n=n: cast(vote, seen, vote.members[0], n, *chosen[n % 3]) for n in range(25)]
    answers = at_once([one for one in sent for _ in range(4)])
    receipts = [{*answers[start : start + 4]} - {"replaced_by_later_vote"} for start in range(0, 100, 4)]
    assert [len(found) for found in receipts] == [1] * 25
    [envelope] = vote.envelopes()
    told = [public for _, _, public, _ in vote.house.log("ballot.cast")]
    assert sorted(one["envelope"] for one in told) == sorted(receipt for found in receipts for receipt in found)
    assert {one["envelope"] for one in told} - {one["replaces"] for one in told} == {envelope.receipt}
    vote.house.close(vote.season, "vote")
    assert len(counted(vote, "sealed")) == 1
    assert vote.house.ask(doctor.faults, signer) == []


def test_where_a_vote_is_final_one_of_sixteen_forms_is_taken(on_both: Database, clock: Clock) -> None:
    vote = begun(on_both, clock, VOTE + "revote = false\n")
    seen = paper(vote)
    answers = at_once([lambda n=n: cast(vote, seen, vote.members[0], n, "smelting") for n in range(CROWD)])
    [envelope] = vote.envelopes()
    assert sorted(answers) == sorted([envelope.receipt] + ["already_voted"] * (CROWD - 1))
    assert len(vote.house.log("ballot.cast")) == 1


def test_all_members_at_once_have_each_their_envelope(on_both: Database, clock: Clock) -> None:
    vote = begun(on_both, clock)
    seen = paper(vote)
    receipts = at_once([lambda n=n: cast(vote, seen, vote.members[n], n, "smelting") for n in range(len(vote.members))])
    assert [envelope.receipt for envelope in vote.envelopes()] == receipts
    assert vote.house.ask(queries.turnout, vote.stage.id) == (len(vote.members), len(vote.members))


def test_closing_waits_for_a_vote_on_its_way_and_it_is_counted(on_both: Database, clock: Clock, secrecy: str) -> None:
    vote = begun(on_both, clock, VOTE + f'secrecy = "{secrecy}"\n')
    seen, house = paper(vote), vote.house
    early = {"actor": ORGANISER, "note": "everybody has voted"}
    closing = threading.Thread(target=house.act, args=(commands.close_stage, vote.stage.id), kwargs=early)
    with house.database.writing() as session:
        casting.cast(session, seen, frozenset({"refining"}), attempt="a" * 32, actor=vote.members[0], clock=clock)
        closing.start()
        closing.join(A_WHILE)
        assert (closing.is_alive(), vote.stage.phase) == (True, "open")
    closing.join()
    assert vote.stage.phase == "closed"
    assert counted(vote, secrecy) == [1 << seen.entries.index("refining")]


def test_a_vote_that_comes_while_the_box_is_being_closed_is_refused(
    on_both: Database, clock: Clock, secrecy: str
) -> None:
    vote = begun(on_both, clock, VOTE + f'secrecy = "{secrecy}"\n')
    seen, house = paper(vote), vote.house
    answers: list[Any] = []
    late = threading.Thread(
        target=lambda: answers.extend(at_once([lambda: cast(vote, seen, vote.members[1], 2, "refining")]))
    )
    cast(vote, seen, vote.members[0], 1, "smelting")
    with house.database.writing() as session:
        commands.close_stage(session, vote.stage.id, actor=ORGANISER, note="everybody has voted", now=clock())
        late.start()
        late.join(A_WHILE)
        assert late.is_alive()
    late.join()
    assert answers == ["stage_not_open"]
    assert counted(vote, secrecy) == [1 << seen.entries.index("smelting")]
    assert len(vote.marks()) == 1


def test_whoever_got_a_receipt_while_the_box_was_closing_is_counted_and_nobody_else(
    on_both: Database, clock: Clock
) -> None:
    vote = begun(on_both, clock)
    seen, house = paper(vote), vote.house
    early = {"actor": ORGANISER, "note": "everybody has voted"}
    votes = [lambda n=n: cast(vote, seen, vote.members[n], n, "smelting") for n in range(len(vote.members))]
    *answers, _closed = at_once([*votes, lambda: house.act(commands.close_stage, vote.stage.id, **early)])
    receipts = [one for one in answers if one != "stage_not_open"]
    assert sorted(envelope.receipt for envelope in vote.envelopes()) == sorted(receipts)
    assert counted(vote, "sealed") == [1 << seen.entries.index("smelting")] * len(receipts)


def test_a_vote_that_comes_after_the_count_is_refused_and_whoever_voted_still_finds_their_receipt(
    on_both: Database, clock: Clock, secrecy: str
) -> None:
    """The table of the envelopes is gone by then; a form that was left open knows nothing of it."""
    vote = begun(on_both, clock, VOTE + f'secrecy = "{secrecy}"\n')
    seen, house = paper(vote), vote.house
    receipt = cast(vote, seen, vote.members[0], 1, "smelting")
    house.close(vote.season, "vote")
    counted(vote, secrecy)
    assert not house.ask(envelopes.stand, vote.stage.id)
    assert (
        at_once([lambda n=n: cast(vote, seen, vote.members[n], 2, "refining") for n in (0, 1)])
        == ["stage_not_open"] * 2
    )
    person = vote.members[0].person_id
    assert house.ask(queries.own_receipt, vote.stage.id, person) == receipt
    assert house.ask(queries.receipts, vote.stage.id) == [receipt]


@pytest.mark.parametrize("on_both", ["postgresql"], indirect=True)  # SQLite's writers wait for each other
@pytest.mark.postgres
def test_a_vote_on_its_way_while_the_season_is_cancelled_waits_for_nothing_and_its_box_is_wiped(
    on_both: Database, clock: Clock, signer: Signer
) -> None:
    vote = begun(on_both, clock)
    seen, house = paper(vote), vote.house
    with on_both.writing() as session:
        actor = vote.members[0]
        receipt = casting.cast(session, seen, frozenset({"refining"}), attempt="a" * 32, actor=actor, clock=clock)
        house.act(commands.cancel_season, vote.stage.id, reason="cancelled", actor=ORGANISER)
    held = select(Pending.event_id).where(Pending.held_by.is_not(None))
    assert len(house.ask(lambda session: session.scalars(held).all())) == 1
    jobs.tick(on_both, now=house.now, signer=signer)
    assert house.ask(lambda session: session.scalars(held).all()) == []
    assert house.ask(unopened.of_receipt, vote.stage.id, receipt).envelopes == 1
    assert not house.ask(envelopes.stand, vote.stage.id)


@pytest.mark.parametrize("act", ["closing", "the hourly note"])
@pytest.mark.parametrize("on_both", ["postgresql"], indirect=True)  # SQLite's writers wait for each other
@pytest.mark.postgres
def test_a_cast_that_comes_between_two_statements_about_what_waits_is_not_lost(
    on_both: Database, clock: Clock, signer: Signer, act: str
) -> None:
    """Each statement of one act sees what was committed before it: the later one more than the one before."""
    vote = begun(on_both, clock, VOTE + 'secrecy = "named"\n')
    seen = paper(vote)
    late = iter([vote.members[1]])

    def between(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if "pending" in statement and (member := next(late, None)):
            cast(vote, seen, member, 2, "smelting")

    cast(vote, seen, vote.members[0], 1, "smelting")
    with on_both.writing() as session:
        event.listen(on_both.engine, "after_cursor_execute", between)
        try:
            if act == "closing":
                holding.release(session, season=vote.season.key, stage="vote")
            else:
                holding.note(session, now=clock())
        finally:
            event.remove(on_both.engine, "after_cursor_execute", between)
    with on_both.reading() as session:
        known = set(session.scalars(select(Pending.event_id)))
        casts = set(session.scalars(select(EventRow.id).where(EventRow.type == HELD)))
        noted = session.scalars(select(Pending.event_id).where(Pending.is_noted)).all()
        told = [json.loads(row)["leaves"] for row in session.scalars(select(Personal.payload)) if "leaves" in row]
    assert casts <= known
    assert len(noted) == sum(len(leaves) for leaves in told)
