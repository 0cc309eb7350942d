"""The office brings in the figures of all branches: as drafts that each branch confirms, or as its own entry."""

import io
import re
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import openpyxl
import pytest
from sqlalchemy.orm import Session

from evalflow.access import Actor, Role
from evalflow.bundle.recount import recount
from evalflow.engine import bundles
from evalflow.errors import Conflict, Forbidden, Invalid
from evalflow.importing import bounded
from evalflow.importing.rows import BadRow, Preview
from evalflow.seasons import queries as seasons
from evalflow.seasons.models import Season
from evalflow.stages.tracking import commands, drafts, office, progress, queries
from evalflow.stages.tracking.bringing import Figures
from evalflow.stages.tracking.commands import Said
from tests.builders import ORGANISER, ZONE, House
from tests.declared import PLAN, PROJECT, declared, secretaries
from tests.stages.tracking.test_bringing import APRIL, HOME, MAY, TODAY, TRACKING, told
from tests.visitors import Visitor

ALL = f"{HOME}all/figures"
OWN, OTHER = "smelting brand", "refining brand"


@pytest.fixture
def by(house: House) -> dict[str, Actor]:
    return secretaries(house)


@pytest.fixture
def begun(house: House, by: dict[str, Actor]) -> Callable[..., Season]:
    """A season of two projects under such an option, begun early in April; it is the tenth of June."""

    def begin(option: str, name: str = "") -> Season:
        answers = {**PLAN, "name": name} if name else PLAN
        season = declared(house, f"{TRACKING}{option}\n", by=by, answers=answers, form=PROJECT)
        house.open(season, "progress")
        house.clock.wait(days=(TODAY - house.now.astimezone(ZONE).date()).days)
        return season

    return begin


@pytest.fixture
def drafted(begun: Callable[..., Season]) -> Season:
    return begun('office_figures = "drafts"\npunctuality = true')


@pytest.fixture
def entered(begun: Callable[..., Season]) -> Season:
    return begun('office_figures = "reports"\npunctuality = true')


def row(project: str, indicator: str, *figures: str, number: str = "", branch: str = "") -> list[str]:
    """figures: from April on."""
    return [number, branch, project, indicator, "", "", "", *figures]


def filled(*rows: Sequence[str]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for line in (["编号", "支部", "名称", "指标", *(f"{month}月" for month in range(1, 13))], *rows):
        sheet.append(list(line))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def seen(house: House, season: Season, *rows: Sequence[str], actor: Actor = ORGANISER) -> Preview[Figures]:
    stage, book = house.stage(season, "progress"), bounded.read(filled(*rows))

    def preview(session: Session) -> Preview[Figures]:
        return office.preview(session, stage, book, actor=actor, now=house.now, locale="zh_Hans")

    found: Preview[Figures] = house.ask(preview)
    return found


def bring(house: House, season: Season, *rows: Sequence[str]) -> None:
    found = seen(house, season, *rows)
    assert found.bad == ()
    house.act(office.write, house.stage(season, "progress").id, found, told, actor=ORGANISER)


def reported(house: House, season: Season) -> list[tuple[str, int, str, date, int | None, dict[int, str]]]:
    found = house.ask(queries.reports, house.stage(season, "progress").id)
    return [(one.entry.key, one.number, one.state, one.day, one.corrects, one.values) for one in found]


def waiting(house: House, season: Season) -> list[tuple[str, date, dict[int, str]]]:
    found = house.ask(drafts.waiting, house.stage(season, "progress").id)
    return [(one.entry.key, one.day, one.values) for one in found]


def last(house: House, season: Season) -> dict[str, list[Any]]:
    stage = house.stage(season, "progress")
    found = house.ask(progress.progress_of, stage, house.now)
    return {
        one.entry.key: [float(each.points[-1][1]) if each.points else None for each in one.indicators] for one in found
    }


def settled(house: House, season: Season) -> Any:
    """The outcome of the stage; recounted from the bundle without differences."""
    house.close(season, "progress")
    house.settle(season, "progress")
    with house.database.reading() as session:
        bundle = bundles.evidence(session, seasons.season_by_key(session, season.key))
    outcome = seasons.outcome_of(house.stage(season, "progress"))
    found = recount(bundle)
    assert (found.outcomes["progress"], found.differences) == (outcome, ())
    return outcome, bundle.tables["progress"]


def office_visitor(house: House, signed_in: Any) -> Visitor:
    visitor: Visitor = signed_in(house.person("office", Role.ORGANISER))
    return visitor


def test_the_workbook_names_the_indicators_of_all_projects_by_number_branch_and_title(
    house: House, drafted: Season
) -> None:
    stage = house.stage(drafted, "progress")
    content = house.ask(lambda session: office.template(session, stage, actor=ORGANISER, locale="zh_Hans"))
    lines = [
        [cell for cell in line if cell]
        for line in openpyxl.load_workbook(io.BytesIO(content))["指标数据"].iter_rows(values_only=True)
    ]
    assert lines[0][:5] == ["编号", "支部", "名称", "指标*", "1月"]
    assert [(line[0], line[2], line[3]) for line in lines[1:]] == [
        ("1", OWN, "回收率"),
        ("1", OWN, "工期"),
        ("2", OTHER, "回收率"),
        ("2", OTHER, "工期"),
    ]


def test_drafts_count_for_nothing_before_their_branch_confirms_them_and_then_are_its_reports(
    house: House, drafted: Season, by: dict[str, Actor]
) -> None:
    bring(house, drafted, row(OWN, "回收率", "91", "92"), row(OWN, "工期", "", "9.5"), row(OTHER, "回收率", "90.5"))
    assert waiting(house, drafted) == [
        ("refining", APRIL, {1: "90.5"}),
        ("smelting", APRIL, {1: "91"}),
        ("smelting", MAY, {1: "92", 2: "9.5"}),
    ]
    assert (reported(house, drafted), last(house, drafted)["smelting"]) == ([], [None, None])
    stage = house.stage(drafted, "progress")
    titles = [one.title for one in house.ask(queries.tasks, stage, by["smelting"], house.now)]
    assert "Confirm the figures the office brought in" in titles
    ids = [one.id for one in house.ask(drafts.waiting, stage.id) if one.entry.key == "smelting"]
    confirmed = house.act(office.confirm, stage.id, "smelting", ids, told, number=1, actor=by["smelting"])
    assert confirmed == 2
    assert reported(house, drafted) == [
        ("smelting", 1, "filed", APRIL, None, {1: "91"}),
        ("smelting", 2, "filed", MAY, None, {1: "92", 2: "9.5"}),
    ]
    assert last(house, drafted) == {"smelting": [92, 9.5], "refining": [None, None]}
    titles = [one.title for one in house.ask(queries.tasks, stage, by["smelting"], house.now)]
    assert "Confirm the figures the office brought in" not in titles


def test_the_log_tells_who_brought_figures_in_and_who_confirmed_them(
    house: House, drafted: Season, by: dict[str, Actor]
) -> None:
    bring(house, drafted, row(OWN, "回收率", "91"))
    stage = house.stage(drafted, "progress")
    (draft,) = house.ask(drafts.waiting, stage.id)
    changed = Said("核对后修改", APRIL, {1: "90.8"}, draft=draft.id)
    house.act(commands.report, stage.id, "smelting", changed, number=1, actor=by["smelting"])
    told_of = {"entry": "smelting", "day": "2026-04-30", "figures": {"1": "91"}}
    assert [one[1:3] for one in house.log("report.drafted")] == [("organiser", told_of)]
    assert house.log("report.filed")[0][2]["figures"] == {"1": "90.8"}
    answered = {"entry": "smelting", "number": 1, "brought_by": "organiser", "brought": {"1": "91"}}
    assert [one[1:3] for one in house.log("report.draft_answered")] == [("branch_secretary:smelting", answered)]
    assert waiting(house, drafted) == []


def test_a_confirmed_draft_counts_as_filed_on_the_day_of_confirmation_and_recounts_without_differences(
    house: House, drafted: Season, by: dict[str, Actor]
) -> None:
    """May was brought in on 10 June, and confirmed then: too late. Of June it is in time, as it is for nobody else."""
    bring(house, drafted, row(OWN, "回收率", "", "92", "93"), row(OWN, "工期", "", "9", "9"))
    stage = house.stage(drafted, "progress")
    for number, draft in enumerate(house.ask(drafts.waiting, stage.id), 1):
        house.act(office.confirm, stage.id, "smelting", [draft.id], told, number=number, actor=by["smelting"])
        house.clock.wait(days=5)
    outcome, tables = settled(house, drafted)
    assert [(one["state"], one["day"], one["filed"]) for one in tables["reports"]] == [
        ("filed", "2026-05-31", "2026-06-10"),
        ("filed", "2026-06-10", "2026-06-15"),
    ]
    assert outcome.figures["punctuality"]["refining"] == 0 < outcome.figures["punctuality"]["smelting"]


def test_what_a_branch_reported_just_so_is_passed_over_and_what_differs_is_refused(
    house: House, drafted: Season, by: dict[str, Actor]
) -> None:
    stage_id = house.stage(drafted, "progress").id
    own = Said("四月", APRIL, {1: "91.0", 2: "9.5"})
    house.act(commands.report, stage_id, "smelting", own, number=1, actor=by["smelting"])
    found = seen(house, drafted, row(OWN, "回收率", "91", "92"), row(OWN, "工期", "9.4", "9"))
    assert [(dict(one.values), dict(one.last)) for one in found.good] == [({MAY: "92"}, {MAY: "91.0"})]
    assert found.bad == (BadRow(3, "figure_there_already", {"month": "4月"}),)
    nothing = seen(house, drafted, row(OWN, "回收率", "91"))
    assert (nothing.good, nothing.bad) == ((), (BadRow(2, "figure_there_already", {"month": "4月"}),))


def test_a_later_workbook_takes_the_place_of_a_draft_that_waits_and_the_older_one_is_not_confirmed(
    house: House, drafted: Season, by: dict[str, Actor]
) -> None:
    bring(house, drafted, row(OWN, "回收率", "91"), row(OWN, "工期", "9.5"))
    stage = house.stage(drafted, "progress")
    (old,) = house.ask(drafts.waiting, stage.id)
    again = seen(house, drafted, row(OWN, "回收率", "91.5"))
    assert dict(again.good[0].last) == {APRIL: "91"}
    house.act(office.write, stage.id, again, told, actor=ORGANISER)
    assert waiting(house, drafted) == [("smelting", APRIL, {1: "91.5", 2: "9.5"})]
    with pytest.raises(Conflict) as refused:
        house.act(office.confirm, stage.id, "smelting", [old.id], told, number=1, actor=by["smelting"])
    assert refused.value.code == "changed_meanwhile"


def test_a_report_of_the_branch_with_all_the_figures_of_a_draft_leaves_nothing_to_confirm(
    house: House, drafted: Season, by: dict[str, Actor]
) -> None:
    bring(house, drafted, row(OWN, "回收率", "91", "92"))
    stage_id = house.stage(drafted, "progress").id
    house.act(commands.report, stage_id, "smelting", Said("五月", MAY, {1: "93"}), number=1, actor=by["smelting"])
    assert waiting(house, drafted) == [("smelting", APRIL, {1: "91"})]


def test_the_offices_own_entry_counts_at_once_and_is_marked_in_log_and_bundle(house: House, entered: Season) -> None:
    bring(house, entered, row(OWN, "回收率", "91", "92"), row(OTHER, "工期", "9.5"))
    assert last(house, entered) == {"smelting": [92, None], "refining": [None, 9.5]}
    assert [one[1] for one in house.log("report.entered")] == ["organiser"] * 3
    assert house.log("report.filed") == []
    _, tables = settled(house, entered)
    assert {one["state"] for one in tables["reports"]} == {"entered"}


def test_the_office_corrects_its_own_entry_by_another_workbook_and_no_branch_does(
    house: House, entered: Season, by: dict[str, Actor]
) -> None:
    bring(house, entered, row(OWN, "回收率", "19"), row(OWN, "工期", "9.5"))
    stage_id = house.stage(entered, "progress").id
    with pytest.raises(Invalid) as refused:
        mended = Said("更正", APRIL, {1: "99"}, corrects=1)
        house.act(commands.report, stage_id, "smelting", mended, number=2, actor=by["smelting"])
    assert refused.value.fields == {"corrects": "entered_by_the_office"}
    bring(house, entered, row(OWN, "回收率", "91"))
    assert reported(house, entered) == [
        ("smelting", 1, "entered", APRIL, None, {1: "19", 2: "9.5"}),
        ("smelting", 2, "entered", APRIL, 1, {1: "91", 2: "9.5"}),
    ]
    settled(house, entered)


@pytest.mark.parametrize(
    ("line", "bad"),
    [
        (row("", "工期", "9", number="7"), BadRow(2, "project_not_tracked", {"project": "7"})),
        (row(OWN, "工期", "9", branch="云上支部"), BadRow(2, "project_not_tracked", {"project": f"云上支部 · {OWN}"})),
        (
            row(OTHER, "工期", "9", number="1"),
            BadRow(2, "project_other_number", {"number": "1", "title": OWN, "project": OTHER}),
        ),
        (row(OWN, "产量", "9"), BadRow(2, "indicator_unknown", {"indicator": "产量"})),
        (row(OWN, "工期", "", "9"), BadRow(2, "figure_there_already", {"month": "5月"})),
        (row(OWN, "回收率", "91"), BadRow(2, "figure_after_final")),
        (row(OWN, "工期", "约9"), BadRow(2, "figure_malformed", {"figure": "约9", "month": "4月"})),
    ],
)
def test_a_row_that_cant_be_is_told_and_left_out(
    house: House, drafted: Season, by: dict[str, Actor], line: list[str], bad: BadRow
) -> None:
    stage_id = house.stage(drafted, "progress").id
    own = Said("五月", MAY, {1: "96", 2: "9.5"}, final=[1])
    house.act(commands.report, stage_id, "smelting", own, number=1, actor=by["smelting"])
    found = seen(house, drafted, line, row("", "回收率", "91", number="2"))
    assert (found.bad, [one.title for one in found.good]) == ((bad,), [OTHER])


def test_of_two_projects_of_one_name_the_number_or_the_branch_tells_which(
    house: House, begun: Callable[..., Season], by: dict[str, Actor]
) -> None:
    """Each is named in a row of its own: the same indicator of the other one is not the same."""
    season = begun('office_figures = "drafts"', name="同名")
    found = seen(
        house,
        season,
        row("同名", "工期", "9", branch="refining"),
        row("", "工期", "9", number="１"),
        row("同名", "回收率", "91"),
        row("", "工期", "9", number="2"),
    )
    assert [one.entry for one in found.good] == ["refining", "smelting"]
    assert found.bad == (
        BadRow(4, "project_named_twice", {"project": "同名"}),
        BadRow(5, "figures_twice", {"value": "同名 · 工期", "first": 2}),
    )


@pytest.mark.parametrize(
    "role", [Role.BRANCH_SECRETARY, Role.COMMITTEE_MEMBER, Role.AUDITOR, Role.SPONSOR, Role.MEMBER]
)
def test_only_the_organiser_brings_in_figures_of_all_branches(
    house: House, drafted: Season, by: dict[str, Actor], signed_in: Any, role: Role
) -> None:
    actor = by["smelting"] if role is Role.BRANCH_SECRETARY else house.actor("somebody", role)
    with pytest.raises(Forbidden):
        seen(house, drafted, row(OWN, "回收率", "91"), actor=actor)
    found = seen(house, drafted, row(OWN, "回收率", "91"))
    with pytest.raises(Forbidden):
        house.act(office.write, house.stage(drafted, "progress").id, found, told, actor=actor)
    visitor = signed_in(actor.person_id)
    assert visitor.get(ALL).status_code == 403
    assert ALL not in visitor.get(HOME).text


def test_an_organiser_of_another_season_brings_in_nothing_here(house: House, drafted: Season, signed_in: Any) -> None:
    stranger = house.person("stranger")
    house.grant(stranger, Role.ORGANISER, season_id=drafted.id + 1)
    assert signed_in(stranger).get(ALL).status_code == 403


def test_without_the_option_the_office_brings_in_nothing_and_is_offered_nothing(
    house: House, begun: Callable[..., Season], signed_in: Any
) -> None:
    season, visitor = begun(""), office_visitor(house, signed_in)
    assert ALL not in visitor.get(HOME).text
    assert (visitor.get(ALL).status_code, visitor.get(f"{ALL}/template.xlsx").status_code) == (409, 409)
    with pytest.raises(Conflict) as refused:
        seen(house, season, row(OWN, "回收率", "91"))
    assert refused.value.code == "office_brings_in_nothing"


def test_a_branch_confirms_for_itself_only(house: House, drafted: Season, by: dict[str, Actor]) -> None:
    bring(house, drafted, row(OWN, "回收率", "91"))
    stage = house.stage(drafted, "progress")
    (draft,) = house.ask(drafts.waiting, stage.id)
    for actor in (by["refining"], ORGANISER):
        with pytest.raises(Forbidden):
            house.act(office.confirm, stage.id, "smelting", [draft.id], told, number=1, actor=actor)


def test_the_organisers_pages_show_every_row_and_ask_about_a_figure_far_from_the_last(
    house: House, drafted: Season, signed_in: Any
) -> None:
    visitor = office_visitor(house, signed_in)
    assert ALL in visitor.get(HOME).text
    assert "确认前不计入" in visitor.get(ALL).text
    content = filled(row(OWN, "工期", "7.33", "733"), row("", "回收率", "许多", number="2"))
    page = visitor.post(ALL, file=(io.BytesIO(content), "a.xlsx")).text
    assert "2026年5月 7.33 → 733" in page and "许多" in page
    kept = re.search(r'name="content"[^>]*value="([^"]+)"', page)
    assert kept is not None
    assert visitor.post(f"{ALL}/confirm", content=kept[1], good="1").status_code == 422
    assert waiting(house, drafted) == []
    assert "2个月待确认" in visitor.send(f"{ALL}/confirm", content=kept[1], good="1", sure="y").text


def test_on_its_page_a_branch_confirms_some_and_changes_others_and_everybody_reads_which(
    house: House, drafted: Season, by: dict[str, Actor], signed_in: Any
) -> None:
    bring(house, drafted, row(OWN, "回收率", "91", "92"))
    own, page = signed_in(by["smelting"].person_id), f"{HOME}smelting"
    first, second = re.findall(r'name="drafts" value="(\d+)"', own.get(page).text)
    assert "办公室导入的数据" in own.page.text
    assert "请勾选要确认的数据" in own.post(f"{page}/confirm", number="1").text
    assert "办公室导入，支部已确认" in own.send(f"{page}/confirm", number="1", drafts=[first]).text
    form = own.get(f"{page}?draft={second}").text
    assert re.search(rf'name="draft"[^>]*value="{second}"', form) and 'value="92"' in form
    changed = {"number": "2", "draft": second, "day": "2026-05-31", "figure_1": "91.8", "text": "以台账为准"}
    assert "办公室导入，支部已修改" in own.send(page, **changed).text
    assert [one[-1] for one in reported(house, drafted)] == [{1: "91"}, {1: "91.8"}]
    reader = signed_in(house.person("reader", Role.AUDITOR)).get(page).text
    assert "办公室导入的数据" not in reader and "办公室导入，支部已修改" in reader


def test_the_page_marks_the_offices_own_entry_and_offers_no_correction_of_it(
    house: House, entered: Season, by: dict[str, Actor], signed_in: Any
) -> None:
    bring(house, entered, row(OWN, "回收率", "91"))
    own = Said("六月", TODAY, {1: "93"})
    house.act(commands.report, house.stage(entered, "progress").id, "smelting", own, number=2, actor=by["smelting"])
    page = signed_in(by["smelting"].person_id).get(f"{HOME}smelting").text
    assert re.findall(r'id="report-(\d)"', page) == ["2", "1"]
    assert (page.count("办公室录入</span>"), page.count("更正此报告")) == (1, 1)  # of the first, and of the second
