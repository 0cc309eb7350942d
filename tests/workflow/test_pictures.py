"""The same definition as a drawing and as a schema."""

import re
from pathlib import Path

import pytest

from evalflow.config import WORKFLOWS
from evalflow.kinds import KINDS
from evalflow.workflow import reader
from evalflow.workflow.drawing import mermaid
from evalflow.workflow.schema import json_schema
from tests.workflow.small import SMALL

HOSTILE = r'title = { zh = "\"]; %% <b>#1</b>\nclick x \\" }'
LAST_TITLE = 'title = { zh = "授牌" }'


def drawn(text: str) -> str:
    return mermaid(reader.read(text, KINDS, file="small.toml"), "zh_Hans")


def test_no_title_can_say_anything_in_the_drawing_but_itself() -> None:
    lines = drawn(SMALL.replace(LAST_TITLE, HOSTILE)).split("\n")
    assert [line for line in lines if "stage_ceremony" in line] == [
        '    state "#quot;]#59; %% #lt;b#gt;#35;1#lt;/b#gt; click x #92;" as stage_ceremony {'
    ]


def test_a_drawing_has_a_room_for_every_stage_and_every_arrow_ends_at_a_known_state() -> None:
    lines = drawn(SMALL).split("\n")
    rooms = [re.findall(r"stage_(\w+) \{", line) for line in lines]
    known = {name for line in lines for name in re.findall(r"as (s\d+)$", line)}
    used = {name for line in lines if "-->" in line for name in re.findall(r"\bs\d+\b", line)}
    assert [room for found in rooms for room in found] == [
        "declaration",
        "vote",
        "peers",
        "meeting",
        "names",
        "ceremony",
    ]
    assert used == known


def test_the_schema_knows_every_kind_and_every_key_of_its_stages() -> None:
    shapes = json_schema(KINDS)["properties"]["stage"]["items"]["oneOf"]
    known = {shape["properties"]["kind"]["const"]: set(shape["properties"]) for shape in shapes}
    common = {"key", "kind", "title", "intro", "opens", "closes", "reopen", "min_entries"}
    assert known == {
        "submission": common | {"field", "review"},
        "approval": common | {"quorum", "counter_targets"},
        "promotion": common | {"show", "views"},
        "ballot": common
        | {
            "method",
            "choose",
            "points",
            "grade",
            "ranks",
            "seats",
            "equal_ranks",
            "no_opinion",
            "default",
            "draw",
            "unclear",
        }
        | {"establishment", "secrecy", "tellers", "revote", "small_branch", "weights"},
        "scoring": common
        | {"raters", "own_entry", "aggregate", "void", "missing_allowed", "round", "recheck", "criterion"},
        "decision": common
        | {
            "seats",
            "quorum",
            "component",
            "combine",
            "round",
            "tie_break",
            "ties",
            "deviation",
            "veto",
            "eligible",
            "cap",
            "budget",
        },
        "notice": common | {"working_days", "objections", "move_up"},
        "award": common | {"honour", "certificate", "tier"},
        "inspection": common | {"capped", "stretch_points", "flag"},
        "tracking": common
        | {"reports", "green", "amber", "stretch_points", "grace_days", "days_to_file", "punctuality", "audience"}
        | {"office_figures"},
    }


@pytest.mark.parametrize("path", sorted(WORKFLOWS.glob("*.toml")), ids=lambda path: path.stem)
def test_the_canonical_text_of_a_shipped_workflow_reads_back_to_the_same_definition(path: Path) -> None:
    definition = reader.read(path.read_text("utf-8"), KINDS, file=path.name)
    assert reader.read_canonical(definition.text, KINDS) == definition


def test_comments_and_layout_do_not_change_the_digest_and_a_rule_does() -> None:
    digest = reader.read(SMALL, KINDS, file="a").digest
    assert reader.read(SMALL.replace("\n[[stage]]", "\n\n# next\n[[stage]]"), KINDS, file="b").digest == digest
    assert reader.read(SMALL.replace("seats = 3", "seats = 2"), KINDS, file="c").digest != digest
