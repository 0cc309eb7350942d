"""Stating final figures, and accepting or correcting each of them."""

import hashlib
from fractions import Fraction

import pytest

from evalflow.access import Actor, Role
from evalflow.engine import commands as engine
from evalflow.errors import Conflict, Forbidden, Invalid
from evalflow.files import commands as files
from evalflow.files.content import Cleaned
from evalflow.files.models import Attachment
from evalflow.seasons import queries as seasons
from evalflow.stages.inspection import commands, inspecting, lifecycle, queries
from evalflow.stages.inspection.commands import Stated
from evalflow.stages.inspection.inspecting import Finding
from tests.builders import ORGANISER, House
from tests.stages.inspection.conftest import STATED, Desk

PAPER = Cleaned("台账.txt", "text/plain", b"96.5")
BOTH = {1: Finding("96.5"), 2: Finding("8")}


def faults(caught: pytest.ExceptionInfo[Invalid]) -> dict[str, str]:
    return dict(caught.value.fields)


def test_accepted_figures_make_the_attainment(desk: Desk) -> None:
    """96.5 is half the way from the work to the stretch target: 110 × 60 %; 8 days two thirds: 113 1/3 × 40 %."""
    desk.accept("smelting")
    desk.accept("refining")
    desk.close()
    outcome = seasons.outcome_of(desk.settle())
    assert outcome is not None
    reached = Fraction(66) + Fraction(136, 3)
    assert outcome.figures == {"attainment": {"smelting": reached, "refining": reached}}
    assert outcome.facts["choices"] == {"accident": {"smelting": "no", "refining": "no"}}


def test_the_log_says_what_was_stated_and_what_was_found(house: House, desk: Desk) -> None:
    found = desk.hand_in()
    desk.inspect({1: Finding("96", "有一批未计入"), 2: Finding("8.0")}, found.version)
    stated = {
        "entry": "smelting",
        "figures": {"1": "96.5", "2": "8"},
        "flags": {"accident": "no"},
        "text_sha256": hashlib.sha256("已完成".encode()).hexdigest(),
        "files": [],
    }
    assert [public for _, _, public, _ in house.log("assessment.handed_in")] == [stated]
    assert [public for _, _, public, _ in house.log("figure.inspected")] == [
        {
            "entry": "smelting",
            "indicator": 1,
            "claimed": "96.5",
            "value": "96",
            "state": "corrected",
            "reason": "有一批未计入",
        },
        {"entry": "smelting", "indicator": 2, "claimed": "8", "value": "8", "state": "accepted", "reason": ""},
    ]


def test_a_flag_found_otherwise_than_declared_is_logged_with_its_reason(house: House, desk: Desk) -> None:
    found = desk.hand_in()
    desk.inspect({}, found.version, accident=Finding("yes", "事故通报第3号"))
    assert [public for _, _, public, _ in house.log("flag.inspected")] == [
        {"entry": "smelting", "flag": "accident", "declared": "no", "found": "yes", "reason": "事故通报第3号"}
    ]


def test_what_was_found_just_so_before_is_not_logged_again(house: House, desk: Desk) -> None:
    found = desk.hand_in()
    again = desk.inspect(BOTH, found.version, accident=Finding("no"))
    desk.inspect(BOTH, again.version, accident=Finding("no"))
    assert len(house.log("figure.inspected")) == 2
    assert len(house.log("flag.inspected")) == 1


def test_a_figure_may_be_found_anew_until_the_outcome_is_fixed(house: House, desk: Desk) -> None:
    found = desk.accept()
    desk.inspect({1: Finding("95", "复核后更正")}, found.version)
    assert [public["value"] for _, _, public, _ in house.log("figure.inspected")] == ["96.5", "8", "95"]


def test_a_correction_needs_a_reason(desk: Desk) -> None:
    found = desk.hand_in()
    with pytest.raises(Invalid, match="answers_faulty") as caught:
        desk.inspect({1: Finding("96"), 2: Finding("much")}, found.version, accident=Finding("yes", " "))
    assert faults(caught) == {
        "reason_1": "reason_needed",
        "figure_2": "not_a_number",
        "reason_accident": "reason_needed",
    }


def test_a_handed_in_assessment_is_complete(desk: Desk) -> None:
    with pytest.raises(Invalid, match="assessment_incomplete") as caught:
        desk.hand_in(Stated({1: "96.5", 2: ""}))
    assert faults(caught) == dict.fromkeys(["figure_2", "flag_accident", "text"], "answer_missing")


def test_a_draft_refuses_what_can_not_be_and_keeps_nothing_of_it(house: House, desk: Desk) -> None:
    with pytest.raises(Invalid, match="answers_faulty") as caught:
        desk.save(Stated({1: "9,5", 2: "1e3"}, "x" * 5001, {"accident": "often"}, uploads=(PAPER,) * 11))
    assert faults(caught) == {
        "figure_1": "not_a_number",
        "figure_2": "not_a_number",
        "flag_accident": "no_such_choice",
        "text": "too_long",
        "files": "too_many_files",
    }
    assert house.ask(queries.assessments, desk.stage.id) == {}


@pytest.mark.parametrize("stated", [Stated({3: "1"}), Stated({}, flags={"fire": "no"})])
def test_indicators_and_flags_that_there_are_not_are_refused(desk: Desk, stated: Stated) -> None:
    with pytest.raises(Invalid, match="form_incomplete"):
        desk.save(stated)


def test_numbers_are_kept_plainly(desk: Desk) -> None:
    assert [one.claimed for one in desk.save(Stated({1: "096.50", 2: "-0"})).figures] == ["96.5", "0"]


def test_evidence_is_kept_with_what_was_handed_in(house: House, desk: Desk) -> None:
    first = desk.save(Stated({}, uploads=(PAPER, PAPER)))
    kept = first.files[1]
    second = desk.save(Stated(STATED.figures, STATED.text, STATED.flags, kept=(kept, 999)), version=first.version)
    assert second.files == [kept]
    stage_id, actor = desk.stage.id, desk.by["smelting"]
    house.act(commands.hand_in, stage_id, "smelting", version=second.version, actor=actor)
    assert house.ask(lambda session: [one.id for one in session.query(Attachment)]) == [kept]
    (public,) = [public for _, _, public, _ in house.log("assessment.handed_in")]
    assert public["files"] == [PAPER.sha256]


def test_what_is_handed_in_stays_unless_taken_back_before_it_is_inspected(desk: Desk) -> None:
    found = desk.hand_in()
    with pytest.raises(Conflict, match="assessment_handed_in"):
        desk.save(version=found.version)
    back = desk.take_back(found.version)
    with pytest.raises(Conflict, match="assessment_not_handed_in"):
        desk.take_back(back.version)
    with pytest.raises(Conflict, match="not_to_inspect"):
        desk.inspect(BOTH, back.version)


def test_nothing_is_taken_back_once_a_figure_was_inspected(desk: Desk) -> None:
    found = desk.hand_in()
    inspected = desk.inspect({1: Finding("96.5")}, found.version)
    with pytest.raises(Conflict, match="assessment_inspected"):
        desk.take_back(inspected.version)


def test_two_windows_do_not_overwrite_each_other(desk: Desk) -> None:
    desk.save()
    with pytest.raises(Conflict, match="changed_meanwhile"):
        desk.save()


def test_nobody_states_for_another_branch_and_only_the_organiser_inspects(
    house: House, desk: Desk, by: dict[str, Actor]
) -> None:
    found = desk.hand_in()
    with pytest.raises(Forbidden, match="not_permitted"):
        house.act(commands.save, desk.stage.id, "refining", STATED, version=0, actor=by["smelting"])
    for role in (Role.AUDITOR, Role.COMMITTEE_MEMBER):
        with pytest.raises(Forbidden, match="not_permitted"):
            house.act(
                inspecting.inspect,
                desk.stage.id,
                "smelting",
                BOTH,
                version=found.version,
                actor=house.actor(role.value, role),
            )


def test_after_the_deadline_inspectors_find_what_a_branch_did_not_state(house: House, desk: Desk) -> None:
    """Its draft does not count."""
    desk.accept("refining")
    draft = desk.save()
    desk.close()
    with pytest.raises(Conflict, match="stage_not_open"):
        desk.save(version=draft.version)
    with pytest.raises(Conflict, match="figures_to_inspect") as caught:
        desk.settle()
    assert caught.value.facts["count"] == 3
    with pytest.raises(Invalid, match="answers_faulty") as refused:
        desk.inspect(BOTH, draft.version, accident=Finding("no"))
    assert faults(refused) == dict.fromkeys(["reason_1", "reason_2", "reason_accident"], "reason_needed")
    why = "台账"
    desk.inspect({1: Finding("96", why), 2: Finding("9", why)}, draft.version, accident=Finding("no", why))
    outcome = seasons.outcome_of(desk.settle())
    assert outcome is not None
    assert outcome.figures["attainment"]["smelting"] == 100
    assert [one["claimed"] for one in outcome.facts["attained"]["smelting"]] == [None, None]


def test_it_closes_early_only_when_every_figure_is_inspected(house: House, desk: Desk) -> None:
    desk.accept("smelting")
    with pytest.raises(Conflict, match="figures_to_inspect"):
        house.act(engine.close_stage, desk.stage.id, note="全部核定", actor=ORGANISER)
    desk.accept("refining")
    assert house.act(engine.close_stage, desk.stage.id, note="全部核定", actor=ORGANISER).phase == "closed"


def test_nothing_is_inspected_once_the_outcome_is_fixed(desk: Desk) -> None:
    found = desk.accept("smelting")
    desk.accept("refining")
    desk.close()
    desk.settle()
    with pytest.raises(Conflict, match="not_to_inspect"):
        desk.inspect({1: Finding("1", "晚了")}, found.version)


def test_the_figures_reported_last_are_offered(house: House, desk: Desk) -> None:
    def reported(session: object) -> list[dict[int, Fraction]]:
        stage = seasons.stage_by_id(session, desk.stage.id)  # type: ignore[arg-type]
        entries = seasons.entries(session, stage.season_id)  # type: ignore[arg-type]
        return [dict(queries.reported(stage, entry)) for entry in entries]

    assert sorted(map(str, house.ask(reported))) == sorted(map(str, [{1: Fraction(385, 4)}, {}]))


def test_tasks_are_done_when_the_work_is(house: House, desk: Desk) -> None:
    def tasks(actor: Actor) -> list[tuple[str, str, bool]]:
        found = house.ask(lambda session: queries.tasks(session, _row(session, desk), actor, house.now))
        return [(task.title, task.detail, task.is_done) for task in found]

    stating, inspecting_all = "State the final figures", "Inspect the final figures"
    assert tasks(desk.by["smelting"]) == [(stating, "smelting brand", False)]
    assert tasks(desk.inspector) == []
    found = desk.hand_in()
    assert tasks(desk.by["smelting"]) == [(stating, "smelting brand", True)]
    assert tasks(desk.inspector) == [(inspecting_all, "", False)]
    desk.inspect(BOTH, found.version, accident=Finding("no"))
    assert tasks(desk.inspector) == [(inspecting_all, "", True)]
    assert tasks(house.actor("auditor", Role.AUDITOR)) == []


def _row(session: object, desk: Desk) -> object:
    return seasons.stage_by_id(session, desk.stage.id)  # type: ignore[arg-type]


@pytest.mark.breaks_the_database
def test_the_doctor_finds_what_contradicts_itself(house: House, desk: Desk) -> None:
    found = desk.accept()
    corrected = desk.inspect({2: Finding("9", "更正")}, found.version)
    with house.database.writing() as session:
        row = session.merge(corrected)
        row.figures[0].value, row.figures[1].reason = "99", ""
        row.files = [files.keep(session, row.entry_id, PAPER, actor=desk.by["smelting"], now=house.now).id]
    assert house.ask(lambda session: lifecycle.faults(session, _row(session, desk))) == [  # type: ignore[arg-type]
        "smelting: indicator 1 is accepted as 99, but was stated as 96.5",
        "smelting: indicator 2 is corrected without a reason",
        "smelting: a file of its assessment is not kept",
    ]
