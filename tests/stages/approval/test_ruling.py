"""What motions on applications do, and what can't be put to the vote."""

from typing import Any

import pytest

from evalflow.errors import Conflict, Forbidden, Invalid, Refused
from evalflow.meetings import commands as meeting
from evalflow.meetings.commands import Division
from evalflow.seasons import queries as seasons
from evalflow.seasons.models import Phase
from evalflow.stages.approval import lifecycle, queries, ruling
from evalflow.stages.approval.models import ProposalState
from evalflow.stages.approval.ruling import Target
from evalflow.stages.submission import queries as submissions
from tests.approved import Board, convened
from tests.builders import House

ACCEPTED, DECLINED, LAPSED = ProposalState.ACCEPTED, ProposalState.DECLINED, ProposalState.LAPSED


def refused(error: type[Refused], act: Any, *args: Any, **named: Any) -> tuple[str, dict[str, str]]:
    with pytest.raises(error) as caught:
        act(*args, **named)
    return caught.value.code, getattr(caught.value, "fields", {})


def test_what_is_approved_goes_on_by_itself(board: Board) -> None:
    assert board.rule("approve:smelting") == "carried"
    assert board.states()["smelting"] == ("accepted", "follow.open")
    assert board.waiting() == ["casting", "refining", "rolling"]


def test_what_is_voted_down_stays_before_the_committee(board: Board) -> None:
    assert board.rule("approve:smelting", noes=3) == "rejected"
    assert board.states()["smelting"] == ("accepted", "committee.open")
    assert board.rule("approve:smelting") == "carried"


def test_a_rejection_has_a_reason_and_ends_the_application(board: Board) -> None:
    assert refused(Invalid, board.rule, "reject:smelting") == ("reason_needed", {"reason": "reason_needed"})
    board.rule("reject:smelting", "与重点工作无关")
    assert board.states()["smelting"] == ("rejected", "rejected")
    [found] = board.house.ask(queries.rulings, board.stage.id)
    assert (found.entry.key, found.state, found.reason) == ("smelting", "rejected", "与重点工作无关")


def test_a_return_brings_the_comments_to_the_branch_and_the_amended_application_back(board: Board) -> None:
    board.comment("smelting", "请补充理由", "why")
    board.comment("smelting", "数据来源？", "plan", member=1)
    board.rule("return:smelting", "总体不错")
    assert board.states()["smelting"] == ("returned", "declare.open")
    remarks = board.house.ask(submissions.remarks_on, board.entry("smelting"))
    assert remarks == {"why": "请补充理由", "plan": "数据来源？", "": "总体不错"}
    waits = [(one.code, one.facts["count"]) for one in board.house.ask(lifecycle.unsettled, board.stage)]
    assert waits == [("applications_undecided", 4)]
    board.hand_in_again("smelting", why="因为")
    assert board.states()["smelting"] == ("accepted", "committee.open")
    assert board.rule("approve:smelting") == "carried"


def test_a_return_without_a_word_is_refused_and_an_old_comment_is_none(board: Board) -> None:
    needed = ("remark_needed", {"reason": "remark_needed"})
    assert refused(Invalid, board.rule, "return:smelting") == needed
    board.comment("smelting", "请补充理由", "why")
    board.rule("return:smelting")
    board.house.clock.wait(hours=1)
    board.hand_in_again("smelting")
    assert refused(Invalid, board.rule, "return:smelting") == needed


def test_what_was_returned_and_never_came_back_can_be_rejected(board: Board) -> None:
    board.rule("return:smelting", "请补充")
    assert refused(Conflict, board.rule, "approve:smelting") == ("entry_not_here", {})
    board.rule("reject:smelting", "逾期未修改")
    assert board.states()["smelting"] == ("rejected", "rejected")


def joined(branch: str, share: str, *, unit: str = "") -> dict[str, str]:
    return {"branch": branch, "unit": unit, "share": share}


def test_whoever_took_part_in_what_is_merged_goes_along_with_the_share_that_the_motion_gives(board: Board) -> None:
    board.rule("return:smelting", "请补充")
    board.amend_with_partners("smelting")
    shares = ("20", "", "15", "5")  # of smelting, refining, casting and the institute
    twice = ("takes_part_already", {"share.2": "takes_part_already"})
    assert refused(Invalid, board.rule, "merge:refining>smelting", "相近", shares=("20", "1", "15", "5")) == twice
    board.rule("merge:refining>smelting", "内容相近", shares=shares)
    assert board.partners("refining") == {"研究所": "5", "casting": "15", "smelting": "20"}
    [(_, _, public, personal)] = board.house.log("approval.merged")
    assert public["joined"] == [{"branch": "smelting", "share": "20"}, {"branch": "casting", "share": "15"}]
    assert personal["units"] == [{"unit": "研究所", "share": "5"}]
    board.rule("approve:refining")
    for key in ("casting", "rolling"):
        board.rule(f"reject:{key}", "条件不成熟")
    assert board.house.ask(lifecycle.faults, board.stage) == []
    tables = board.house.ask(lambda session: queries.evidence(session, session.merge(board.stage)))
    assert tables["joined"] == [
        {"entry": "smelting", **joined("smelting", "20")},
        {"entry": "smelting", **joined("casting", "15")},
        {"entry": "smelting", **joined("", "5", unit="研究所")},
    ]
    for stage in ("declare", "committee"):
        board.house.close(board.season, stage)
        board.house.settle(board.season, stage)
    outcome = seasons.outcome_of(board.stage)
    assert outcome is not None
    shared = {row["branch"] or row["unit"]: row["share"] for row in outcome.facts["partners"]["refining"]}
    assert shared == board.partners("refining")


def test_a_merger_ends_the_second_and_its_branch_takes_part_in_the_first(board: Board) -> None:
    board.rule("merge:refining>smelting", "内容相近", shares=("30",))
    board.rule("merge:casting>refining", "内容相近", shares=("12.5",))
    assert board.states()["smelting"] == ("rejected", "rejected")
    assert board.partners("refining") == {"smelting": "30"}
    assert board.partners("casting") == {"refining": "12.5", "smelting": "0"}
    assert [event[2] for event in board.house.log("approval.merged")] == [
        {"entry": "smelting", "motion": 1, "into": "refining", "joined": [{"branch": "smelting", "share": "30"}]},
        {
            "entry": "refining",
            "motion": 2,
            "into": "casting",
            "joined": [{"branch": "refining", "share": "12.5"}, {"branch": "smelting", "share": "0"}],
        },
    ]


@pytest.mark.parametrize(
    ("share", "fault"), [("much", "share_out_of_range"), ("-1", "share_out_of_range"), ("60.5", "shares_above_100")]
)
def test_a_share_that_cannot_be_is_refused_before_anybody_votes(board: Board, share: str, fault: str) -> None:
    board.rule("merge:refining>smelting", "内容相近", shares=("40",))
    wrong = ("share_not_possible", {"share.1": fault})
    assert refused(Invalid, board.rule, "merge:refining>casting", "内容相近", shares=(share,)) == wrong
    assert board.partners("refining") == {"smelting": "40"} and len(board.house.log("approval.merged")) == 1


def test_who_takes_part_already_gets_no_second_share(board: Board) -> None:
    board.rule("merge:refining>smelting", "内容相近", shares=("40",))
    board.rule("merge:casting>refining", "内容相近", shares=("20",))
    again = board.apply("smelting", board.house.smelting)
    wrong = ("takes_part_already", {"share.1": "takes_part_already"})
    assert refused(Invalid, board.rule, f"merge:casting>{again}", "内容相近", shares=("5",)) == wrong
    board.rule(f"merge:casting>{again}", "内容相近")
    assert board.partners("casting") == {"refining": "20", "smelting": "0"}


def test_an_amended_application_leaves_room_for_what_a_merger_gave(board: Board) -> None:
    board.rule("merge:refining>smelting", "内容相近", shares=("40",))
    board.rule("return:refining", "请补充")
    entry = board.entry("refining")
    joining = {"branch": "casting", "unit": "", "share": "61"}
    wrong = ("declaration_incomplete", {"partners": "shares_above_100"})
    assert refused(Invalid, board.hand_in, entry, {**entry.answers, "partners": [joining]}) == wrong
    board.hand_in(entry, {**entry.answers, "partners": [{**joining, "share": "60"}]}, version=1)
    assert board.partners("refining") == {"casting": "60", "smelting": "40"}


def test_accepted_targets_hold_once_the_project_is_approved_and_the_old_ones_are_kept(board: Board) -> None:
    board.answer(board.propose("smelting", 1, "96", "98"), ACCEPTED, by=board.secretaries["smelting"])
    board.answer(board.propose("smelting", 2, "7.5", "6"), DECLINED, by=board.secretaries["smelting"])
    assert board.house.ask(queries.changes, board.stage.id) == []
    board.rule("approve:smelting")
    changes = board.house.ask(queries.changes, board.stage.id)
    assert [(one.indicator, one.old_work, one.old_stretch, one.work, one.stretch, one.motion) for one in changes] == [
        (1, "95", "97", "96", "98", "1")
    ]


def test_approval_waits_for_the_branch(board: Board) -> None:
    proposal = board.propose("smelting", 1, "96", "98")
    assert refused(Conflict, board.rule, "approve:smelting") == ("proposals_unanswered", {})
    assert refused(Conflict, board.propose, "smelting", 1, "96", "99") == ("proposal_waiting", {})
    board.answer(proposal, LAPSED, by=board.organiser)
    assert board.rule("approve:smelting") == "carried"
    assert board.house.ask(queries.changes, board.stage.id) == []


def test_only_the_branch_answers_and_only_once(board: Board) -> None:
    proposal = board.propose("smelting", 1, "96", "98")
    with pytest.raises(Forbidden):
        board.answer(proposal, ACCEPTED, by=board.secretaries["refining"])
    with pytest.raises(Forbidden):
        board.answer(proposal, ACCEPTED, by=board.organiser)
    board.answer(proposal, DECLINED, by=board.secretaries["smelting"])
    assert refused(Conflict, board.answer, proposal, ACCEPTED, by=board.secretaries["smelting"])[0] == (
        "proposal_answered"
    )


@pytest.mark.parametrize(
    ("indicator", "work", "stretch", "fields"),
    [
        (1, "89", "97", {"work": "work_not_beyond_baseline"}),
        (1, "98", "97", {"stretch": "stretch_not_beyond_work"}),
        (2, "8", "9", {"stretch": "stretch_not_beyond_work"}),
        (1, "lots", "97", {"work": "not_a_number"}),
        (1, "", "97", {"work": "answer_missing"}),
    ],
)
def test_targets_do_not_contradict_their_direction(
    board: Board, indicator: int, work: str, stretch: str, fields: dict[str, str]
) -> None:
    assert refused(Invalid, board.propose, "smelting", indicator, work, stretch) == ("targets_not_possible", fields)
    board.rule("approve:smelting")
    target = Target(indicator, work, stretch)
    assert refused(Invalid, board.rule, "targets:smelting", "工况变化", target) == ("targets_not_possible", fields)
    assert refused(Invalid, board.rule, "targets:smelting", "工况变化", Target(1, "95.0", "97")) == (
        "targets_unchanged",
        {"work": "targets_unchanged"},
    )


def test_approved_targets_change_by_a_motion_only_and_the_log_has_old_and_new(board: Board) -> None:
    change = Target(1, "94", "96")
    assert refused(Conflict, board.rule, "targets:smelting", "工况变化", change) == ("not_approved", {})
    board.rule("approve:smelting")
    assert refused(Invalid, board.rule, "targets:smelting", "", change)[0] == "reason_needed"
    assert board.rule("targets:smelting", "工况变化", change, noes=4) == "rejected"
    assert board.house.ask(queries.changes, board.stage.id) == []
    board.rule("targets:smelting", "工况变化", change)
    assert [event[2] for event in board.house.log("approval.targets_changed")] == [
        {
            "entry": "smelting",
            "motion": 3,
            "indicator": 1,
            "old_work": "95",
            "old_stretch": "97",
            "work": "94",
            "stretch": "96",
        }
    ]


def test_a_proposal_speaks_of_the_plan_as_it_was(board: Board) -> None:
    proposal = board.propose("smelting", 1, "96", "98")
    board.rule("return:smelting", "请补充")
    [found] = board.house.ask(queries.proposals, board.stage.id)
    assert (found.id, found.state) == (proposal, LAPSED)


def test_who_stepped_back_neither_comments_nor_counts_for_that_application(board: Board) -> None:
    board.house.act(meeting.recuse, board.stage.id, "smelting", actor=board.members[0])
    assert refused(Forbidden, board.comment, "smelting", "好")[0] == "stepped_back"
    board.rule("approve:smelting")
    board.rule("approve:refining")
    rows = board.house.ask(queries.evidence, board.stage)["motions"]
    assert [(one["entitled"], one["recused"]) for one in rows] == [("3", "1"), ("4", "0")]


def test_without_a_quorum_nothing_is_decided_and_another_sitting_decides(house: House) -> None:
    board = convened(house)
    board.attend(*board.members[:2])
    assert refused(Conflict, board.rule, "approve:smelting") == ("no_quorum", {})
    board.keep(meeting.convene)
    board.attend()
    assert board.rule("approve:smelting") == "carried"


@pytest.mark.parametrize("about", ["award:smelting", "merge:smelting", "merge:smelting>smelting", "approve:", "list"])
def test_motions_about_nothing_are_refused(board: Board, about: str) -> None:
    division = Division(about, 4, 0, 0)
    assert refused(Invalid, board.keep, ruling.rule, division) == ("motion_not_understood", {})


def test_members_do_not_keep_minutes(board: Board) -> None:
    with pytest.raises(Forbidden):
        board.house.act(
            ruling.rule,
            board.stage.id,
            Division("approve:smelting", 4, 0, 0),
            version=board.version,
            actor=board.members[0],
        )


def test_a_committee_that_has_decided_on_all_settles_to_the_plans_as_changed(board: Board) -> None:
    board.answer(board.propose("smelting", 1, "96", "98"), ACCEPTED, by=board.secretaries["smelting"])
    board.rule("merge:smelting>refining", "内容相近")
    board.rule("reject:casting", "条件不成熟")
    board.rule("return:rolling", "请补充")
    by_way = {"weight": "100", "way": "2026-06-30: 94"}
    board.hand_in_again("rolling", plan=[{**board.entry("rolling").answers["plan"][0], **by_way}])
    for key in ("smelting", "rolling"):
        board.rule(f"approve:{key}")
    board.rule("targets:rolling", "原料变化", Target(1, "93", "97"))  # the interim target is beyond it now, and stays
    assert board.house.ask(lifecycle.faults, board.stage) == []
    for stage in ("declare", "committee"):
        board.house.close(board.season, stage)
        board.house.settle(board.season, stage)
    assert board.stage.phase == Phase.DONE
    outcome = seasons.outcome_of(board.stage)
    assert outcome is not None
    facts = outcome.facts
    assert (facts["approved"], facts["rejected"], facts["merged"], facts["open"]) == (
        ["rolling", "smelting"],
        ["casting"],
        [["refining", "smelting"]],
        [],
    )
    targets = {key: [(one["work"], one["stretch"]) for one in rows] for key, rows in facts["indicators"].items()}
    assert targets == {"smelting": [("96", "98"), ("8", "7")], "rolling": [("93", "97")]}
    assert [one.get("way") for rows in facts["indicators"].values() for one in rows] == ["2026-06-30: 94", None, None]


def test_it_does_not_settle_while_an_application_waits(board: Board) -> None:
    for key in ("smelting", "refining", "casting"):
        board.rule(f"approve:{key}")
    board.rule("return:rolling", "请补充")
    board.house.close(board.season, "declare")
    board.house.close(board.season, "committee")
    with pytest.raises(Conflict):
        board.house.settle(board.season, "committee")
    assert board.stage.phase == Phase.CLOSED


@pytest.mark.breaks_the_database
def test_a_ruling_that_no_longer_follows_from_its_motion_is_a_fault(board: Board) -> None:
    board.rule("approve:smelting")
    with board.house.database.writing() as session:
        [found] = queries.rulings(session, board.stage.id)
        found.state = "rejected"
    for key in ("refining", "casting", "rolling"):
        board.rule(f"reject:{key}", "条件不成熟")
    board.house.close(board.season, "committee")
    assert board.house.ask(lifecycle.faults, board.stage) == [
        "approved.csv:5: smelting: state: expected 'approved', found 'rejected'"
    ]
