"""The command line, as its handbook promises it."""

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from evalflow.cli import main
from evalflow.config import WORKFLOWS
from evalflow.engine import schema

BRANDS = str(WORKFLOWS / "brand_selection.toml")
SMALL = str(Path(__file__).parents[1] / "browser" / "season.toml")


@pytest.fixture
def run(tmp_path: Path):  # type: ignore[no-untyped-def]
    """Runs a command on an installation of its own."""
    environ = {
        "EVALFLOW_INSTANCE": str(tmp_path / "var"),
        "EVALFLOW_DATABASE_URL": "",
        "EVALFLOW_SITE_URL": "https://awards.example",
    }
    environ["EVALFLOW_DATABASE_URL"] = f"sqlite:///{tmp_path / 'var' / 'e.sqlite3'}"

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(main, arguments, env=environ)

    return run


def test_every_command_says_what_it_does() -> None:
    silent = []

    def look(command: click.Command, path: str) -> None:
        if not command.help:
            silent.append(path)
        if isinstance(command, click.Group):
            for name, inner in command.commands.items():
                look(inner, f"{path} {name}")

    look(main, "evalflow")
    assert silent == []


def test_a_sound_file_is_named_with_its_digest(run) -> None:  # type: ignore[no-untyped-def]
    ended = run("workflow", "check", SMALL)
    assert (ended.exit_code, ended.output.split(": ")[1].startswith("small-brands, 7 stages")) == (0, True)


def test_a_flawed_file_gives_one_line_for_each_flaw_and_exit_1(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    flawed = tmp_path / "flawed.toml"
    flawed.write_text(
        Path(SMALL)
        .read_text()
        .replace("weight = 60 },\n]\n\n[[stage]]\nkey          =", "weight = 50 },\n]\n\n[[stage]]\nkey          =")
    )
    ended = run("workflow", "check", str(flawed))
    assert ended.exit_code == 1
    assert ended.output == (
        f"{flawed}:59: stage committee_decision: component.weight: expected weights that total 100, found 40 + 50\n"
    )


@pytest.mark.parametrize(("language", "title"), [("zh", "网上投票"), ("en", "Online vote")])
def test_a_workflow_is_told_in_words(run, language: str, title: str) -> None:  # type: ignore[no-untyped-def]
    ended = run("workflow", "show", BRANDS, "--lang", language)
    assert (ended.exit_code, title in ended.output) == (0, True)


def test_a_workflow_is_drawn_and_its_schema_is_json(run) -> None:  # type: ignore[no-untyped-def]
    assert run("workflow", "show", BRANDS, "--diagram").output.startswith("stateDiagram-v2\n")
    assert json.loads(run("workflow", "schema").output)["title"] == "evalflow workflow"


@pytest.mark.fonts
def test_a_rehearsal_writes_documents_and_a_bundle_that_recounts_and_a_changed_cell_is_named(
    run, tmp_path: Path
) -> None:  # type: ignore[no-untyped-def]
    out = tmp_path / "out"
    ended = run("rehearse", SMALL, "--branches", "4", "--members", "9", "--seed", "7", "--out", str(out))
    assert ended.exit_code == 0, ended.output
    names = {path.name for path in (out / "documents").rglob("*.pdf")}
    assert {"minutes.pdf", "public_notice.pdf", "results.pdf"} <= names
    assert run("recount", str(out / "bundle")).exit_code == 0
    again = tmp_path / "again"
    run("rehearse", SMALL, "--branches", "4", "--members", "9", "--seed", "7", "--out", str(again))
    assert _bytes(out) == _bytes(again)
    assert json.loads((out / "report.json").read_text())["dead_ends"] == []
    sheets = out / "bundle" / "stages" / "peer_scoring" / "sheets.csv"
    lines = sheets.read_text().splitlines()
    cells = lines[1].split(",")
    lines[1] = ",".join([*cells[:3], "1" if cells[3] != "1" else "2"])
    sheets.write_text("\n".join(lines) + "\n")
    changed = run("recount", str(out / "bundle"))
    assert changed.exit_code == 1
    assert f"stage peer_scoring: score: entry {cells[1]}" in changed.stderr


def _bytes(folder: Path) -> dict[str, bytes]:
    """The bundle and the report: what has to follow from the seed to the last byte."""
    files = [*(folder / "bundle").rglob("*"), folder / "report.json", folder / "report.md"]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files if path.is_file()}


def test_a_rehearsal_that_ends_in_a_dead_end_says_so_and_exits_1(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    out = tmp_path / "out"
    ended = run("rehearse", BRANDS, "--branches", "6", "--members", "6", "--seed", "7", "--smooth", "--out", str(out))
    assert ended.exit_code == 1
    found = "promotion: not opened: There are too few entries: 6 of at least 10"
    assert f"\ndead end: {found}\n{out}: 1 incident, 1 dead end, 1 document, bundle " in ended.output
    assert f"## Dead ends\n\n- {found}\n" in (out / "report.md").read_text(encoding="utf-8")


def test_an_installation_is_set_up_let_people_in_and_examined(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    assert run("db", "upgrade").output == f"schema {schema.newest()}\n"
    assert run("db", "check").exit_code == 0
    branches, people = tmp_path / "branches.csv", tmp_path / "people.csv"
    branches.write_text("支部代码,支部名称\nsmelting,熔炼分厂党支部\n")
    people.write_text("账号,姓名或岗位,支部代码,角色\none,某岗位,smelting,member\ntwo,另一岗位,nowhere,member\n")
    previewed = run("roll", "import", "--branches", str(branches))
    assert (previewed.exit_code, run("user", "invite", "x", "--name", "某", "--branch", "smelting").exit_code) == (0, 1)
    assert run("roll", "import", "--branches", str(branches), "--write").exit_code == 0
    ended = run("roll", "import", "--people", str(people), "--write")
    assert ended.exit_code == 1
    assert ended.stderr == f"{people}:3: There is no branch “nowhere”. Import the branches first.\n"
    link = run("user", "invite", "boss", "--name", "系统管理员", "--role", "administrator").output.strip()
    assert link.startswith("https://awards.example/invitation/")
    assert run("user", "invite", "nobody").exit_code == 1
    assert run("tick").output == "0 timers fired, 0 reminders written, 0 mails sent\n"
    assert run("log", "verify").output.startswith("5 leaves, 1 checkpoint, root ")
    assert run("doctor").stdout.endswith("all is well\n")
    assert run("calendar", "tell", "2026-10-01").output == "free\n"
    assert run("calendar", "state", "2026-10-01", "working", "--note", "test").exit_code == 0
    assert run("calendar", "tell", "2026-10-01").output == "working\n"
    ahead = run("calendar", "tell", "2029-10-01")
    assert (ahead.stdout, ahead.stderr.startswith("advice: the make-up days of 2029 are not known")) == ("free\n", True)


def _copy(source: Path, target: Path) -> None:
    """A database as a backup, or a backup in place of the database."""
    with closing(sqlite3.connect(source)) as here, closing(sqlite3.connect(target)) as there:
        here.backup(there)


def test_a_log_that_went_back_is_refused_everywhere_until_the_administrator_answers_for_it(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    var, kept = tmp_path / "var", tmp_path / "kept.txt"
    run("db", "upgrade")
    run("user", "invite", "boss", "--name", "系统管理员", "--role", "administrator")
    run("tick")
    _copy(var / "e.sqlite3", tmp_path / "backup")
    run("user", "invite", "clerk", "--name", "某岗位")
    run("tick")
    kept.write_text(json.loads((var / "log.head").read_text())["note"])
    assert run("log", "verify", "--checkpoint", str(kept)).output.endswith(f"continues {kept}, of 5 leaves\n")
    _copy(tmp_path / "backup", var / "e.sqlite3")
    went_back = "the log went back: 5 leaves were signed, the database knows 3; after a restore on purpose see"
    for command in (["tick"], ["db", "upgrade"], ["export", "nothing", str(tmp_path / "bundle")]):
        ended = run(*command)
        assert (ended.exit_code, ended.stderr.startswith(went_back)) == (1, True), command
    missing = "leaf 3: a checkpoint speaks of 5 leaves, there are 3"
    for command in (["serve"], ["log", "verify"]):
        ended = run(*command)
        assert (ended.exit_code, ended.stderr) == (1, f"{missing}\n"), command
    assert run("doctor").output.startswith(f"the audit log: {missing}\n")
    assert run("log", "accept-rollback").exit_code == 2
    accepted = run("log", "accept-rollback", "--reason", "磁盘损坏")
    assert accepted.output == "the log goes on from 3 leaves; 5 had been signed\n"
    assert run("doctor").stdout.endswith("all is well\n")
    told = run("log", "verify", "--checkpoint", str(kept))
    assert told.exit_code == 1
    assert told.stderr.startswith(
        f"{kept}: leaf 4: a checkpoint speaks of 5 leaves, there are 4; the log was set back on"
    )
    assert told.stderr.endswith("from 5 leaves to 3: 磁盘损坏\n")


def test_the_key_is_made_by_db_upgrade_alone_and_changed_by_its_own_command(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    run("db", "upgrade")
    first = run("log", "key").output
    (tmp_path / "var" / "log.key").rename(tmp_path / "kept")
    run("user", "invite", "boss", "--name", "系统管理员", "--role", "administrator")
    for command in (["tick"], ["db", "upgrade"], ["serve"], ["log", "rotate-key"]):
        ended = run(*command)
        assert (ended.exit_code, "log.key is missing: put it back from a backup" in ended.stderr) == (1, True), command
    assert not (tmp_path / "var" / "log.key").exists()
    (tmp_path / "kept").rename(tmp_path / "var" / "log.key")
    run("tick")
    second = run("log", "rotate-key").output
    assert (second != first, run("log", "key").output) == (True, second)
    assert run("log", "verify").output.startswith("4 leaves, 2 checkpoints, root ")


def test_the_demo_is_loaded_once_and_its_last_season_exported_and_recounted(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    run("db", "upgrade")
    ended = run("demo", "--members", "25")
    assert ended.exit_code == 0, ended.output
    assert "password evalflow-demo" in ended.output
    assert run("demo").exit_code == 1
    assert run("demo", "--if-empty").exit_code == 0
    keys = [line.strip() for line in ended.output.splitlines() if line.startswith("  brands-")]
    bundle = tmp_path / "bundle"
    assert run("export", keys[0], str(bundle)).exit_code == 0
    assert run("recount", str(bundle)).exit_code == 0
    assert run("doctor").stdout.endswith("all is well\n")
    shutil.rmtree(bundle)
