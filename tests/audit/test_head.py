"""The last head that was signed is kept outside the database, and no log that went back behind it is extended."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select

from evalflow.audit import ledger, upkeep
from evalflow.audit.head import beginning, format_head, parse_head
from evalflow.audit.models import Checkpoint, EventRow, Leaf, Pending
from evalflow.audit.signing import Signer
from evalflow.errors import Conflict, Invalid, LogBroken
from tests.audit.conftest import NOW, Log
from tests.builders import ADMINISTRATOR, ORGANISER

LEAF_1 = "(SELECT event_id FROM leaf WHERE number = 1)"
ERASED = [
    f"DELETE FROM personal WHERE event_id IN {LEAF_1}",
    f"DELETE FROM event WHERE id IN {LEAF_1}",
    "DELETE FROM leaf WHERE number = 1",
]
RENUMBERED = [*ERASED, "UPDATE leaf SET number = 1 WHERE number = 2"]


def contents(log: Log) -> tuple[int, ...]:
    """How many events, leaves, pending events and checkpoints there are."""
    tables = (EventRow, Leaf, Pending, Checkpoint)
    with log.database.reading() as session:
        return tuple(session.scalars(select(func.count()).select_from(table)).one() for table in tables)


def act(log: Log, command: Callable[..., object], *arguments: object, **named: object) -> object:
    with log.database.writing() as session:
        return command(session, log.signer, *arguments, now=NOW, **named)


def restored(log: Log) -> None:
    """The log as it was before two further events were sealed, as from a backup of the database alone."""
    log.append(3)
    log.append(4)
    log.seal()
    gone = "(SELECT event_id FROM leaf WHERE number >= 3)"
    log.unprotected(
        f"DELETE FROM personal WHERE event_id IN {gone}",
        f"DELETE FROM event WHERE id IN {gone}",
        "DELETE FROM leaf WHERE number >= 3",
        "DELETE FROM checkpoint WHERE size > 3",
    )


@pytest.mark.parametrize(
    ("statements", "complaint"),
    [
        (["DELETE FROM checkpoint"], "the log went back: 3 leaves were signed, the database knows 0"),
        (["DELETE FROM checkpoint", *RENUMBERED], "the log went back: 3 leaves were signed, the database knows 0"),
        (RENUMBERED, "3 leaves were signed, there are 2, up to leaf 1"),
        (ERASED, "3 leaves were signed, there are 2, up to leaf 2"),
        (ERASED[:2], "3 events were signed and 1 wait, there are 3"),
        (["UPDATE checkpoint SET note = replace(note, 'test', 'tset')"], "another history: the checkpoint of 3 leaves"),
    ],
    ids=["no checkpoints", "forged anew", "renumbered", "a leaf", "an event", "another checkpoint"],
)
def test_nothing_is_signed_over_a_log_that_lost_something_and_verify_names_it(
    log: Log, statements: list[str], complaint: str
) -> None:
    log.unprotected(*statements)
    log.append(3)
    before = contents(log)
    with pytest.raises(LogBroken) as refused:
        log.seal()
    assert str(refused.value).startswith(complaint)
    assert contents(log) == before
    with pytest.raises(LogBroken):
        log.verified_size()


def test_a_changed_event_is_never_signed_again_even_where_the_counts_agree(log: Log) -> None:
    log.unprotected(
        "UPDATE event SET leaf = replace(leaf, '\"n\":1', '\"n\":9')",
        "UPDATE leaf SET leaf_hash = '00' WHERE number = 1",
    )
    log.append(3)
    log.seal()
    with pytest.raises(LogBroken, match="leaf 1: its event was changed"):
        log.verified_size()


def test_the_head_that_was_signed_is_the_first_thing_verify_asks(log: Log) -> None:
    restored(log)
    with pytest.raises(LogBroken, match="leaf 3: a checkpoint speaks of 5 leaves, there are 3"):
        log.verified_size()


def test_an_event_that_waits_needs_no_checkpoint_yet(log: Log) -> None:
    log.append(3)
    assert log.verified_size() == 3


def test_a_crash_between_the_commit_and_the_file_is_made_up_for(log: Log, tmp_path: Path) -> None:
    head = tmp_path / "instance" / "log.head"
    before = head.read_bytes()
    log.append(3)
    log.seal()
    head.write_bytes(before)
    assert log.verified_size() == 4
    log.append(4)
    assert (log.seal(), log.verified_size()) == (1, 5)
    kept = log.signer.head()
    assert kept is not None
    assert (kept.size, kept.signed) == (5, log.checkpoint())


def test_what_came_after_the_head_is_recomputed_before_it_is_believed(log: Log, tmp_path: Path) -> None:
    head = tmp_path / "instance" / "log.head"
    before = head.read_bytes()
    log.append(3)
    log.seal()
    head.write_bytes(before)
    log.unprotected("UPDATE event SET leaf = replace(leaf, '\"n\":3', '\"n\":9')")
    with pytest.raises(LogBroken, match="another history: the 4 leaves of the last checkpoint do not continue the 3"):
        log.seal()


def test_a_slower_process_does_not_put_an_older_head_in_place_of_a_newer_one(log: Log) -> None:
    older = log.signer.head()
    assert older is not None
    log.append(3)
    log.seal()
    log.signer.keep(older)
    newest = log.signer.head()
    assert newest is not None
    assert newest.size == 4


def test_an_act_that_fails_after_sealing_leaves_the_head_as_it_was(log: Log) -> None:
    before = log.signer.head()
    log.append(3)
    with pytest.raises(RuntimeError, match="the act fails"), log.database.writing() as session:
        ledger.seal(session, log.signer, now=NOW)
        raise RuntimeError("the act fails")
    assert log.signer.head() == before
    assert (log.seal(), log.verified_size()) == (1, 4)


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"frontier": "0:", "key": "", "note": ""}'])
def test_a_head_that_cannot_be_is_refused_with_its_file(log: Log, tmp_path: Path, text: str) -> None:
    path = tmp_path / "instance" / "log.head"
    path.write_text(text)
    with pytest.raises(LogBroken, match=f"^{path}: "):
        log.seal()


def test_a_head_whose_note_was_signed_for_another_tree_is_refused(log: Log) -> None:
    head = log.signer.head()
    assert head is not None
    more = format_head(head).replace(head.frontier.format(), head.frontier.extend([bytes(32)]).format())
    with pytest.raises(LogBroken, match="its note speaks of another tree"):
        parse_head(more)


def test_a_lost_head_is_not_made_anew_in_silence(log: Log, tmp_path: Path) -> None:
    (tmp_path / "instance" / "log.head").unlink()
    for attempt in (log.seal, log.verified_size):
        with pytest.raises(
            LogBroken, match="the last head that was signed is missing: put log.head back from a backup"
        ):
            attempt()
    with log.database.writing() as session, pytest.raises(LogBroken, match="the last head that was signed is missing"):
        upkeep.found(session, log.signer, adopts=False)


def test_a_log_of_a_version_that_kept_no_head_outside_is_verified_and_adopted(log: Log, tmp_path: Path) -> None:
    (tmp_path / "instance" / "log.head").unlink()
    with log.database.writing() as session:
        upkeep.found(session, log.signer, adopts=True)
    log.append(3)
    assert (log.seal(), log.verified_size()) == (1, 4)
    (tmp_path / "instance" / "log.head").unlink()
    log.unprotected(*RENUMBERED)
    with log.database.writing() as session, pytest.raises(LogBroken):
        upkeep.found(session, log.signer, adopts=True)


def test_a_restored_backup_is_refused_until_somebody_answers_for_it(log: Log) -> None:
    restored(log)
    with pytest.raises(LogBroken, match="went back: 5 leaves were signed, the database knows 3; after a restore"):
        log.seal()
    done = act(log, upkeep.accept_rollback, "数据库损坏，恢复昨日备份", actor=ADMINISTRATOR)
    assert isinstance(done, upkeep.Rollback)
    assert (done.size, done.lost) == (3, 5)
    assert log.verified_size() == 4
    log.append(5)
    assert (log.seal(), log.verified_size()) == (1, 5)
    with log.database.reading() as session:
        assert upkeep.rollbacks(session) == [done]


def test_a_checkpoint_of_what_was_given_up_never_verifies_again(log: Log) -> None:
    first = log.checkpoint()
    restored(log)
    head = log.signer.head()
    assert head is not None
    act(log, upkeep.accept_rollback, "restored", actor=ADMINISTRATOR)
    assert log.verified_size(first) == 4
    with pytest.raises(LogBroken, match="a checkpoint speaks of 5 leaves, there are 4"):
        log.verified_size(head.signed)


def test_only_an_administrator_sets_the_log_back_with_a_reason_and_only_one_that_went_back(log: Log) -> None:
    with pytest.raises(Conflict, match="log_not_set_back"):
        act(log, upkeep.accept_rollback, "restored", actor=ADMINISTRATOR)
    restored(log)
    before = contents(log)
    with pytest.raises(Invalid, match="reason_needed"):
        act(log, upkeep.accept_rollback, " ", actor=ADMINISTRATOR)
    with pytest.raises(Exception, match="not_permitted"):
        act(log, upkeep.accept_rollback, "restored", actor=ORGANISER)
    assert contents(log) == before


def test_a_forged_log_can_not_be_accepted_as_a_restored_one(log: Log) -> None:
    log.unprotected("DELETE FROM checkpoint", *RENUMBERED)
    with pytest.raises(LogBroken, match="leaf 0: no checkpoint covers it"):
        act(log, upkeep.accept_rollback, "restored", actor=ADMINISTRATOR)


def test_machines_with_folders_of_their_own_seal_the_same_log_in_turn(log: Log, tmp_path: Path) -> None:
    shutil.copytree(tmp_path / "instance", tmp_path / "second")
    second = Log(log.database, Signer(tmp_path / "second", "test.example/log"))
    for number, machine in enumerate((second, log, log, second), 3):
        machine.append(number)
        assert machine.seal() == 1
    assert (log.verified_size(), second.verified_size()) == (7, 7)


def test_a_head_without_leaves_is_written_and_read_back(log: Log) -> None:
    empty = beginning(log.signer.verifier)
    assert parse_head(format_head(empty)) == empty
