"""What the organiser may do with what was handed in, and what the stage comes to."""

from typing import Any

import pytest

from evalflow.engine import commands as engine
from evalflow.errors import Conflict, Forbidden, Invalid, Refused
from evalflow.seasons.models import EntryState
from evalflow.stages.submission import lifecycle, queries
from tests.builders import ORGANISER, House
from tests.stages.submission.conftest import GOOD, WORKFLOW, Desk


def refusal(kind: type[Any], act: Any, *args: Any, **named: Any) -> Any:
    with pytest.raises(kind) as refused:
        act(*args, **named)
    return refused.value


def test_numbers_follow_the_roster_whoever_is_accepted_first_and_are_given_once(desk: Desk) -> None:
    first, second = desk.submitted(), desk.submitted(actor=desk.other)
    desk.review("accept", second)
    desk.review("accept", first)
    assert (desk.now(second).number, desk.now(first).number) == (2, 1)
    desk.withdraw(first)
    third = desk.submitted()
    desk.review("accept", third)
    assert desk.now(third).number == 3
    assert [public for _, public, _ in desk.log("accepted")] == [
        {"entry": "refining", "revision": 1, "number": 2},
        {"entry": "smelting", "revision": 1, "number": 1},
        {"entry": "smelting-2", "revision": 1, "number": 3},
    ]


def test_an_entry_comes_back_with_remarks_on_its_fields_and_is_handed_in_again(desk: Desk) -> None:
    entry = desk.submitted()
    remarks = {"measures": " 请补充数据 ", "": "", "unasked": "x"}
    desk.review("return_entry", entry, remarks)
    assert desk.now(entry).state == EntryState.RETURNED
    desk.submit(entry, {**GOOD, "measures": "完成课题12项"})
    first, second = desk.house.ask(queries.revisions, entry.id)
    assert (first.number, first.state, first.remarks, first.answers) == (
        1,
        "returned",
        {"measures": "请补充数据"},
        GOOD,
    )
    assert (second.number, second.state, second.remarks) == (2, "submitted", {})
    assert desk.log("returned") == [
        (
            "organiser",
            {"entry": "smelting", "revision": 1, "fields": ["measures"]},
            {"person": desk.organiser.person_id, "remarks": {"measures": "请补充数据"}},
        )
    ]


def test_a_return_says_what_to_amend(desk: Desk) -> None:
    entry = desk.submitted()
    assert refusal(Invalid, desk.review, "return_entry", entry, {"": "  "}).code == "remark_needed"
    assert refusal(Invalid, desk.review, "return_entry", entry, {"": "长" * 2001}).code == "remark_too_long"


def test_a_rejection_has_its_reason_in_the_personal_part_of_the_log(desk: Desk) -> None:
    entry = desk.submitted()
    assert refusal(Invalid, desk.review, "reject", entry, " ").code == "reason_needed"
    desk.review("reject", entry, "不属于参评范围")
    assert desk.now(entry).state == EntryState.REJECTED
    assert desk.log("rejected") == [
        (
            "organiser",
            {"entry": "smelting", "revision": 1},
            {"person": desk.organiser.person_id, "reason": "不属于参评范围"},
        )
    ]


def test_only_the_organiser_reviews(desk: Desk) -> None:
    entry = desk.submitted()
    for verb, said in (("accept", ()), ("return_entry", ({"": "x"},)), ("reject", ("x",))):
        assert refusal(Forbidden, desk.review, verb, entry, *said, actor=desk.secretary).code == "not_permitted"


def test_of_two_organisers_one_is_told_that_the_other_was_faster(desk: Desk) -> None:
    entry = desk.submitted()
    desk.review("accept", entry, version=entry.version)
    refused = refusal(Conflict, desk.review, "return_entry", entry, {"": "x"}, version=entry.version)
    assert refused.code == "changed_meanwhile"


@pytest.mark.parametrize("verb", ["accept", "reject", "return_entry"])
def test_only_what_waits_can_be_reviewed(desk: Desk, verb: str) -> None:
    said: tuple[Any, ...] = {"accept": (), "reject": ("x",), "return_entry": ({"": "x"},)}[verb]
    assert refusal(Conflict, desk.review, verb, desk.begin(), *said).code == "nothing_to_review"


def test_after_the_deadline_an_entry_is_accepted_or_rejected_but_not_returned(desk: Desk) -> None:
    entry = desk.submitted()
    desk.house.close(desk.season, "declaration")
    assert refusal(Conflict, desk.review, "return_entry", entry, {"": "x"}).code == "too_late_to_return"
    desk.review("accept", entry)
    assert desk.now(entry).number == 1


def test_the_outcome_waits_for_the_last_review(desk: Desk) -> None:
    entry = desk.submitted()
    close = {"actor": ORGANISER, "note": "全部支部已申报"}
    refused = refusal(Refused, desk.house.act, engine.close_stage, desk.stage.id, **close)
    assert (refused.code, refused.facts["count"]) == ("submissions_unreviewed", 1)
    desk.house.close(desk.season, "declaration")
    assert [reason.code for reason in desk.house.ask(lifecycle.unsettled, desk.stage)] == ["submissions_unreviewed"]
    desk.review("accept", entry)
    assert desk.house.settle(desk.season, "declaration").phase == "done"


def test_drafts_and_entries_with_their_branch_are_out_at_the_end(desk: Desk) -> None:
    returned = desk.submitted()
    desk.review("return_entry", returned, {"": "请补充"})
    desk.begin(actor=desk.other)
    desk.house.close(desk.season, "declaration")
    stage = desk.house.settle(desk.season, "declaration")
    assert desk.house.ask(lifecycle.evidence, stage) == {
        "submissions": [
            {"entry": "refining", "revision": "0", "state": "draft"},
            {"entry": "smelting", "revision": "1", "state": "returned"},
        ],
        "fields": [],
    }
    assert stage.outcome["facts"]["unfinished"] == ["refining", "smelting"]


def test_numbers_and_choices_of_what_was_accepted_are_evidence_as_accepted(desk: Desk) -> None:
    first, second = desk.begin(), desk.begin(actor=desk.other)
    desk.submit(first, {**GOOD, "members": "12.50", "sort": "safety"})
    desk.submit(second, {**GOOD, "members": "7"}, actor=desk.other)
    desk.review("accept", first)
    desk.review("reject", second, "不属于参评范围")
    desk.house.close(desk.season, "declaration")
    stage = desk.house.settle(desk.season, "declaration")
    assert desk.house.ask(lifecycle.evidence, stage)["fields"] == [
        {"entry": "smelting", "field": "members", "value": "12.50"},
        {"entry": "smelting", "field": "sort", "value": "safety"},
    ]
    assert stage.outcome["figures"] == {"members": {"smelting": "25/2"}}
    assert stage.outcome["facts"]["choices"] == {"sort": {"smelting": "safety"}}


def test_the_desk_shows_who_is_late(desk: Desk) -> None:
    desk.submitted()
    lines = [
        (line.branch.key, line.entry and line.entry.state, line.revisions)
        for line in desk.house.ask(queries.desk, desk.stage)
    ]
    assert lines == [("smelting", "submitted", 1), ("refining", None, 0)]


def test_everybody_is_told_what_they_have_to_do(desk: Desk) -> None:
    def told(actor: Any) -> list[tuple[str, str, bool]]:
        tasks = desk.house.ask(queries.tasks, desk.house.stage(desk.season, "declaration"), actor, desk.house.now)
        return [(task.title, task.detail, task.is_done) for task in tasks]

    assert told(desk.secretary) == [("Declare your entry", "", False)]
    entry = desk.submitted()
    assert told(desk.secretary) == [("Declare your entry", "铜花飞扬", True)]
    assert told(desk.organiser) == [("Review declarations", "1", False)]
    desk.review("return_entry", entry, {"": "请补充"})
    assert told(desk.secretary) == [("Amend your declaration", "铜花飞扬", False)]
    assert told(desk.organiser) == []


def test_without_review_handing_in_is_enough(house: House, desk: Desk) -> None:
    season = house.season(WORKFLOW.replace("reopen = true", 'review = "none"'), key="open-2026")
    other = Desk(house, season, house.open(season, "declaration"), desk.secretary, desk.other, desk.organiser)
    entry = other.submitted()
    assert (entry.state, entry.number) == (EntryState.ACCEPTED, 1)
    assert [office for office, _, _ in other.log("accepted")] == ["system"]


def test_where_entries_move_apart_an_accepted_one_goes_on_by_itself(house: House, desk: Desk) -> None:
    season = house.season(WORKFLOW.replace('"together"', '"apart"'), key="apart-2026")
    apart = Desk(house, season, house.open(season, "declaration"), desk.secretary, desk.other, desk.organiser)
    first, second = apart.submitted(), apart.submitted(actor=desk.other)
    assert first.position == "declaration.open"
    apart.review("accept", first)
    apart.review("reject", second, "不属于参评范围")
    assert (apart.now(first).position, apart.now(second).position) == ("gallery.open", "rejected")
    apart.withdraw(first)
    assert (apart.now(first).state, apart.now(first).position) == (EntryState.WITHDRAWN, "withdrawn")
