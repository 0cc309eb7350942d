"""The signing key: made once, never in place of one that is missing, changed by an act that the old one signs."""

import multiprocessing
import shutil
from pathlib import Path

import pytest

from evalflow.audit import ledger, note, upkeep
from evalflow.audit.signing import Signer
from evalflow.db import Base, Database, connect
from evalflow.entropy import SystemEntropy
from evalflow.errors import Forbidden, LogBroken
from tests.audit.conftest import NOW, Log
from tests.builders import ADMINISTRATOR, ORGANISER

ROUNDS, PROCESSES = 20, 6


def _found(url: str, folder: str, barrier: object) -> None:
    """What each of several processes does that are started at once."""
    database = Database(connect(url))
    log = Log(database, Signer(Path(folder), "test.example/log"))
    barrier.wait()  # type: ignore[attr-defined]
    with database.writing() as session:
        upkeep.found(session, log.signer, adopts=False)
    log.append(1)
    log.seal()


def test_of_several_processes_that_start_at_once_one_makes_the_key_and_the_log_verifies(tmp_path: Path) -> None:
    fork = multiprocessing.get_context("fork")
    for number in range(ROUNDS):
        folder = tmp_path / str(number)
        folder.mkdir()
        url = f"sqlite:///{folder / 'e.sqlite3'}"
        database = Database(connect(url))
        Base.metadata.create_all(database.engine)
        barrier = fork.Barrier(PROCESSES)
        started = [fork.Process(target=_found, args=(url, str(folder), barrier)) for _ in range(PROCESSES)]
        for process in started:
            process.start()
        for process in started:
            process.join()
        assert [process.exitcode for process in started] == [0] * PROCESSES
        assert sorted(path.name for path in folder.glob("log.*")) == ["log.head", "log.key", "log.turn"]
        assert Log(database, Signer(folder, "")).verified_size() == PROCESSES
        database.engine.dispose()


def test_the_key_is_for_its_owner_only(log: Log, tmp_path: Path) -> None:
    assert oct((tmp_path / "instance" / "log.key").stat().st_mode)[-3:] == "600"


def test_a_key_is_not_made_in_place_of_one_that_has_signed(log: Log, tmp_path: Path) -> None:
    key = tmp_path / "instance" / "log.key"
    key.unlink()
    for adopts in (False, True):
        with log.database.writing() as session, pytest.raises(LogBroken, match=f"{key} is missing: put it back"):
            upkeep.found(session, log.signer, adopts=adopts)
    log.append(3)
    with pytest.raises(LogBroken, match="is missing: put it back"):
        log.seal()
    (tmp_path / "instance" / "log.head").unlink()
    with log.database.writing() as session, pytest.raises(LogBroken, match="is missing: put"):
        upkeep.found(session, log.signer, adopts=False)
    assert list((tmp_path / "instance").glob("log.key*")) == []


@pytest.mark.parametrize(
    ("text", "complaint"),
    [("", "is empty"), ("\n", "is empty"), ("ssh-ed25519 AAAA secret", "holds no signing key"), ("\0\xff", "holds no")],
)
def test_an_empty_or_foreign_file_in_place_of_the_key_is_a_sentence(
    log: Log, tmp_path: Path, text: str, complaint: str
) -> None:
    key = tmp_path / "instance" / "log.key"
    key.write_text(text)
    log.append(3)
    with pytest.raises(LogBroken) as refused:
        log.seal()
    assert str(refused.value).startswith(f"{key} {complaint}")
    assert "secret" not in str(refused.value)


def test_another_installation_s_key_is_a_sentence(log: Log, tmp_path: Path) -> None:
    other = Signer(tmp_path / "other", "test.example/log")
    other.make_key(SystemEntropy())
    shutil.copy(tmp_path / "other" / "log.key", tmp_path / "instance" / "log.key")
    log.append(3)
    with pytest.raises(LogBroken, match="is not the key that signed the log's last checkpoint"):
        log.seal()
    with log.database.writing() as session, pytest.raises(LogBroken, match="is not the key that signed"):
        upkeep.found(session, log.signer, adopts=False)


def rotate(log: Log) -> note.Verifier:
    with log.database.writing() as session:
        return upkeep.rotate_key(session, log.signer, actor=ADMINISTRATOR, now=NOW)


def test_after_a_change_of_keys_the_whole_log_verifies_with_the_new_one(log: Log, tmp_path: Path) -> None:
    first, before = log.signer.verifier, log.checkpoint()
    second = rotate(log)
    log.append(4)
    log.seal()
    third = rotate(log)
    assert len({first, second, third, log.signer.verifier}) == 3
    assert log.verified_size(before) == 6
    assert sorted(path.name for path in (tmp_path / "instance").iterdir()) == ["log.head", "log.key", "log.turn"]


def test_only_an_administrator_changes_the_key(log: Log) -> None:
    with pytest.raises(Forbidden, match="not_permitted"), log.database.writing() as session:
        upkeep.rotate_key(session, log.signer, actor=ORGANISER, now=NOW)
    assert (log.signer.own_key().verifier, log.verified_size()) == (log.signer.verifier, 3)


def test_a_process_that_was_there_before_the_change_signs_with_the_new_key(log: Log, tmp_path: Path) -> None:
    running = Signer(tmp_path / "instance", "test.example/log")
    assert running.own_key().verifier == running.verifier
    rotate(log)
    log.append(4)
    with log.database.writing() as session:
        assert ledger.seal(session, running, now=NOW) == 1
    assert log.verified_size() == 5


@pytest.mark.parametrize("lost", [("log.key", "log.head"), ("log.key",), ("log.head",)])
def test_a_crash_at_any_point_of_the_change_is_made_up_for(log: Log, tmp_path: Path, lost: tuple[str, ...]) -> None:
    """Files that were not written after the commit are as they were before it."""
    folder = tmp_path / "instance"
    shutil.copytree(folder, tmp_path / "before")
    rotate(log)
    if "log.key" in lost:
        (folder / "log.key").rename(folder / "log.key.next")
    for name in lost:
        shutil.copy(tmp_path / "before" / name, folder / name)
    assert log.verified_size() == 4
    log.append(4)
    assert (log.seal(), log.verified_size()) == (1, 5)


def test_a_change_that_was_never_committed_changes_nothing(log: Log, tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="the act fails"), log.database.writing() as session:
        upkeep.rotate_key(session, log.signer, actor=ADMINISTRATOR, now=NOW)
        raise RuntimeError("the act fails")
    log.append(3)
    assert (log.seal(), log.verified_size()) == (1, 4)
    rotate(log)
    assert log.verified_size() == 5


def test_a_machine_that_still_has_the_old_key_signs_nothing(log: Log, tmp_path: Path) -> None:
    shutil.copytree(tmp_path / "instance", tmp_path / "second")
    second = Log(log.database, Signer(tmp_path / "second", "test.example/log"))
    rotate(log)
    second.append(4)
    with pytest.raises(LogBroken, match="is not the key that signed the log's last checkpoint"):
        second.seal()
