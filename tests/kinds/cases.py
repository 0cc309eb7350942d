"""Small cases for the kinds: entries a, b, c, … of the branches A, B, C, …, and evidence written as lines."""

from collections.abc import Mapping

import pytest

from evalflow.errors import BundleError
from evalflow.kinds import KINDS
from evalflow.workflow import reader
from evalflow.workflow.definition import Definition
from evalflow.workflow.outcome import Case, Contender, Outcome, Row

HEAD = """\
format = 1
key = "small"
title = { zh = "小" }
moves = "together"
entry = { noun = { zh = "品牌" } }

[[stage]]
key = "form"
kind = "submission"
title = { zh = "申报" }
field = [{ key = "name", type = "text", role = "title", label = { zh = "名称" }, required = true }]
"""


def table(columns: str, *lines: str) -> list[Row]:
    """Rows from lines of cells: `table("entry,place", "a,1", "b,")`."""
    names = columns.split(",")
    return [dict(zip(names, line.split(","), strict=True)) for line in lines]


def workflow(*stages: str) -> Definition:
    """A declaration and these stages: "KEY KIND" in the first line, the options of the kind below."""
    return reader.read(HEAD + "".join(stage_text(text) for text in stages), KINDS, file="small.toml")


def stage_text(text: str) -> str:
    """A stage as a workflow file has it."""
    first, _, options = text.strip().partition("\n")
    key, kind = first.split()
    return f'\n[[stage]]\nkey = "{key}"\nkind = "{kind}"\ntitle = {{ zh = "{key}" }}\n{options}\n'


def case(
    definition: Definition,
    *,
    entries: str,
    earlier: Mapping[str, Outcome] | None = None,
    seed: str = "",
    **tables: list[Row],
) -> Case:
    """The case of the last stage. entries: one letter each, in the order of presentation."""
    contenders = tuple(Contender(key, key.upper(), number) for number, key in enumerate(entries, 1))
    branches = tuple(entries.upper())
    return Case(definition, definition.stages[-1], contenders, branches, tables, earlier or {}, seed)


def outcome(of: Case) -> Outcome:
    return KINDS[of.stage.kind].outcome(of)


def complaint(of: Case) -> str:
    """The one line that says why the evidence can't be true."""
    with pytest.raises(BundleError) as caught:
        outcome(of)
    return str(caught.value)
