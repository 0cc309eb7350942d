"""The handbook says what the code does: tables made from the code stand in it word for word."""

import ast
import re
from pathlib import Path

import pytest

import evalflow
from evalflow.analysis import counting
from evalflow.kinds import KINDS
from evalflow.kinds.components import FIGURE, SCORE
from evalflow.workflow.reference import reference, selecting, values

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_the_option_tables_are_those_of_the_code() -> None:
    text = (DOCS / "workflow-files.md").read_text()
    written = text.split("<!-- reference -->\n")[1].split("<!-- end of reference -->")[0]
    assert written.strip() == reference(KINDS, counting.anchors()).strip(), "run: make docs"


def test_every_module_of_the_arithmetic_has_a_row_among_the_mutants() -> None:
    told = re.findall(r"^\| ([a-z_]+) \| [0-9]", (DOCS / "mutation.md").read_text(), re.MULTILINE)
    assert told == sorted(path.stem for path in Path(evalflow.__file__).parent.glob("tally/[a-z]*.py"))


def test_every_promise_to_a_voter_that_a_test_guards_names_the_test() -> None:
    voters = (DOCS / "promises.md").read_text().split("## To a member who votes\n")[1].split("\n## ")[0]
    guarded = [row.split(" | ")[0] for row in voters.splitlines() if "✔" in row]
    named = {promise: re.findall(r"tests/[a-z_/]+\.py", promise) for promise in guarded}
    assert len(guarded) >= 9
    assert [promise for promise, tests in named.items() if not tests] == []
    assert [path for tests in named.values() for path in tests if not (DOCS.parent / path).is_file()] == []


UNCOUNTED = {  # options that choose something other than a rule of counting
    "submission": {"field.type", "field.role", "review"},
    "ballot": {"secrecy", "weights"},
    "scoring": {"raters", "own_entry"},
    "decision": {"deviation"},
    "tracking": {"reports", "audience", "office_figures"},
}
TAKEN_AS_IT_IS = {("component.as", f'"{SCORE}"'), ("component.as", f'"{FIGURE}"'), ("tie_break", '"motion"')}


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_every_value_of_an_option_that_selects_a_rule_of_counting_leads_to_it(kind):
    known = counting.anchors()
    chosen = [
        (key, value)
        for key, found in values(kind.options).items()
        for value in found
        if key not in UNCOUNTED.get(kind.name, set()) and (key, value) not in TAKEN_AS_IT_IS
    ]
    assert [(key, value) for key, value in chosen if not list(selecting(key, value, known))] == []


def test_every_option_of_a_cap_a_default_a_draw_and_an_amount_leads_to_a_rule():
    """Switches and numbers, which have no values to list."""
    named = ("cap", "seats", "default.majority", "default.quorum", "default.strict", "draw = true", "tier.amount")
    found = counting.anchors()
    assert {name: found.get(name) for name in named} == {
        "cap": "counting.md#cappingcut_with_cap",
        "seats": "counting.md#cappingcut_with_cap",
        "default.majority": "counting.md#condorcetschulze",
        "default.quorum": "counting.md#condorcetschulze",
        "default.strict": "counting.md#condorcetschulze",
        "draw = true": "counting.md#rankinglots",
        "tier.amount": "counting.md#apportionparts",
    }


def test_every_link_into_the_handbook_of_counting_has_its_heading():
    written = (DOCS / "counting.md").read_text()
    headings = {line.removeprefix("#### ").replace(".", "") for line in written.splitlines() if line.startswith("####")}
    assert {address.partition("#")[2] for address in counting.anchors().values()} - headings == set()


def test_every_rule_that_has_a_name_is_called_by_what_runs():
    """A rule that only tests call would be told as if it counted."""
    sources = [path for path in Path(evalflow.__file__).parent.rglob("*.py") if path.name != "counting.py"]
    called = {name for path in sources for name in _used(path)}
    assert [key for key in counting.names() if key.rpartition(".")[2] not in called] == []


def _used(path: Path) -> set[str]:
    """Functions that a module uses by name: told in a docstring is not used."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    loaded = (node for node in ast.walk(tree) if isinstance(node, ast.Name | ast.Attribute))
    return {node.id if isinstance(node, ast.Name) else node.attr for node in loaded}
