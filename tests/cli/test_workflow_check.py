"""`evalflow workflow check`: what is wrong with a file, in the language of whoever wrote it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import evalflow
from evalflow.cli import main
from tests.workflow.small import SMALL

PACKAGE = Path(evalflow.__file__).parent
CHINESE = {"LANG": "zh_CN.UTF-8", "LC_ALL": "", "LC_MESSAGES": ""}


def checked(folder: Path, text: str, *options: str, env: dict[str, str] | None = None) -> Result:
    path = folder / "small.toml"
    path.write_text(text, encoding="utf-8")
    return CliRunner(env=env).invoke(main, ["workflow", "check", str(path), *options])


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ('moves = "together"', 'move = "together"', "4：流程：move：应为：moves或其他已知的键；实为：'move'"),
        ("seats = 3", "seats = 1001", "43：环节meeting：seats：应为：不大于1000；实为：1001"),
        ("max = 3 }", "max = 0 }", "25：环节vote：choose.max：应为：不小于1；实为：0"),
        (
            "weight = 40 },\n  { from",
            "weight = 41 },\n  { from",
            "46：环节meeting：component.weight：应为：总和为100的权重；实为：41 + 60",
        ),
        ('title = { zh = "研究" }', "", "39：环节meeting：title：应为：一个值；实为：无"),
    ],
)
def test_a_chinese_terminal_is_told_in_chinese_what_is_wrong(tmp_path: Path, right: str, wrong: str, told: str) -> None:
    assert SMALL.count(right) == 1
    ended = checked(tmp_path, SMALL.replace(right, wrong), env=CHINESE)
    assert ended.exit_code == 1
    assert f"{tmp_path}/small.toml:{told}" in ended.stdout.splitlines()


def test_the_language_can_be_asked_for(tmp_path: Path) -> None:
    assert "环节meeting" in checked(tmp_path, SMALL.replace("seats = 3", "seats = 0"), "--lang", "zh").stdout
    assert "6个环节" in checked(tmp_path, SMALL, "--lang", "zh").stdout
    assert "small, 6 stages, " in checked(tmp_path, SMALL, "--lang", "en", env=CHINESE).stdout


def test_one_stage_is_one_stage(tmp_path: Path) -> None:
    alone = SMALL.split('[[stage]]\nkey = "vote"')[0]
    assert "small, 1 stage, " in checked(tmp_path, alone, "--lang", "en").stdout


def test_more_entries_than_a_ballot_paper_holds_are_told_before_anybody_is_called(tmp_path: Path) -> None:
    rules = SMALL.replace('noun = { zh = "品牌" }', 'noun = { zh = "品牌" }\nper_owner = 4')
    assert checked(tmp_path, rules, "--branches", "15", "--lang", "en").exit_code == 0
    ended = checked(tmp_path, rules, "--branches", "16", "--lang", "en")
    told = (
        "stage vote: entry.per_owner: expected at most 62 entries on a ballot paper, found 64 (branches: 16, each: 4)\n"
    )
    assert (ended.exit_code, ended.stdout) == (1, f"{tmp_path}/small.toml: {told}")


def test_so_many_entries_needed_that_no_ballot_paper_holds_them_are_told(tmp_path: Path) -> None:
    ended = checked(tmp_path, SMALL.replace("min_entries = 4", "min_entries = 63"), "--lang", "en")
    expected = "at most 62, as a ballot paper holds no more entries"
    told = f"small.toml:23: stage vote: min_entries: expected {expected}, found 63\n"
    assert (ended.exit_code, ended.stdout) == (1, f"{tmp_path}/{told}")


def test_whatever_is_said_of_a_workflow_file_can_be_said_in_chinese() -> None:
    """Every expectation of a check, and every reason of a validator, is a phrase of the catalogue."""
    bare = [
        f"{path.relative_to(PACKAGE)}:{text.lineno}"
        for folder in ("kinds", "workflow")
        for path in sorted((PACKAGE / folder).glob("*.py"))
        for text in _said(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(text, ast.JoinedStr) or (isinstance(text, ast.Constant) and " " in str(text.value))
    ]
    assert bare == []


def _said(tree: ast.Module) -> Iterator[ast.expr]:
    imports = {name.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for name in node.names}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Problem":
            yield from node.args[1:]
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and "Strict" in imports:
            yield from node.exc.args[:1]
