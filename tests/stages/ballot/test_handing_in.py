"""Handing shares in: who is named for a bad one, how often a passphrase may be tried, what a restart costs."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from evalflow.app import create_app
from evalflow.audit import ledger
from evalflow.config import Config
from evalflow.db import Database
from evalflow.engine import jobs
from evalflow.entropy import SystemEntropy
from evalflow.errors import Conflict, Invalid, TooMany
from evalflow.seasons import queries as seasons
from evalflow.seasons import timers
from evalflow.seasons.models import Phase
from evalflow.stages.ballot import counting, queries, sealing, tellers, upkeep
from evalflow.stages.ballot.models import CountSession, Teller
from tests.builders import Clock
from tests.sealed import PASSPHRASE, Vote
from tests.stages.ballot.test_races import at_once, begun
from tests.visitors import Visitor

SignIn = Callable[[int], Visitor]
DESK = "/s/test-2026/vote/ballot/teller"
LONGER_THAN_A_DEADLOCK = 1.5  # seconds; PostgreSQL looks for one after one second
WRONG = PASSPHRASE + "!"


@pytest.fixture
def closed(opened: Vote) -> Vote:
    """Three votes in the box, which waits for two of three tellers."""
    for member in opened.members[:3]:
        opened.cast(member, "smelting")
    opened.house.close(opened.season, "vote")
    return opened


def restarted(vote: Vote) -> Vote:
    """The same database and the same folder, in a process that remembers nothing."""
    before = vote.house.database
    after = Database(before.engine, peppers=before.peppers)
    ledger.entrust(after, before.kept["signer"])
    return found_again(vote, after)


def found_again(vote: Vote, database: Database) -> Vote:
    house = type(vote.house)(database, vote.house.smelting, vote.house.refining, vote.house.clock)
    return Vote(house, vote.season, vote.members, vote.tellers)


def spoil(vote: Vote, number: int) -> None:
    """Somebody puts another share in the place of a teller's."""

    def put(session: Session, now: object) -> None:
        teller = session.get_one(Teller, (vote.stage.id, vote.tellers[number].person_id))
        share = bytes([number + 1]) + bytes(32)
        info = sealing.share_info(vote.stage.id, teller.person_id)
        teller.share = sealing.seal_share(share, teller.public_key, info, entropy=SystemEntropy())

    vote.house.act(put)


def test_the_log_commits_to_every_share_when_the_vote_opens(opened: Vote) -> None:
    committed = queries_opening(opened)["shares"]
    keys = [teller.public_key.hex() for teller in opened.house.ask(queries.tellers, opened.stage.id)]
    assert [one["key"] for one in committed] == keys
    assert len({one["commitment"] for one in committed}) == 3


def queries_opening(vote: Vote) -> dict[str, list[dict[str, str]]]:
    found = vote.house.ask(lambda session: dict(queries.opening(session, session.merge(vote.stage))))
    return dict(found)


def test_a_bad_share_is_named_and_the_good_ones_open_the_box(closed: Vote, signed_in: SignIn) -> None:
    spoil(closed, 0)
    assert closed.hand_in(closed.tellers[1]) is False
    with pytest.raises(Conflict, match="share_refused"):
        closed.hand_in(closed.tellers[0])
    [(_, _, public, _)] = closed.house.log("teller.share_refused")
    keys = [teller.public_key.hex() for teller in closed.house.ask(queries.tellers, closed.stage.id)]
    assert public == {"key": keys[0]}
    assert "Teller-0" in signed_in(closed.tellers[1].person_id).get(DESK).text
    assert closed.hand_in(closed.tellers[2]) is True
    assert len(closed.ballots()) == 3


def test_a_share_that_was_changed_while_it_waited_is_named_too(closed: Vote) -> None:
    closed.hand_in(closed.tellers[0])

    def swap(session: Session, now: object) -> None:
        teller = session.get_one(Teller, (closed.stage.id, closed.tellers[0].person_id))
        assert teller.handed_in is not None
        teller.handed_in = teller.handed_in[:-1] + bytes([teller.handed_in[-1] ^ 1])

    closed.house.act(swap)
    assert closed.hand_in(closed.tellers[1]) is False
    assert len(closed.house.log("teller.share_refused")) == 1
    assert closed.hand_in(closed.tellers[2]) is True


def test_five_tries_are_free_then_each_wait_is_twice_as_long(closed: Vote) -> None:
    teller, clock = closed.tellers[0], closed.house.clock
    for _ in range(5):
        with pytest.raises(Invalid, match="wrong_passphrase"):
            closed.hand_in(teller, WRONG)
    for minutes in (1, 2, 4, 8, 16, 32, 60, 60):
        with pytest.raises(TooMany) as refused:
            closed.hand_in(teller)
        assert refused.value.facts == {"minutes": minutes}
        clock.wait(minutes=minutes)
        with pytest.raises(Invalid, match="wrong_passphrase"):
            closed.hand_in(teller, WRONG)
    assert closed.hand_in(closed.tellers[1]) is False  # the others need not wait
    clock.wait(days=1, minutes=1)
    closed_again = closed.hand_in(teller)
    assert closed_again is True


def test_many_tries_at_once_are_many_tries(closed: Vote) -> None:
    answers = at_once([lambda: closed.hand_in(closed.tellers[0], WRONG)] * 8)
    assert sorted(answers) == ["too_many_passphrases"] * 3 + ["wrong_passphrase"] * 5


def test_after_a_restart_whoever_had_handed_in_is_asked_to_do_so_again(closed: Vote, config: Config) -> None:
    assert closed.hand_in(closed.tellers[0]) is False
    after, clock = restarted(closed), closed.house.clock
    clock.wait(seconds=59)
    upkeep.upkeep(after.house.database, now=clock())
    assert after.house.log("count.session_lost") == []
    clock.wait(seconds=1)
    upkeep.upkeep(after.house.database, now=clock())
    [(_, _, public, _)] = after.house.log("count.session_lost")
    assert public["shares"] == 1
    app = create_app(config, database=after.house.database, clock=clock)
    asked = Visitor(app).become(after.tellers[0].person_id or 0, after.house.database)
    page = asked.get(DESK).text
    assert "服务器已重启" in page and 'name="passphrase"' in page
    tasks = after.house.ask(
        lambda session: queries.tasks(session, session.merge(after.stage), after.tellers[0], clock())
    )
    assert [(task.title, task.is_done) for task in tasks] == [
        ("Hand in your share of the key again: the server was restarted", False)
    ]
    assert [after.hand_in(teller) for teller in after.tellers[:2]] == [False, True]
    assert len(after.ballots()) == 3


def test_shares_of_a_session_before_are_worth_nothing(closed: Vote) -> None:
    """What was sealed to a lost key can't be opened by the next one, even put back where it stood."""
    closed.hand_in(closed.tellers[0])
    [old] = [one.handed_in for one in closed.house.ask(queries.tellers, closed.stage.id) if one.handed_in]
    after, clock = restarted(closed), closed.house.clock
    clock.wait(seconds=61)
    assert after.hand_in(after.tellers[1]) is False

    def put_back(session: Session, now: object) -> None:
        teller = session.get_one(Teller, (closed.stage.id, closed.tellers[0].person_id))
        teller.handed_in, teller.has_handed_in = old, True

    after.house.act(put_back)
    assert tellers.count(after.house.database, after.stage.id, now=clock()) is False
    assert len(after.house.log("teller.share_refused")) == 1
    assert after.hand_in(after.tellers[2]) is True


def test_of_two_processes_the_one_that_took_the_first_share_opens_the_box(closed: Vote) -> None:
    other = restarted(closed)
    assert closed.hand_in(closed.tellers[0]) is False
    assert other.hand_in(other.tellers[1]) is False
    assert (closed.ballots(), closed.stage.phase) == ([], Phase.CLOSED)
    upkeep.upkeep(other.house.database, now=closed.house.now)
    assert closed.ballots() == []
    upkeep.upkeep(closed.house.database, now=closed.house.now)
    assert len(closed.ballots()) == 3


def test_while_it_is_not_clear_whether_a_process_lives_no_share_is_taken(closed: Vote) -> None:
    closed.hand_in(closed.tellers[0])
    after = restarted(closed)
    closed.house.clock.moment += counting.DOUBTFUL + timedelta(seconds=1)
    with pytest.raises(Conflict, match="count_not_ready"):
        after.hand_in(after.tellers[1])


def test_the_process_that_holds_the_key_is_heard_of_at_every_tick(closed: Vote) -> None:
    closed.hand_in(closed.tellers[0])
    for _ in range(5):
        jobs.tick(closed.house.database, now=closed.house.clock.wait(seconds=50))
    assert closed.house.log("count.session_lost") == []
    assert restarted(closed).hand_in(closed.tellers[1]) is False
    jobs.tick(closed.house.database, now=closed.house.now)
    assert len(closed.ballots()) == 3


@pytest.mark.parametrize("number", [2, 3])
def test_tellers_who_come_in_the_same_instant_open_the_box_once(on_both: Database, clock: Clock, number: int) -> None:
    vote = begun(on_both, clock)
    vote.cast(vote.members[0], "smelting")
    vote.house.close(vote.season, "vote")
    answers = at_once([lambda one=one: vote.hand_in(one) for one in vote.tellers[:number]])
    assert answers.count(True) == 1
    assert set(answers) <= {True, False, "no_share_wanted"}
    assert len(vote.ballots()) == len(vote.house.log("ballot.counted")) == 1


def test_a_tick_beside_the_last_share_neither_waits_for_it_for_ever_nor_counts_twice(
    on_both: Database, clock: Clock
) -> None:
    vote = begun(on_both, clock)
    vote.cast(vote.members[0], "smelting")
    vote.house.close(vote.season, "vote")
    vote.hand_in(vote.tellers[0])
    ticks = [lambda: jobs.tick(on_both, now=clock())] * 4
    answers = at_once([lambda: vote.hand_in(vote.tellers[1]), *ticks])
    assert isinstance(answers[0], bool)
    jobs.tick(on_both, now=clock())
    assert len(vote.ballots()) == len(vote.house.log("ballot.counted")) == 1
    assert vote.stage.phase == Phase.DONE


def test_two_tellers_at_once_are_answered_by_pages(on_both: Database, clock: Clock, config: Config) -> None:
    """Each answer lets time do its work, which locks the season and its timers in the same order as everybody."""
    vote = begun(on_both, clock)
    vote.cast(vote.members[0], "smelting")
    vote.house.close(vote.season, "vote")
    app: Flask = create_app(config, database=on_both, clock=clock)
    browsers = [Visitor(app).become(teller.person_id or 0, on_both) for teller in vote.tellers]
    for browser in browsers:
        browser.get(DESK)
    share = {"passphrase": PASSPHRASE}
    answers = at_once([lambda one=one: one.post(DESK + "/share", **share).status_code for one in browsers])
    assert answers.count(302) >= 2 and set(answers) <= {302, 409}
    jobs.tick(on_both, now=clock())
    assert vote.stage.phase == Phase.DONE
    assert vote.house.ask(lambda session: session.query(CountSession).count()) == 0


def test_a_missing_key_file_is_told_as_such(closed: Vote) -> None:
    closed.house.database.peppers.destroy(closed.stage.id)
    with pytest.raises(Conflict, match="pepper_missing"):
        closed.hand_in(closed.tellers[0])


def test_a_vote_that_was_counted_wants_no_further_share(closed: Vote) -> None:
    assert [closed.hand_in(teller) for teller in closed.tellers[:2]] == [False, True]
    with pytest.raises(Conflict, match="no_share_wanted"):
        closed.hand_in(closed.tellers[2])


def test_an_act_that_moves_a_timer_and_a_tick_that_fires_it_do_not_wait_for_each_other(
    on_both: Database, clock: Clock
) -> None:
    """Whoever acts has locked the season and comes to its timers; a tick that took them first would never get it."""
    vote = begun(on_both, clock)
    vote.house.close(vote.season, "vote")
    tick = threading.Thread(target=jobs.tick, args=(on_both,), kwargs={"now": clock()})
    with on_both.writing() as session:
        stage = seasons.locked_stage(session, vote.stage.id)
        tick.start()
        tick.join(LONGER_THAN_A_DEADLOCK)
        timers.put(session, stage, "settle", clock() + timedelta(days=1))
    tick.join()
    assert vote.stage.phase == Phase.CLOSED
