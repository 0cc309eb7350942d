"""What a rehearsal finds: nothing where the rules are sound, and every dead end with its stage and reason elsewhere."""

from collections.abc import Callable
from pathlib import Path

import pytest

from evalflow.config import WORKFLOWS
from evalflow.engine import bundles, dead_ends, rehearsal, schema
from evalflow.engine import rehearsal_report as reporting
from evalflow.engine.dead_ends import DeadEnd, End
from evalflow.engine.rehearsal import Rehearsed
from evalflow.engine.rehearsal_report import Report, Setup
from evalflow.kinds import KINDS
from evalflow.seasons import queries
from evalflow.seasons.incidents import Incident
from evalflow.workflow import reader
from tests.databases import fresh_sqlite
from tests.workflow.small import SMALL

BRANDS = (WORKFLOWS / "brand_selection.toml").read_text(encoding="utf-8")
PROJECTS = (WORKFLOWS / "vanguard_project.toml").read_text(encoding="utf-8")
QUORUM = 'quorum = { present = "2/3", ayes = "1/2 of entitled" }'
Rehearse = Callable[..., Report]


@pytest.fixture
def rehearsed(tmp_path: Path) -> Rehearse:
    """Plays a workflow's text in a database of its own and says what came of it."""

    def played(text: str, *, branches: int = 8, members: int = 24, seed: str = "1", smooth: bool = False) -> Report:
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        folder.mkdir()
        definition = reader.read(text, KINDS, file="rehearsed.toml")
        with fresh_sqlite(folder) as engine:
            schema.upgrade(engine)
            asked = {"branches": branches, "members": members, "seed": seed}
            found = rehearsal.rehearse(engine, definition, **asked, with_incidents=not smooth)
            return told(found, Setup(definition.key, definition.digest, **asked))

    return played


def told(found: Rehearsed, setup: Setup) -> Report:
    with found.world.database.reading() as session:
        season = queries.season_by_key(session, found.season_key)
        digest = bundles.digest(bundles.export(session, season, found.signer))
        return reporting.report(
            session, season, found.world, setup=setup, bundle=digest, differences=(), documents=("minutes.pdf",)
        )


def broken(right: str, wrong: str, text: str = SMALL) -> str:
    assert text.count(right) == 1
    return text.replace(right, wrong)


@pytest.mark.parametrize("seed", ["1", "2", "3"])
def test_brand_selection_has_no_dead_end_whatever_goes_wrong(rehearsed: Rehearse, seed: str) -> None:
    report = rehearsed(BRANDS, branches=12, members=60, seed=seed)
    assert report.dead_ends == ()
    assert {one.incident for one in report.incidents} == {
        Incident.TIE,
        Incident.LATE_ENTRY,
        Incident.EXTENDED,
        Incident.RETURNED,
        Incident.WITHDRAWN,
        Incident.NO_QUORUM,
        Incident.AWAY,
        Incident.RECUSED,
        Incident.TELLER_AWAY,
        Incident.LATE_SHEET,
        Incident.OBJECTION,
    }


@pytest.mark.parametrize("seed", ["1", "2"])
def test_vanguard_projects_have_no_dead_end_whatever_goes_wrong(rehearsed: Rehearse, seed: str) -> None:
    report = rehearsed(PROJECTS, branches=12, members=24, seed=seed)
    assert report.dead_ends == ()
    assert {one.incident for one in report.incidents} == {
        Incident.TIE,
        Incident.LATE_ENTRY,
        Incident.EXTENDED,
        Incident.RETURNED,
        Incident.WITHDRAWN,
        Incident.GIVEN_UP,
        Incident.REJECTED,
        Incident.MERGED,
        Incident.LATE_APPROVAL,
        Incident.NO_QUORUM,
        Incident.AWAY,
        Incident.RECUSED,
        Incident.LATE_SHEET,
        Incident.NO_REPORT,
        Incident.LATE_ASSESSMENT,
        Incident.CORRECTED,
        Incident.OBJECTION,
    }


def test_brand_selection_of_six_branches_can_not_begin_its_promotion(rehearsed: Rehearse) -> None:
    report = rehearsed(BRANDS, branches=6, members=60)
    assert report.dead_ends == (DeadEnd("promotion", End.NOT_OPENED, "too_few_entries(found=4, needed=10)"),)
    assert [line.phase for line in report.stages] == ["done", *["waiting"] * 6]


def test_the_same_seed_gives_the_same_report_and_another_one_another(rehearsed: Rehearse) -> None:
    one, again, other = rehearsed(SMALL), rehearsed(SMALL), rehearsed(SMALL, seed="2")
    assert (reporting.as_json(one), reporting.as_markdown(one)) == (
        reporting.as_json(again),
        reporting.as_markdown(again),
    )
    assert other.bundle != one.bundle
    assert other.incidents != one.incidents


def test_nothing_goes_wrong_where_nothing_is_to(rehearsed: Rehearse) -> None:
    report = rehearsed(SMALL, smooth=True)
    assert report.dead_ends == ()
    planned = {Incident.TIE, Incident.LATE_ENTRY, Incident.WITHDRAWN, Incident.NO_QUORUM, Incident.AWAY}
    assert planned.isdisjoint({one.incident for one in report.incidents})


def test_a_quorum_of_everybody_is_a_dead_end_when_one_member_is_away(rehearsed: Rehearse) -> None:
    report = rehearsed(broken(QUORUM, 'quorum = { present = "100 %", ayes = "1/2 of entitled" }'))
    assert report.dead_ends == (
        DeadEnd("meeting", End.NOT_SETTLED, "nothing_decided; no_quorum(present=8, needed=9)"),
        DeadEnd("meeting", End.NO_QUORUM, "8 of 9 are there in sitting 4, 9 are needed"),
    )


def test_a_quorum_that_recusals_make_impossible_is_a_dead_end_of_that_entry(rehearsed: Rehearse) -> None:
    report = rehearsed(broken(QUORUM, 'quorum = { present = "8/9", ayes = "1/2 of entitled" }'))
    [recused] = {one.about for one in report.incidents if one.incident is Incident.RECUSED}
    assert report.dead_ends == (
        DeadEnd("meeting", End.NO_QUORUM, "too few were left after members stepped back", (recused,)),
        DeadEnd("meeting", End.EMPTY_SEATS, "1 of 3 seats stay empty, with 6 entries in the ranking"),
    )


def test_a_tie_that_no_link_of_the_chain_parts_is_a_dead_end(rehearsed: Rehearse) -> None:
    without = broken(f'{QUORUM}\ntie_break = ["peers", "motion"]', 'tie_break = ["peers"]')
    report = rehearsed(without, seed="4")
    [twins] = {one.about for one in report.incidents if one.incident is Incident.TIE}
    tied = tuple(sorted(twins.split(" = ")))
    assert report.dead_ends == (
        DeadEnd(
            "meeting",
            End.TIE,
            "they tie for the last seat, and the chain peers ends there",
            tied,
        ),
        DeadEnd("meeting", End.EMPTY_SEATS, "1 of 3 seats stay empty, with 6 entries in the ranking"),
    )


def test_projects_that_nobody_can_approve_are_stuck(rehearsed: Rehearse) -> None:
    quorum = 'reopen  = true\nquorum  = { present = "2/3", ayes = "1/2 of entitled" }\ncounter'
    report = rehearsed(broken(quorum, quorum.replace("2/3", "100 %"), PROJECTS))
    ends = {(one.stage, one.end) for one in report.dead_ends}
    assert ends == {
        ("approval", End.NOT_SETTLED),
        ("approval", End.NO_QUORUM),
        ("approval", End.STUCK_ENTRY),
        ("tracking", End.NOT_SETTLED),
        ("assessment", End.NOT_OPENED),
        ("committee_score", End.NOT_OPENED),
        ("decision", End.NOT_OPENED),
        ("public_notice", End.NOT_OPENED),
        ("ceremony", End.NOT_OPENED),
    }


SHOW = """
format = 1
key = "show"
title = { zh = "展示" }
moves = "together"
starts = "03-02"
entry = { noun = { zh = "品牌" }, per_owner = 1 }

[[stage]]
key = "declaration"
kind = "submission"
title = { zh = "申报" }
opens = "start"
closes = "start + 9 days"
field = [
  { key = "name", type = "text", role = "title", label = { zh = "名称" }, required = true, max_chars = 4 },
]

[[stage]]
key = "promotion"
kind = "promotion"
title = { zh = "展示" }
closes = "opening + 2 days"
show = ["name"]
"""
SHAPES = """
  { key = "lead", type = "long_text", role = "lead", label = { zh = "一句话" }, required = true, max_chars = 5 },
  { key = "site", type = "link", label = { zh = "网址" }, required = true, max_chars = 12 },
  { key = "below", type = "number", label = { zh = "降幅" }, required = true, max = -3 },
  { key = "above", type = "number", label = { zh = "规模" }, required = true, min = 900000, max = 1000000 },
  { key = "none", type = "number", label = { zh = "零" }, required = true, min = 0, max = 0 },
  { key = "kind", type = "choice", label = { zh = "类别" }, required = true, choice = [
    { key = "one", label = { zh = "一" } } ] },
  { key = "day", type = "date", label = { zh = "日期" }, required = true },
  { key = "face", type = "image", role = "picture", label = { zh = "封面" }, required = true, max_files = 1 },
  { key = "table", type = "file", label = { zh = "台账" }, required = true, max_files = 1 },
  { key = "steps", type = "milestones", label = { zh = "节点" }, required = true },
  { key = "with", type = "partners", label = { zh = "参与" }, required = true },
  { key = "chief", type = "leader", label = { zh = "挂帅" }, required = true },
]
"""


@pytest.mark.parametrize("branches", [2, 7])
def test_a_form_of_every_shape_is_filled_and_every_branch_takes_part(rehearsed: Rehearse, branches: int) -> None:
    form = SHOW.replace(']\n\n[[stage]]\nkey = "promotion"', f'{SHAPES.strip()}\n\n[[stage]]\nkey = "promotion"')
    report = rehearsed(form, branches=branches, smooth=True)
    assert (report.dead_ends, report.entries) == ((), {"accepted": branches})


def test_a_form_that_nobody_can_fill_is_a_dead_end_and_no_all_clear(rehearsed: Rehearse) -> None:
    link = '{ key = "site", type = "link", label = { zh = "网址" }, required = true, max_chars = 5 },\n]\n\n[[stage]]'
    report = rehearsed(SHOW.replace(']\n\n[[stage]]\nkey = "promotion"', f'{link}\nkey = "promotion"'), smooth=True)
    assert [(one.stage, one.end) for one in report.dead_ends] == [("declaration", End.NO_ENTRIES)]
    assert report.dead_ends[0].reason.startswith("declaration_incomplete")


def test_branches_that_may_hand_in_several_do(rehearsed: Rehearse) -> None:
    report = rehearsed(SHOW.replace("per_owner = 1", "per_owner = 2"), branches=5, smooth=True)
    assert (report.dead_ends, report.entries) == ((), {"accepted": 1 + 2 + 2 + 1 + 2})


def test_more_entries_than_a_ballot_paper_holds_are_a_dead_end_before_any_came_in(rehearsed: Rehearse) -> None:
    report = rehearsed(broken("entry]\nnoun", "entry]\nper_owner = 8\nnoun"), smooth=True)
    reason = "8 branches may hand in 8 each, 64 in all; its paper holds 62"
    assert report.dead_ends == (DeadEnd("vote", End.FULL_PAPER, reason),)


def test_a_report_begins_with_its_dead_ends() -> None:
    report = Report(
        setup=Setup("small", "a" * 64, 8, 24, "7"),
        bundle="b" * 64,
        stages=(),
        entries={"accepted": 6},
        incidents=(),
        dead_ends=(DeadEnd("meeting", End.TIE, "they tie", ("b01", "b02")), *dead_ends.differing(["stage x: votes"])),
        remarks=(),
        documents=("minutes.pdf",),
    )
    assert reporting.as_markdown(report) == (
        "# Rehearsal of small\n\n"
        "8 branches, 24 members, seed 7; rules aaaaaaaaaaaaaaaa, bundle bbbbbbbbbbbbbbbb.\n\n"
        "## Dead ends\n\n- meeting: tie (b01, b02): they tie\n- bundle: differs: stage x: votes\n\n"
        "## What happened\n\nNothing out of the ordinary.\n\n"
        "## Stages\n\nNone.\n\n"
        "## Entries\n\n- accepted: 6\n\n"
        "## Remarks\n\nNone.\n\n"
        "## Documents\n\n- minutes.pdf\n"
    )
