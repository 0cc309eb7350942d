"""What was said of an entry, and a withdrawal, is taken back with a reason as long as nothing rests on it."""

import re
from collections.abc import Callable

import pytest

from evalflow.errors import Conflict, Forbidden, Invalid
from evalflow.seasons.models import Entry, EntryState
from evalflow.stages.submission import undoing
from tests.stages.submission.conftest import GOOD, Desk
from tests.visitors import Visitor

WHY = "点错了"


def review_anew(desk: Desk, entry: Entry, reason: str = WHY) -> Entry:
    told = {"reason": reason, "version": desk.now(entry).version, "actor": desk.organiser}
    desk.house.act(undoing.review_anew, desk.stage.id, entry.id, **told)
    return desk.now(entry)


def restore(desk: Desk, entry: Entry, reason: str = WHY) -> Entry:
    told = {"reason": reason, "version": desk.now(entry).version, "actor": desk.secretary}
    desk.house.act(undoing.restore, desk.stage.id, entry.id, **told)
    return desk.now(entry)


@pytest.mark.parametrize("said", ["accept", "reject"])
def test_an_entry_accepted_or_rejected_by_mistake_is_reviewed_anew(desk: Desk, said: str) -> None:
    entry = desk.submitted()
    desk.review(said, entry, *(["不符合"] if said == "reject" else []))
    was = desk.now(entry).state
    assert review_anew(desk, entry).state == EntryState.SUBMITTED
    [(office, public, personal)] = desk.log("review_taken_back")
    assert public == {"entry": entry.key, "revision": 1, "was": was} and personal["reason"] == WHY
    desk.review("accept", entry)
    assert desk.now(entry).state == EntryState.ACCEPTED


def test_an_entry_accepted_anew_has_its_number_which_went_to_nobody_else(desk: Desk) -> None:
    first, second = desk.submitted(), desk.submitted(actor=desk.other)
    desk.review("accept", first)
    review_anew(desk, first)
    desk.review("accept", second)
    desk.review("accept", first)
    assert (desk.now(second).number, desk.now(first).number) == (2, 1)


def test_once_the_stage_is_settled_what_was_said_stands(desk: Desk) -> None:
    entry = desk.submitted()
    desk.review("accept", entry)
    desk.house.close(desk.season, "declaration")
    desk.house.settle(desk.season, "declaration")
    with pytest.raises(Conflict, match="too_late_to_take_back"):
        review_anew(desk, entry)


def test_nothing_is_taken_back_without_a_reason_or_where_nothing_was_said(desk: Desk) -> None:
    entry = desk.submitted()
    with pytest.raises(Conflict, match="nothing_to_take_back"):
        review_anew(desk, entry)
    desk.review("accept", entry)
    with pytest.raises(Invalid, match="reason_needed"):
        review_anew(desk, entry, " ")


def test_a_withdrawn_entry_comes_back_as_a_draft_of_what_was_handed_in(desk: Desk) -> None:
    entry = desk.submitted()
    desk.withdraw(entry)
    assert restore(desk, entry).state == EntryState.DRAFT
    draft = desk.draft(entry)
    assert draft is not None and draft.answers == GOOD
    [(_, public, personal)] = desk.log("restored")
    assert public == {"entry": entry.key} and personal["reason"] == WHY
    desk.submit(entry)
    assert desk.now(entry).state == EntryState.SUBMITTED
    desk.withdraw(entry)
    assert desk.now(entry).state == EntryState.WITHDRAWN


def test_another_branch_brings_nothing_back_and_nobody_does_after_the_deadline(desk: Desk) -> None:
    entry = desk.submitted()
    desk.withdraw(entry)
    told = {"reason": WHY, "version": desk.now(entry).version}
    with pytest.raises(Forbidden):
        desk.house.act(undoing.restore, desk.stage.id, entry.id, **told, actor=desk.other)
    desk.house.close(desk.season, "declaration")
    with pytest.raises(Conflict, match="stage_not_open"):
        restore(desk, entry)


def test_both_stand_on_the_pages_with_the_reason(desk: Desk, signed_in: Callable[[int | None], Visitor]) -> None:
    entry = desk.submitted()
    organiser, branch = signed_in(desk.organiser.person_id), signed_in(desk.secretary.person_id)
    path = f"/s/{desk.season.key}/declaration/submission"
    desk.review("reject", entry, "不符合")
    page = organiser.get(f"{path}/desk/{entry.key}").text
    version = re.search(r'name="version" value="(\d+)"', page.partition("review-anew")[2])
    assert version is not None
    shown = organiser.send(f"{path}/desk/{entry.key}/review-anew", reason=WHY, version=version[1])
    assert "已恢复为待审核" in shown.text and f"理由：{WHY}" in shown.text
    desk.withdraw(entry)
    page = branch.get(f"{path}/entry/{entry.key}").text
    version = re.search(r'name="version" value="(\d+)"', page.partition("/restore")[2])
    assert version is not None
    shown = branch.send(f"{path}/entry/{entry.key}/restore", reason=WHY, version=version[1])
    assert "申报已恢复为草稿" in shown.text


def test_a_missing_reason_brings_the_page_back(desk: Desk, signed_in: Callable[[int | None], Visitor]) -> None:
    entry = desk.submitted()
    desk.review("accept", entry)
    path = f"/s/{desk.season.key}/declaration/submission/desk/{entry.key}"
    organiser = signed_in(desk.organiser.person_id)
    organiser.get(path)
    fields = {"csrf_token": organiser.token(), "came_from": path, "reason": "", "version": str(desk.now(entry).version)}
    came = {"Referer": f"http://localhost{path}", "Origin": "http://localhost"}
    answer = organiser.client.post(f"{path}/review-anew", data=fields, headers=came)
    assert answer.status_code == 422 and "请填写理由" in answer.text and "review-anew" in answer.text
