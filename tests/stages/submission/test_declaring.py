"""What a branch may do with its declaration, and what nobody may do for it."""

from typing import Any

import pytest

from evalflow.errors import Conflict, Forbidden, Invalid
from evalflow.files import queries as files
from evalflow.files.content import cleaned_file
from evalflow.i18n import Text
from evalflow.seasons import queries as seasons
from evalflow.seasons.models import EntryState
from evalflow.stages.submission import commands, queries
from evalflow.workflow.fields import Field, faults
from tests.stages.submission.conftest import GOOD, Desk, picture


def refusal(kind: type[Any], act: Any, *args: Any, **named: Any) -> Any:
    with pytest.raises(kind) as refused:
        act(*args, **named)
    return refused.value


def test_a_branch_begins_as_many_entries_as_the_definition_allows(desk: Desk) -> None:
    assert desk.begin().key == "smelting"
    assert refusal(Conflict, desk.begin).code == "no_more_entries"
    assert desk.begin(actor=desk.other).key == "refining"
    assert [public for _, public, _ in desk.log("begun")] == [
        {"entry": "smelting", "branch": "smelting"},
        {"entry": "refining", "branch": "refining"},
    ]


def test_what_was_withdrawn_takes_no_place(desk: Desk) -> None:
    desk.withdraw(desk.begin())
    assert desk.begin().key == "smelting-2"


def test_nobody_declares_for_another_branch(desk: Desk) -> None:
    entry = desk.begin()
    assert refusal(Forbidden, desk.save, entry, actor=desk.other).code == "not_permitted"
    assert refusal(Forbidden, desk.submit, entry, actor=desk.other).code == "not_permitted"
    assert refusal(Forbidden, desk.withdraw, entry, actor=desk.other).code == "not_permitted"
    assert refusal(Forbidden, desk.save, entry, actor=desk.organiser).code == "not_permitted"


def test_a_draft_keeps_what_was_typed_right_or_wrong_and_logs_nothing(desk: Desk) -> None:
    entry = desk.begin()
    typed = {"title": "字" * 99, "members": "viele", "begun": "soon", "site": "javascript:alert(1)", "unasked": "x"}
    assert desk.save(entry, typed).faults == {}
    draft = desk.draft(entry)
    assert draft is not None and draft.answers == {key: text for key, text in typed.items() if key != "unasked"}
    assert desk.now(entry).answers == {} and desk.log("submitted") == []


def test_an_older_page_does_not_overwrite_a_newer_draft(desk: Desk) -> None:
    entry = desk.begin()
    desk.save(entry, page="a" * 32)
    desk.save(entry, {"title": "新"}, page="b" * 32)
    assert refusal(Conflict, desk.save, entry, version=1, page="a" * 32).code == "changed_meanwhile"
    assert refusal(Conflict, desk.save, entry, version=0).code == "changed_meanwhile"
    assert desk.draft(entry).answers == {"title": "新"}  # type: ignore[union-attr]


def test_a_page_that_saves_by_itself_is_never_stale_to_itself(desk: Desk) -> None:
    entry = desk.begin()
    for title in ("一", "一二", "一二三"):
        desk.save(entry, {"title": title}, version=0, page="a" * 32)
    assert desk.draft(entry).answers == {"title": "一二三"}  # type: ignore[union-attr]


def test_handing_in_names_every_answer_that_is_missing_or_wrong(desk: Desk) -> None:
    entry = desk.begin()
    wrong = {"title": "字" * 21, "members": "0", "begun": "2026-02-30", "site": "ftp://a.cn", "sort": "other"}
    refused = refusal(Invalid, desk.submit, entry, wrong)
    assert refused.fields == {
        "title": "too_long",
        "measures": "answer_missing",
        "members": "out_of_range",
        "begun": "not_a_date",
        "site": "not_a_link",
        "sort": "no_such_choice",
    }
    assert desk.now(entry).state == EntryState.DRAFT


def test_what_is_handed_in_is_logged_by_its_digest(desk: Desk) -> None:
    entry = desk.submitted()
    assert (entry.state, entry.title, entry.answers) == (EntryState.SUBMITTED, "铜花飞扬", GOOD)
    assert desk.draft(entry) is None
    digest = desk.house.ask(commands.content_digest, GOOD)
    assert desk.log("submitted") == [
        (
            "branch_secretary:smelting",
            {"entry": "smelting", "revision": 1, "content_sha256": digest},
            {"person": desk.secretary.person_id},
        )
    ]


def test_the_digest_covers_the_files_content(desk: Desk) -> None:
    def digest(text: bytes) -> str:
        entry = desk.begin()
        desk.save(entry, uploads={"papers": [cleaned_file("a.txt", text)]})
        found: str = desk.house.ask(commands.content_digest, desk.draft(entry).answers)  # type: ignore[union-attr]
        desk.withdraw(entry)
        return found

    assert digest(b"one") == digest(b"one") != digest(b"two")


def test_what_is_handed_in_can_not_be_changed(desk: Desk) -> None:
    entry = desk.submitted()
    assert refusal(Conflict, desk.save, entry).code == "entry_not_editable"
    assert refusal(Conflict, desk.submit, entry).code == "entry_not_editable"


def test_nothing_is_saved_or_handed_in_after_the_deadline(desk: Desk) -> None:
    entry = desk.begin()
    saved = desk.save(entry)
    desk.house.clock.moment = desk.stage.closes_at  # type: ignore[assignment]
    assert refusal(Conflict, desk.save, entry).code == "stage_not_open"
    named = {"version": saved.version, "actor": desk.secretary}
    assert refusal(Conflict, desk.house.act, commands.submit, desk.stage.id, entry.id, **named).code == "stage_not_open"
    assert refusal(Conflict, desk.begin, actor=desk.other).code == "stage_not_open"


def test_files_beyond_the_number_asked_for_are_left_out_and_the_rest_is_kept(desk: Desk) -> None:
    entry = desk.begin()
    papers = [cleaned_file(f"{n}.txt", b"text") for n in range(3)]
    saved = desk.save(entry, uploads={"papers": papers, "cover": [picture()]})
    assert saved.faults == {"papers": "too_many_files"}
    draft = desk.draft(entry)
    assert draft is not None and {
        key: len(ids) for key, ids in draft.answers.items() if key in ("papers", "cover")
    } == {
        "papers": 2,
        "cover": 1,
    }


def test_a_document_is_no_picture_whatever_the_form_says(desk: Desk) -> None:
    entry = desk.begin()
    paper = cleaned_file("a.txt", b"text")
    assert desk.save(entry, uploads={"cover": [paper]}).faults == {"cover": "image_unreadable"}
    desk.save(entry, uploads={"papers": [paper]})
    number = desk.draft(entry).answers["papers"][0]  # type: ignore[union-attr]
    desk.save(entry, {"cover": [number], "papers": [number]})
    assert desk.draft(entry).answers == {"papers": [number]}  # type: ignore[union-attr]


def test_nobody_takes_another_entrys_file_into_their_own(desk: Desk) -> None:
    entry, other = desk.begin(), desk.begin(actor=desk.other)
    desk.save(other, actor=desk.other, uploads={"cover": [picture()]})
    stolen = desk.draft(other).answers["cover"]  # type: ignore[union-attr]
    desk.save(entry, {"cover": stolen})
    assert desk.draft(entry).answers == {}  # type: ignore[union-attr]


def test_a_removed_file_is_forgotten_unless_it_was_handed_in(desk: Desk) -> None:
    entry = desk.begin()
    desk.save(entry, uploads={"cover": [picture("first.jpg")]})
    desk.save(entry, uploads={"cover": [picture("second.jpg")]})
    assert [row.name for row in desk.house.ask(files.of_entry, entry.id).values()] == ["second.jpg"]
    desk.submit(entry, {**GOOD, "cover": desk.draft(entry).answers["cover"]})  # type: ignore[union-attr]
    desk.review("return_entry", entry, {"": "请更换封面"})
    desk.save(entry, uploads={"cover": [picture("third.jpg")]})
    assert [row.name for row in desk.house.ask(files.of_entry, entry.id).values()] == ["second.jpg", "third.jpg"]


def test_an_entry_may_be_withdrawn_until_the_outcome_is_fixed(desk: Desk) -> None:
    entry = desk.submitted()
    desk.review("accept", entry)
    other = desk.submitted(actor=desk.other)
    desk.review("accept", other)
    desk.house.close(desk.season, "declaration")
    desk.withdraw(entry)
    personal = {"person": desk.secretary.person_id, "reason": "骨干调离"}
    assert desk.log("withdrawn") == [("branch_secretary:smelting", {"entry": "smelting", "was": "accepted"}, personal)]
    gone = desk.house.ask(seasons.withdrawal, entry.id)
    assert (gone.reason, gone.withdrawn_at) == ("骨干调离", desk.house.now)
    outcome = desk.house.settle(desk.season, "declaration").outcome
    assert outcome["facts"] == {"accepted": ["refining"], "rejected": [], "withdrawn": ["smelting"], "unfinished": []}
    assert refusal(Conflict, desk.withdraw, other, actor=desk.other).code == "too_late_to_withdraw"


def test_what_was_accepted_is_not_withdrawn_without_a_reason(desk: Desk) -> None:
    entry = desk.submitted()
    desk.review("accept", entry)
    refused = [refusal(Invalid, desk.withdraw, entry, reason=reason) for reason in (" ", "长" * 2001)]
    assert [(one.code, one.fields) for one in refused] == [
        ("reason_needed", {"reason": "reason_needed"}),
        ("remark_too_long", {"reason": "remark_too_long"}),
    ]
    assert (desk.now(entry).state, desk.log("withdrawn")) == (EntryState.ACCEPTED, [])


def test_what_was_not_accepted_yet_may_be_withdrawn_without_one(desk: Desk) -> None:
    desk.withdraw(desk.submitted(), reason="")
    assert [public for _, public, _ in desk.log("withdrawn")] == [{"entry": "smelting", "was": "submitted"}]


def test_a_withdrawal_from_a_page_that_is_out_of_date_is_refused(desk: Desk) -> None:
    entry = desk.submitted()
    desk.review("accept", entry)
    named = {"version": entry.version, "actor": desk.secretary}
    refused = refusal(Conflict, desk.house.act, commands.withdraw, desk.stage.id, entry.id, **named)
    assert refused.code == "changed_meanwhile"


def test_a_changed_answer_is_named_field_by_field(desk: Desk) -> None:
    fields = desk.house.ask(lambda session: queries.options_of(desk.stage).field)
    old: dict[str, Any] = {**GOOD, "members": "5", "papers": [1]}
    new: dict[str, Any] = {**GOOD, "measures": "新的措施", "papers": [1, 2], "site": ""}
    assert [(c.field.key, c.old, c.new) for c in queries.changes(fields, old, new)] == [
        ("measures", "设立党员攻关小组", "新的措施"),
        ("members", "5", None),
        ("papers", [1], [1, 2]),
    ]


def test_a_draft_is_called_by_the_name_typed_so_far(desk: Desk) -> None:
    entry = desk.begin()
    desk.save(entry, {"title": " 炉火纯青 "})
    assert desk.now(entry).title == "炉火纯青"
    desk.save(entry, {"title": ""})
    assert desk.now(entry).title == ""


def test_a_title_has_at_most_a_hundred_characters_whatever_the_rules_allow() -> None:
    asked = [
        Field(key="name", type="text", label=Text("名称"), max_chars=most, role=role)
        for most, role in ((2000, "title"), (40, "title"), (2000, "lead"))
    ]
    assert [one.longest for one in asked] == [100, 40, 2000]
    told = {"name": "铜" * 101}
    assert [faults((one,), told) for one in asked] == [{"name": "too_long"}, {"name": "too_long"}, {}]
