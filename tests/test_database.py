"""What the database handle keeps from others: values in its errors, and the peppers beside it."""

import stat
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from evalflow.db import connect
from evalflow.entropy import SystemEntropy
from evalflow.peppers import PepperFiles


def mode(path: Path) -> str:
    return stat.filemode(path.stat().st_mode)


def test_a_failing_statement_does_not_say_what_was_being_written(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path / 'one.sqlite3'}")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE ballot (mask INTEGER CHECK (mask < 0))"))
    with pytest.raises(DBAPIError) as failed, engine.begin() as connection:
        connection.execute(text("INSERT INTO ballot (mask) VALUES (:mask)"), {"mask": 48879})
    assert "48879" not in str(failed.value) and "hide_parameters" in str(failed.value)
    engine.dispose()


def test_a_pepper_is_made_once_for_this_account_only_and_leaves_nothing(tmp_path: Path) -> None:
    one, other = (PepperFiles(tmp_path / "boxes") for _ in range(2))
    assert one.find(7) is None
    pepper = one.make(7, SystemEntropy())
    assert (len(pepper), other.make(7, SystemEntropy()), other.find(7)) == (48, pepper, pepper)
    [path] = (tmp_path / "boxes").iterdir()
    assert (mode(path), mode(path.parent)) == ("-rw-------", "drwx------")
    other.destroy(7)
    other.destroy(7)
    assert (one.find(7), list((tmp_path / "boxes").iterdir())) == (None, [])
