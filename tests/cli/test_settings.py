"""A setting that can't be is told in one line, before anything is made."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from evalflow.cli import main
from evalflow.config import NAMES, PACKAGE, Config

WRONG = {
    "EVALFLOW_DATBASE_URL=sqlite:///x": (
        "EVALFLOW_DATBASE_URL: there is no such setting; did you mean EVALFLOW_DATABASE_URL?"
    ),
    "EVALFLOW_DATABASE_URL=mysql://li:hush@db/awards": (
        "EVALFLOW_DATABASE_URL: expected sqlite:///… or postgresql://…, found mysql:…"
    ),
    "EVALFLOW_TICK_EVERY=often": "EVALFLOW_TICK_EVERY: expected a whole number, found often",
    "EVALFLOW_SESSION_HOURS=-1": "EVALFLOW_SESSION_HOURS: expected a whole number, found -1",
    "EVALFLOW_SITE_URL=awards.example": (
        "EVALFLOW_SITE_URL: expected https://… with the name people use, found awards.example"
    ),
    "EVALFLOW_TIMEZONE=Asia/Shangai": "EVALFLOW_TIMEZONE: there is no time zone Asia/Shangai",
}


@pytest.mark.parametrize("setting", WRONG)
@pytest.mark.parametrize("command", [["db", "upgrade"], ["serve"], ["doctor"], ["demo"]])
def test_a_setting_that_can_t_be_is_one_line(tmp_path: Path, setting: str, command: list[str]) -> None:
    name, _, value = setting.partition("=")
    answer = CliRunner().invoke(main, command, env={"EVALFLOW_INSTANCE": str(tmp_path / "var"), name: value})
    assert (answer.exit_code, answer.output.strip()) == (2, WRONG[setting])
    assert not (tmp_path / "var").exists()


def test_an_unreachable_database_is_one_line(tmp_path: Path) -> None:
    env = {"EVALFLOW_INSTANCE": str(tmp_path), "EVALFLOW_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing"}
    answer = CliRunner().invoke(main, ["doctor"], env=env)
    assert (answer.exit_code, len(answer.output.strip().splitlines())) == (2, 1)


def test_every_setting_that_is_read_is_known(tmp_path: Path) -> None:
    text = (PACKAGE / "config.py").read_text(encoding="utf-8").partition("class Config")[2]
    assert set(re.findall(r'"(EVALFLOW_[A-Z_]+)"', text)) == set(NAMES)
    assert Config.from_environment({"EVALFLOW_INSTANCE": str(tmp_path)}).instance == tmp_path.resolve()
