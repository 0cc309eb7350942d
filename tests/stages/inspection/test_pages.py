"""Self-assessment and inspection in the browser: what is offered, what is kept when it is refused, who sees what."""

import io
import re
from collections.abc import Callable

import pytest

from evalflow.access import Role
from evalflow.stages.inspection import queries
from evalflow.stages.inspection.models import Assessment
from tests.builders import House
from tests.stages.inspection.conftest import HOME, STATED, Desk
from tests.visitors import Visitor

ENTRY = f"{HOME}smelting"
FORM = {"figure_1": "96.5", "figure_2": "８", "flag_accident": "no", "text": "已完成"}
SignedIn = Callable[[int], Visitor]


@pytest.fixture
def secretary(desk: Desk, signed_in: SignedIn) -> Visitor:
    return signed_in(desk.by["smelting"].person_id or 0)


@pytest.fixture
def organiser(desk: Desk, signed_in: SignedIn) -> Visitor:
    return signed_in(desk.inspector.person_id or 0)


def stored(house: House, desk: Desk, entry: str = "smelting") -> Assessment:
    found: dict[int, Assessment] = house.ask(queries.assessments, desk.stage.id)
    return next(one for one in found.values() if one.entry.key == entry)


def value_of(page: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*?value="([^"]*)"', page, re.S)
    return found[1] if found else ""


def checked(page: str) -> list[str]:
    return re.findall(r'id="([^"]+)" value="[^"]*" checked', page)


def test_the_form_begins_with_the_figure_reported_last(secretary: Visitor) -> None:
    page = secretary.get(ENTRY).text
    assert (value_of(page, "figure_1"), value_of(page, "figure_2")) == ("96.25", "")


def test_a_branch_saves_hands_in_and_takes_back(house: House, desk: Desk, secretary: Visitor) -> None:
    paper = (io.BytesIO(b"96.5"), "台账.txt")
    draft = secretary.send(ENTRY, **FORM, version="0", action="save", files=[paper])
    assert value_of(draft.text, "figure_2") == "8"
    (kept,) = stored(house, desk).files
    secretary.send(ENTRY, **FORM, version="1", action="hand_in", kept=[str(kept)])
    found = stored(house, desk)
    assert (found.handed_in_at, found.files, [one.claimed for one in found.figures]) == (
        house.now,
        [kept],
        ["96.5", "8"],
    )
    secretary.send(f"{ENTRY}/take-back", version=str(found.version))
    assert stored(house, desk).handed_in_at is None


def test_what_was_typed_stays_when_it_is_refused(house: House, desk: Desk, secretary: Visitor) -> None:
    answer = secretary.post(ENTRY, **{**FORM, "figure_1": "much", "text": "写到一半"}, version="0", action="save")
    assert answer.status_code == 422
    assert (value_of(answer.text, "figure_1"), checked(answer.text)) == ("much", ["flag_accident-no"])
    assert "写到一半" in answer.text
    assert house.ask(queries.assessments, desk.stage.id) == {}


def test_an_incomplete_assessment_is_kept_as_a_draft(house: House, desk: Desk, secretary: Visitor) -> None:
    answer = secretary.post(ENTRY, **{**FORM, "text": ""}, version="0", action="hand_in")
    assert (answer.status_code, value_of(answer.text, "version")) == (422, "1")
    assert [one.claimed for one in stored(house, desk).figures] == ["96.5", "8"]


def test_a_file_that_is_refused_is_told_at_its_field(secretary: Visitor) -> None:
    program = (io.BytesIO(b"MZ\x90"), "setup.exe")
    answer = secretary.post(ENTRY, **FORM, version="0", action="save", files=[program])
    assert (answer.status_code, 'id="files-error"' in answer.text) == (422, True)


def test_an_inspector_accepts_one_figure_corrects_another_and_leaves_the_rest(
    house: House, desk: Desk, organiser: Visitor
) -> None:
    version = desk.hand_in().version
    fields = {"verdict_1": "accept", "verdict_2": "correct", "figure_2": "9", "reason_2": "有半天未计"}
    organiser.send(f"{ENTRY}/inspect", **fields, version=str(version), action="inspect")
    found = stored(house, desk)
    assert [(one.value, one.state, one.reason) for one in found.figures] == [
        ("96.5", "accepted", ""),
        ("9", "corrected", "有半天未计"),
    ]
    assert [one.found for one in found.flags] == [""]


def test_everything_else_is_accepted_by_one_button(house: House, desk: Desk, organiser: Visitor) -> None:
    version = desk.hand_in().version
    fields = {"verdict_2": "correct", "figure_2": "9", "reason_2": "有半天未计"}
    organiser.send(f"{ENTRY}/inspect", **fields, version=str(version), action="accept_all")
    found = stored(house, desk)
    assert [one.state for one in found.figures] == ["accepted", "corrected"]
    assert [one.found for one in found.flags] == ["no"]


def test_an_inspectors_words_stay_when_they_are_refused(desk: Desk, organiser: Visitor) -> None:
    version = desk.hand_in().version
    fields = {"verdict_1": "correct", "figure_1": "95", "reason_1": "", "verdict_2": "accept"}
    answer = organiser.post(f"{ENTRY}/inspect", **fields, version=str(version), action="inspect")
    assert answer.status_code == 422
    assert value_of(answer.text, "figure_1") == "95"
    assert {"verdict_1-correct", "verdict_2-accept"} <= set(checked(answer.text))
    assert 'id="reason_1-error"' in answer.text


def test_the_branch_sees_the_correction_and_its_reason(desk: Desk, secretary: Visitor, organiser: Visitor) -> None:
    version = desk.hand_in().version
    fields = {"verdict_1": "correct", "figure_1": "95.5", "reason_1": "有一批未计入"}
    organiser.send(f"{ENTRY}/inspect", **fields, version=str(version), action="inspect")
    page = secretary.get(ENTRY).text
    assert "有一批未计入" in page
    assert "95.5" in page


def test_a_draft_is_for_the_branch_alone(desk: Desk, organiser: Visitor, signed_in: SignedIn) -> None:
    desk.save()
    assert "已完成" not in organiser.get(ENTRY).text
    assert "96.5" not in organiser.get(ENTRY).text.split("<main")[1]
    assert signed_in(desk.by["refining"].person_id or 0).get(ENTRY).status_code == 403


def test_auditors_read_and_change_nothing(house: House, desk: Desk, signed_in: SignedIn) -> None:
    desk.hand_in()
    auditor = signed_in(house.person("auditor", Role.AUDITOR))
    page = auditor.get(ENTRY)
    assert (page.status_code, STATED.text in page.text, "verdict_1" in page.text) == (200, True, False)
    assert auditor.post(f"{ENTRY}/inspect", version="2").status_code == 403


def test_attainment_is_in_the_list_once_the_outcome_is_fixed(desk: Desk, organiser: Visitor) -> None:
    desk.accept("smelting")
    desk.accept("refining")
    assert "111.33" not in organiser.get(HOME).text
    desk.close()
    desk.settle()
    assert organiser.get(HOME).text.count("111.33") == 2
