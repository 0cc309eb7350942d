"""The shipped brand selection is what its organisation does: windows that fit into a year, rules as they are told."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from evalflow.config import WORKFLOWS
from evalflow.kinds import KINDS
from evalflow.seasons import windows, workdays
from evalflow.workflow import reader
from evalflow.workflow.telling import tell_stage, tell_stages

ZONE = ZoneInfo("Asia/Shanghai")
BRANDS = reader.read((WORKFLOWS / "brand_selection.toml").read_text("utf-8"), KINDS, file="brand_selection.toml")


def planned(start: date) -> list[tuple[str, str, str]]:
    """(stage, opens, closes) in the year's calendar of holidays and make-up days, closings by hand as "by hand"."""
    plan = windows.plan(BRANDS, start, is_working=workdays.published)
    return [(s.key, _told(window.opens), _told(window.closes)) for s, window in zip(BRANDS.stages, plan, strict=True)]


def _told(moment: datetime | None) -> str:
    return f"{moment:%m-%d %H:%M}" if moment else "by hand"


def test_the_stages_are_those_of_the_organisation_in_their_order() -> None:
    assert [(stage.key, stage.kind) for stage in BRANDS.stages] == [
        ("declaration", "submission"),
        ("promotion", "promotion"),
        ("online_vote", "ballot"),
        ("peer_scoring", "scoring"),
        ("committee_decision", "decision"),
        ("public_notice", "notice"),
        ("ceremony", "award"),
    ]


def test_a_season_of_2026_keeps_the_holiday_and_the_make_up_day_of_may() -> None:
    """May 1st to 5th were free and Saturday the 9th was not, so five working days after the 5th end on the 11th."""
    assert planned(date(2026, 3, 1)) == [
        ("declaration", "03-01 00:00", "03-21 18:00"),
        ("promotion", "03-21 18:00", "04-05 00:00"),
        ("online_vote", "04-05 00:00", "04-15 18:00"),
        ("peer_scoring", "04-15 18:00", "04-25 18:00"),
        ("committee_decision", "04-25 18:00", "05-05 18:00"),
        ("public_notice", "05-05 18:00", "05-11 18:00"),
        ("ceremony", "07-01 09:00", "by hand"),
    ]


@pytest.mark.parametrize("start", [date(2027, 3, 1), date(2027, 4, 30)], ids=["in March", "at the end of April"])
def test_a_season_is_through_with_everything_before_the_first_of_july(start: date) -> None:
    moments = [moment for window in planned(start) for moment in window[1:]]
    assert moments == [*sorted(moments[:-2]), "07-01 09:00", "by hand"]


def test_the_rules_of_the_vote_as_voters_are_told_them() -> None:
    assert tell_stage(BRANDS.stage("online_vote"), KINDS, "en") == [
        "Opens: the closing of the stage before.",
        "Closes: 10 days after the opening of this stage, 18:00.",
        "Choose between 1 and 10.",
        "Secret: each vote is sealed until the count, which needs 2 of 3 tellers.",
        "You may vote again until the vote closes; your last vote counts.",
    ]


def test_the_rules_of_the_decision_as_the_committee_is_told_them() -> None:
    told = {stage.key: sentences for stage, sentences in tell_stages(BRANDS, KINDS, "en")}
    assert told["committee_decision"][-10:] == [
        "Entries that can be awarded: at most 10; places may stay empty.",
        "The ranking is made of: “Online vote” (rank points) 40%, “Peer scoring” (score) 60%.",
        "Figures are rounded half up (decimals: 2), once, at the end.",
        "Ties are broken in this order: “Peer scoring” → “Online vote” → a motion.",
        "The meeting is valid when at least 2/3 of those entitled attend.",
        "A motion is carried by more than 1/2 of those entitled.",
        "Recused members leave the base of the items that concern them, and of no other.",
        "A decision other than the ranking says needs a written reason.",
        "That nobody is awarded takes a motion of its own.",
        "Points, divisions and reasons are public once the awards are final; the committee reads them before.",
    ]


def test_the_rules_say_what_becomes_public() -> None:
    told = {stage.key: sentences for stage, sentences in tell_stages(BRANDS, KINDS, "en")}
    marks = (
        "Marks are public with the names of their raters once the awards are final; the committee reads them before."
    )
    fields = "Only the fields named for it are public; the others stay with the organiser and the committee."
    assert [one for one in told["peer_scoring"] if one.startswith(marks)] != []
    assert fields in told["promotion"]


def test_no_documents_that_branches_add_as_evidence_are_public() -> None:
    fields = {field.key: field.type for field in BRANDS.stage("declaration").options.field}
    shown = BRANDS.stage("promotion").options.show
    assert [key for key in fields if key not in shown] == ["documents"]
    assert fields["documents"] == "file"
