"""Which commands may make an installation, what the others say where there is none, and who can look into one."""

import shlex
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from evalflow.app import from_environment
from evalflow.cli import main
from evalflow.config import Config
from evalflow.engine import installation, schema
from evalflow.errors import NotReady

NO_INSTALLATION = "There is no installation in {}; set EVALFLOW_INSTANCE or run evalflow db upgrade.\n"
FOUNDERS = {"db upgrade", "demo"}
WITHOUT_ONE = {"recount", "rehearse", "workflow check", "workflow reference", "workflow schema", "workflow show"}
MORE = {"roll import": "--branches /dev/null", "serve": "--port 5999"}


def commands(group: click.Group, path: str = "") -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{path}{name} ")
        else:
            yield f"{path}{name}", command


ALL = dict(commands(main))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The wrong folder: there is nothing in it. The settings are those of somebody who has set none."""
    wrong = tmp_path / "wrong"
    wrong.mkdir()
    monkeypatch.chdir(wrong)
    for name in ("EVALFLOW_INSTANCE", "EVALFLOW_DATABASE_URL", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    return wrong


def needed(command: click.Command) -> Iterator[str]:
    """Something for whatever the command can't do without."""
    for one in command.params:
        if one.required:
            name = [one.opts[0]] if isinstance(one, click.Option) else []
            day = isinstance(one.type, click.DateTime)
            choice = one.type.choices[0] if isinstance(one.type, click.Choice) else ""
            yield from [*name, choice or ("2026-10-01" if day else "something")]


def run(line: str, **environ: str) -> Result:
    return CliRunner().invoke(main, shlex.split(line), env=environ)


def mode(path: Path) -> str:
    return oct(stat.S_IMODE(path.stat().st_mode))


@pytest.mark.parametrize("name", sorted(set(ALL) - FOUNDERS - WITHOUT_ONE))
def test_a_command_in_the_wrong_folder_says_so_in_one_line_and_makes_nothing(name: str, folder: Path) -> None:
    ended = run(f"{name} {' '.join(needed(ALL[name]))} {MORE.get(name, '')}")
    assert (ended.exit_code, ended.output) == (2, NO_INSTALLATION.format(folder / "var"))
    assert list(folder.iterdir()) == []


def test_the_application_in_the_wrong_folder_makes_nothing_either(folder: Path) -> None:
    with pytest.raises(NotReady) as refused:
        from_environment()
    assert (refused.value.code, list(folder.iterdir())) == ("no_installation", [])


@pytest.mark.parametrize("founder", ["db upgrade", "demo --members 20"])
def test_an_installation_is_for_its_user_only(founder: str, folder: Path) -> None:
    ended = run(founder)
    assert ended.exit_code == 0, ended.output
    made = folder / "var"
    assert (mode(made), mode(made / "evalflow.sqlite3")) == ("0o700", "0o600")
    assert list(installation.readable_by_others(Config.from_environment())) == []
    assert run("doctor").exit_code == 0


def test_a_folder_that_others_can_look_into_is_named_by_the_doctor_and_left_as_it_is(folder: Path) -> None:
    made = folder / "var"
    made.mkdir(mode=0o755)
    made.chmod(0o755)
    assert run("db upgrade").exit_code == 0
    assert mode(made) == "0o755"
    assert f"advice: other users of this machine can look into {made}: chmod go= {made}\n" in run("doctor").stderr


def test_an_upgrade_closes_a_database_that_others_could_read(folder: Path) -> None:
    run("db upgrade")
    file = folder / "var" / "evalflow.sqlite3"
    file.chmod(0o644)
    run("db upgrade")
    assert mode(file) == "0o600"


def test_a_terminal_set_to_chinese_is_told_in_chinese(folder: Path) -> None:
    told = run("doctor", LANG="zh_CN.UTF-8").output
    assert told == f"{folder / 'var'}中没有安装实例；请设置 EVALFLOW_INSTANCE，或运行 evalflow db upgrade。\n"


@pytest.mark.parametrize("line", ["serve --port 5999", "doctor", "tick", "demo"])
def test_an_old_schema_is_refused_in_one_line(line: str, folder: Path) -> None:
    run("db upgrade")
    _set_revision(folder, "0003")
    needed = schema.newest()
    told = f"The database is at schema 0003, this version needs {needed}: run evalflow db upgrade.\n"
    assert (run(line).exit_code, run(line).output) == (2, told)


def test_the_schema_of_a_newer_version_is_refused_in_one_line(folder: Path) -> None:
    run("db upgrade")
    _set_revision(folder, "9999")
    told = run("serve --port 5999").output
    assert told == (
        f"The database has the schema 9999 of another version, this one knows {schema.newest()}: "
        "run the newer version.\n"
    )


def test_a_file_that_is_no_database_is_named(folder: Path) -> None:
    run("db upgrade")
    file = folder / "var" / "evalflow.sqlite3"
    for beside in file.parent.glob("evalflow.sqlite3-*"):
        beside.unlink()
    file.write_bytes(b"a letter, and long enough to be looked at as one\n" * 40)
    assert (run("doctor").exit_code, run("doctor").output) == (2, f"{file} is not a database.\n")


def test_what_is_refused_is_a_sentence_in_the_language_of_the_terminal(folder: Path) -> None:
    run("db upgrade")
    line = "user invite admin --name office --role administrator"
    assert run(line).exit_code == 0
    assert (run(line).exit_code, run(line).output) == (1, "This person holds that role already.\n")
    assert run(line, LANG="zh_CN.UTF-8").output == "此人已拥有该角色。\n"


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("EVALFLOW_TIMEZONE", "Nowhere/Here", "EVALFLOW_TIMEZONE: there is no time zone Nowhere/Here\n"),
        ("EVALFLOW_TRUSTED_PROXIES", "one", "EVALFLOW_TRUSTED_PROXIES: expected a whole number, found one\n"),
        ("EVALFLOW_TICK_EVERY", "-", "EVALFLOW_TICK_EVERY: expected a whole number, found -\n"),
        ("EVALFLOW_SMTP", "mail", "EVALFLOW_SMTP: expected smtps://, smtp+starttls:// or smtp:// and a host\n"),
    ],
)
def test_a_setting_that_can_not_be_is_named_in_one_line(name: str, value: str, told: str, folder: Path) -> None:
    ended = run("doctor", **{name: value})
    assert (ended.exit_code, ended.output) == (2, told)


def test_help_is_whole_at_the_usual_width() -> None:
    """click shortens a command's first sentence to what fits on its line."""
    cut = []

    def look(group: click.Group, path: str) -> None:
        told = CliRunner().invoke(main, [*path.split(), "--help"], terminal_width=80).output
        cut.extend(line for line in told.splitlines() if line.endswith("...") and not line.startswith("Usage: "))
        for name, command in group.commands.items():
            if isinstance(command, click.Group):
                look(command, f"{path} {name}")

    look(main, "")
    assert cut == []


def test_operators_are_not_offered_the_writing_of_migrations() -> None:
    assert "revise" not in run("db --help").output


def _set_revision(folder: Path, revision: str) -> None:
    with sqlite3.connect(folder / "var" / "evalflow.sqlite3") as connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (revision,))
    connection.close()
