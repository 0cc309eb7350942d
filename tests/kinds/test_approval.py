"""What became of applications is computed from the motions; plans and changed targets are read back from their rows."""

from typing import Any

import pytest

from evalflow.errors import DefinitionError
from evalflow.kinds import KINDS
from evalflow.workflow import reader
from evalflow.workflow.outcome import Case, Contender
from tests.kinds.cases import complaint, outcome, table

RULES = """
format = 1
key = "small"
title = { zh = "小" }
moves = "apart"
entry = { noun = { zh = "工程" } }

[[stage]]
key = "form"
kind = "submission"
title = { zh = "申报" }
opens = "start"
closes = "start + 10 days"
field = [
  { key = "name", type = "text", role = "title", label = { zh = "名称" }, required = true },
  { key = "plan", type = "indicators", label = { zh = "指标" } },
  { key = "with", type = "partners", label = { zh = "参与" } },
]

[[stage]]
key = "committee"
kind = "approval"
title = { zh = "把关" }
opens = "start"
closes = "start + 300 days"
quorum = { present = "2/3", ayes = "1/2 of entitled" }
"""
HERE = ("1,m1,yes", "1,m2,yes", "1,m3,yes")
PLAN = "{entry},Recovery,%,more,90,95,97,100,laboratory,month"
COLUMNS = "entry,name,unit,better,baseline,work,stretch,weight,source,every"


def ruled(
    *motions: str,
    approved: tuple[str, ...],
    entries: str = "a",
    plans: str = "",
    partners: tuple[str, ...] = (),
    joined: tuple[str, ...] = (),
    targets: tuple[str, ...] = (),
    attendance: tuple[str, ...] = HERE,
    recusals: tuple[str, ...] = (),
    rules: str = RULES,
) -> Case:
    """A committee of three; motions "about" are carried by all, others written out after the sitting."""
    definition = reader.read(rules, KINDS, file="small.toml")
    written = [
        f"{number},1,{motion},3,0,0,0,3,3,carried" if "," not in motion else f"{number},{motion}"
        for number, motion in enumerate(motions, 1)
    ]
    tables: dict[str, Any] = {
        "attendance": table("sitting,member,present", *attendance),
        "recusals": table("sitting,member,entry", *recusals),
        "motions": table("motion,sitting,about,ayes,noes,abstentions,recused,entitled,present,result", *written),
        "approved": table("entry,branch,state,into", *approved),
        "indicators": table(COLUMNS, *(PLAN.format(entry=entry) for entry in plans)),
        "joined": table("entry,branch,unit,share", *joined),
        "partners": table("entry,branch,unit,share", *partners),
        "targets": table("entry,indicator,old_work,old_stretch,work,stretch,motion", *targets),
    }
    contenders = tuple(Contender(key, key.upper(), number) for number, key in enumerate(entries, 1))
    return Case(definition, definition.stages[-1], contenders, tuple("ABCDE"), tables, {})


def test_a_year_of_motions_as_a_whole() -> None:
    found = outcome(
        ruled(
            "reject:b",
            "merge:a>c",
            "return:d",
            "approve:a",
            "approve:d",
            "targets:a",
            approved=("a,A,approved,", "b,B,rejected,", "c,C,merged,a", "d,D,approved,", "e,E,open,"),
            joined=("c,C,,12.5", "c,,院,5"),
            entries="ad",
            plans="ad",
            partners=("a,B,,30", "c,A,,10", "c,,院,20"),
            targets=("a,1,95,97,96,98,4", "a,1,96,98,95.5,97,6"),
        )
    ).facts
    row = dict(zip(COLUMNS.split(",")[1:], PLAN.split(",")[1:], strict=True))
    assert {name: found[name] for name in ("approved", "rejected", "merged", "open")} == {
        "approved": ["a", "d"],
        "rejected": ["b"],
        "merged": [["c", "a"]],
        "open": ["e"],
    }
    assert found["indicators"] == {"a": [{**row, "work": "95.5", "stretch": "97"}], "d": [row]}
    assert found["partners"] == {
        "a": [
            {"branch": "B", "unit": "", "share": "30"},
            {"branch": "", "unit": "院", "share": "5"},
            {"branch": "C", "unit": "", "share": "12.5"},
        ],
        "d": [],
    }
    assert found["changes"] == [
        {
            "entry": "a",
            "indicator": 1,
            "old_work": "95",
            "old_stretch": "97",
            "work": "96",
            "stretch": "98",
            "motion": "4",
        },
        {
            "entry": "a",
            "indicator": 1,
            "old_work": "96",
            "old_stretch": "98",
            "work": "95.5",
            "stretch": "97",
            "motion": "6",
        },
    ]
    assert found["quorum"] == {"entitled": 3, "present": 3, "needed": 2}


def test_where_nobody_applied_there_is_nothing_to_decide_and_no_quorum_is_wanted() -> None:
    found = outcome(ruled(approved=(), entries="", attendance=("1,m1,no",)))
    assert found.facts == {"approved": [], "rejected": [], "merged": [], "open": [], "changes": []}


def test_a_recused_member_leaves_the_base_of_that_application_only() -> None:
    found = outcome(
        ruled(
            "1,approve:a,2,0,0,1,2,2,carried",
            "approve:b",
            approved=("a,A,approved,", "b,B,approved,"),
            entries="ab",
            recusals=("1,m1,a",),
        )
    )
    assert [(one["entitled"], one["recused"]) for one in found.facts["motions"]] == [(2, 1), (3, 0)]


def test_what_was_merged_into_something_merged_takes_part_in_the_last() -> None:
    found = outcome(
        ruled(
            "merge:b>a",
            "merge:c>b",
            "approve:c",
            approved=("a,A,merged,b", "b,B,merged,c", "c,C,approved,"),
            joined=("a,A,,40", "b,B,,12.5", "b,A,,0"),
            entries="c",
        )
    )
    assert [(row["branch"], row["share"]) for row in found.facts["partners"]["c"]] == [("A", "0"), ("B", "12.5")]


@pytest.mark.parametrize(
    ("motions", "approved", "expected"),
    [
        (("approve:a",), ("a,A,rejected,",), "approved.csv:2: a: state: expected 'approved', found 'rejected'"),
        (
            ("merge:a>b", "approve:a"),
            ("a,A,approved,", "b,B,merged,"),
            "approved.csv:3: b: state: expected 'merged a', found 'merged'",
        ),
        ((), ("a,A,open,",), "approved.csv:2: entry 'a': expected approved, as it takes part, found otherwise"),
        (
            ("approve:a", "reject:a"),
            ("a,A,approved,",),
            "motions.csv: motion 2: a: expected not decided before, found approved",
        ),
        (("targets:a",), ("a,A,open,",), "motions.csv: motion 1: a: expected approved before, found open"),
        (
            ("reject:b", "merge:b>a"),
            ("a,A,merged,b", "b,B,rejected,"),
            "motions.csv: motion 2: b: expected open or approved, for others to be merged into, found rejected",
        ),
        (("approve:z",), ("a,A,approved,",), "motions.csv:2: about: entry: expected a, found 'z'"),
        (
            ("award:a",),
            ("a,A,approved,",),
            "motions.csv:2: about: expected approve:ENTRY, reject:ENTRY, return:ENTRY, merge:ENTRY>ENTRY "
            "or targets:ENTRY, found 'award:a'",
        ),
        (("approve:a",), ("a,Z,approved,",), "approved.csv:2: branch: expected A, B, C, D or E, found 'Z'"),
        (
            ("approve:a",),
            ("a,A,done,",),
            "approved.csv:2: state: expected open, approved, rejected or merged, found 'done'",
        ),
        (
            ("approve:a",),
            ("a,A,approved,", "a,A,approved,"),
            "approved.csv:3: entry: expected each once, found a again",
        ),
    ],
)
def test_what_no_motion_made_is_refused(motions: tuple[str, ...], approved: tuple[str, ...], expected: str) -> None:
    assert complaint(ruled(*motions, approved=approved)) == expected


@pytest.mark.parametrize(
    ("targets", "expected"),
    [
        (("a,1,94,97,96,98,1",), "targets.csv:2: old_work: expected '95', found '94'"),
        (
            ("a,1,95,97,99,98,1",),
            "targets.csv:2: entry a: stretch: expected a stretch target beyond the work target, found '98'",
        ),
        (
            ("a,1,95,97,89,98,1",),
            "targets.csv:2: entry a: work: expected a work target beyond the baseline, found '89'",
        ),
        (("a,2,95,97,96,98,1",), "targets.csv:2: indicator: expected 1 to 1, as a has, found 2"),
        (("a,1,95,97,96,98,2",), "targets.csv:2: motion: expected a carried motion on a, found '2'"),
        (("a,1,95,97,96,98,7",), "targets.csv:2: motion: expected a carried motion on a, found '7'"),
        (("b,1,95,97,96,98,1",), "targets.csv:2: entry: expected a, found 'b'"),
        (
            ("a,1,95,97,96,98,3", "a,1,96,98,95,97,1"),
            "targets.csv:3: motion: expected the order of the motions, found '1' after a later one",
        ),
    ],
)
def test_targets_change_from_what_stood_in_their_direction_and_by_a_carried_motion(
    targets: tuple[str, ...], expected: str
) -> None:
    motions = ("approve:a", "1,targets:a,1,2,0,0,3,3,rejected", "targets:a")
    assert complaint(ruled(*motions, approved=("a,A,approved,",), plans="a", targets=targets)) == expected


def test_where_the_committee_proposes_nothing_approving_changes_nothing() -> None:
    rules = RULES + "counter_targets = false\n"
    case = ruled("approve:a", approved=("a,A,approved,",), plans="a", targets=("a,1,95,97,96,98,1",), rules=rules)
    assert complaint(case) == "targets.csv:2: motion: expected a carried motion on a, found '1'"


def test_an_approval_belongs_where_entries_move_apart() -> None:
    with pytest.raises(DefinitionError, match="expected a workflow whose entries move apart, found together"):
        reader.read(RULES.replace('moves = "apart"', 'moves = "together"'), KINDS, file="small.toml")


@pytest.mark.parametrize(
    ("joined", "expected"),
    [
        ((), "joined.csv: b: expected B, C, 院, found nobody"),
        (("b,B,,0", "b,C,,0"), "joined.csv: b: expected B, C, 院, found B, C"),
        (("b,B,,0", "b,C,,0", "b,,院,0", "b,D,,0"), "joined.csv: b: expected B, C, 院, found B, C, D, 院"),
        (("b,B,,0", "b,C,,0", "b,,院,101"), "joined.csv: entry a: share: expected a share from 0 to 100, found '101'"),
        (
            ("b,B,,60", "b,C,,0", "b,,院,60"),
            "joined.csv: entry a: share: expected shares that total 100 or less, found '60', '60', '0'",
        ),
        (("a,B,,60",), "joined.csv:2: entry: expected b, found 'a'"),
    ],
)
def test_exactly_those_go_along_who_took_part_in_what_was_merged(joined: tuple[str, ...], expected: str) -> None:
    approved, partners = ("a,A,approved,", "b,B,merged,a"), ("b,A,,10", "b,C,,10", "b,,院,5")
    case = ruled("merge:a>b", "approve:a", approved=approved, partners=partners, joined=joined, entries="a", plans="a")
    assert complaint(case) == expected
