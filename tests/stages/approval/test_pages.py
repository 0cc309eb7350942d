"""Applications as the organiser, a member, the applicant and others see them; nothing here needs a script."""

import html
import re
from collections.abc import Callable

import pytest
from sqlalchemy import event

from evalflow.access import Actor
from evalflow.config import Config
from evalflow.meetings import commands as meeting
from evalflow.meetings.minutes import KEEPER
from evalflow.stages.approval import printing, queries
from evalflow.stages.approval.models import ProposalState
from evalflow.stages.submission.commands import withdraw
from tests.approved import Board
from tests.visitors import Visitor

HOME = "/s/test-2026/committee/approval/"
ENTRY = HOME + "entry/smelting"


@pytest.fixture
def browser(signed_in: Callable[[int], Visitor]) -> Callable[[object], Visitor]:
    """Somebody's browser, in English."""

    def english(actor: object) -> Visitor:
        found = signed_in(actor.person_id or 0)  # type: ignore[attr-defined]
        found.get("/")
        found.post("/language", locale="en", next="/")
        found.get(HOME)
        return found

    return english


def plain(page: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


def test_a_motion_kept_in_a_browser_takes_effect(board: Board, browser: Callable[[object], Visitor]) -> None:
    desk = browser(board.organiser)
    assert "before the committee" in plain(desk.get(ENTRY).text)
    sent = {"subject": "approve", "vote.ayes": "4", "version": board.version}
    page = plain(desk.send(ENTRY + "/rule", **sent).text)
    assert "The motion was carried and has taken effect." in page
    assert "No. 1 Approve · Sitting 1 · ayes 4, noes 0, abstentions 0, of 4 entitled carried" in page
    assert board.states()["smelting"] == ("accepted", "follow.open")


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"vote.ayes": "4"}, "Please say what was put to the vote."),
        ({"subject": "approve"}, "Please fill in at least one division."),
        ({"subject": "approve", "vote.ayes": "5"}, "These are more votes than members present (4)."),
        ({"subject": "approve", "vote.ayes": "four"}, "This is not a number."),
        ({"subject": "reject", "vote.ayes": "4"}, "Please state a reason."),
        ({"subject": "return", "vote.ayes": "4"}, "Please say what should be amended."),
        ({"subject": "merge", "vote.ayes": "4", "reason": "内容相近"}, "This motion can't be put to the vote."),
    ],
)
def test_what_is_refused_is_said_and_what_was_typed_stays(
    board: Board, browser: Callable[[object], Visitor], sent: dict[str, str], told: str
) -> None:
    desk = browser(board.organiser)
    desk.get(ENTRY)
    answer = desk.post(ENTRY + "/rule", **{"reason": "", "version": board.version, **sent})
    assert answer.status_code == 422
    assert told in plain(answer.text)
    if "vote.ayes" in sent:
        assert f'name="vote.ayes" value="{sent["vote.ayes"]}"' in answer.text
    assert board.states()["smelting"] == ("accepted", "committee.open")


def test_the_branch_answers_a_proposal_that_waits_on_its_first_page(
    board: Board, browser: Callable[[object], Visitor]
) -> None:
    desk = browser(board.organiser)
    desk.get(ENTRY)
    wanted = {"indicator": "1", "work": "94", "stretch": "93", "wish": "还可再高"}
    answer = desk.post(ENTRY + "/propose", **wanted)
    assert "The stretch target has to go beyond the work target" in plain(answer.text)
    assert 'name="stretch"' in answer.text and 'value="93"' in answer.text
    desk.send(ENTRY + "/propose", **{**wanted, "work": "96", "stretch": "98"})
    branch = browser(board.secretaries["smelting"])
    assert "Answer the committee's proposal" in plain(branch.get("/").text)
    page = branch.get(ENTRY)
    assert "Proposed: 96 → 98 %" in plain(page.text)
    number = re.search(r'name="proposal" value="(\d+)"', page.text)
    assert number is not None
    page = branch.send(ENTRY + "/answer", proposal=number.group(1), answer="accepted")
    assert "accepted by the branch" in plain(page.text)
    [found] = board.house.ask(queries.proposals, board.stage.id)
    assert found.state == ProposalState.ACCEPTED


def test_a_members_comment_is_read_by_the_branch_without_a_name(
    board: Board, browser: Callable[[object], Visitor]
) -> None:
    member = browser(board.members[0])
    member.get(ENTRY)
    member.send(ENTRY + "/comment", field="why", **{"comment-why": "请补充理由"})
    page = browser(board.secretaries["smelting"]).get(ENTRY).text
    assert "请补充理由" in page
    assert "Committee1" not in page


@pytest.mark.fonts
def test_the_minutes_tell_every_sitting_and_leave_out_what_the_reader_stepped_back_from(
    board: Board, browser: Callable[[object], Visitor], config: Config
) -> None:
    board.rule("approve:smelting")
    board.keep(meeting.convene)
    board.house.act(meeting.recuse, board.stage.id, "refining", actor=board.members[0])
    board.attend()
    board.rule("merge:smelting>casting", "内容相近", shares=("15",))
    board.rule("approve:refining")

    def motions(reader: Actor) -> list[tuple[object, object]]:
        told = board.house.ask(printing.written, board.stage, reader, config=config, locale="en")
        return [(one["title"], one["text"]) for one in told["motions"]]

    assert motions(KEEPER) == [
        ("Sitting 1: Approve", "smelting project"),
        (
            "Sitting 2: Merge into another application",
            "smelting project > casting project; shares of the award fund for those who join: casting党支部 15%",
        ),
        ("Sitting 2: Approve", "refining project"),
    ]
    assert motions(board.members[0]) == motions(KEEPER)[:2]
    answer = browser(board.organiser).get(HOME + "minutes.pdf")
    assert (answer.status_code, answer.mimetype, answer.data[:5]) == (200, "application/pdf", b"%PDF-")


def test_other_branches_see_neither_the_application_nor_the_list(
    board: Board, browser: Callable[[object], Visitor]
) -> None:
    other = browser(board.secretaries["refining"])
    assert other.get(ENTRY).status_code == 403
    page = plain(other.get(HOME).text)
    assert ("refining project" in page, "smelting project" in page) == (True, False)


def test_who_stepped_back_sees_neither_words_nor_votes(board: Board, browser: Callable[[object], Visitor]) -> None:
    board.comment("smelting", "请补充理由", "why", member=1)
    board.rule("approve:smelting", noes=4)
    board.keep(meeting.convene)
    board.house.act(meeting.recuse, board.stage.id, "smelting", actor=board.members[0])
    page = plain(browser(board.members[0]).get(ENTRY).text)
    assert "What is said and voted on it is not shown to you." in page
    assert "请补充理由" not in page and "0 ayes" not in page


def test_the_list_asks_no_question_for_each_application(board: Board, browser: Callable[[object], Visitor]) -> None:
    member = browser(board.members[0])
    counts = []
    for _ in range(2):
        asked: list[str] = []

        def count(_connection: object, _cursor: object, statement: str, *_rest: object, to: list[str] = asked) -> None:
            to.append(statement)

        event.listen(board.house.database.engine, "before_cursor_execute", count)
        member.get(HOME)
        event.remove(board.house.database.engine, "before_cursor_execute", count)
        counts.append(len(asked))
        stage_id = board.house.stage(board.season, "declare").id
        for key in ("casting", "rolling") if len(counts) == 1 else ():
            entry = board.entry(key)
            told = {"reason": "骨干调离", "version": entry.version, "actor": board.secretaries[key]}
            board.house.act(withdraw, stage_id, entry.id, **told)
    assert counts[0] == counts[1]


def test_the_organiser_reads_what_the_committee_asked_for_beside_what_was_changed(
    board: Board, browser: Callable[[object], Visitor]
) -> None:
    board.comment("smelting", "请补充理由", "why")
    board.rule("return:smelting", "整体不够具体")
    board.house.clock.wait(hours=1)
    entry = board.entry("smelting")
    board.hand_in(entry, {**entry.answers, "why": "吨矿能耗高"})
    page = plain(browser(board.organiser).get("/s/test-2026/declare/submission/desk/smelting").text)
    asked = "Changed since revision 1 Asked for: 整体不够具体 Why : 请补充理由 Why Before No answer. Now 吨矿能耗高"
    assert asked in page


def test_a_merger_in_a_browser_gives_the_branch_that_joins_a_share(
    board: Board, browser: Callable[[object], Visitor]
) -> None:
    desk = browser(board.organiser)
    desk.get(ENTRY)
    sent = {"subject": "merge", "into": "refining", "reason": "内容相近", "vote.ayes": "4", "version": board.version}
    refused = desk.send(ENTRY + "/rule", **sent, **{"share.1": "120"})
    assert "A share is a number from 0 to 100." in plain(refused.text) and 'value="120"' in refused.text
    told = plain(desk.send(ENTRY + "/rule", **sent, **{"share.1": "30"}).text)
    assert (
        "merged into another → refining project (shares of the award fund for those who join: Smelting plant 30%)"
        in told
    )
    assert board.partners("refining") == {"smelting": "30"}


def test_what_others_were_merged_into_is_withdrawn_with_a_reason_that_the_committee_reads(
    board: Board, browser: Callable[[object], Visitor]
) -> None:
    board.rule("merge:smelting>refining", "内容相近", shares=("10",))
    board.rule("approve:smelting")
    path, branch = "/s/test-2026/declare/submission/entry/smelting", browser(board.secretaries["smelting"])
    warned = "Entries were merged into this one and end with it. Who came with them: 精炼分厂党支部."
    assert warned in plain(branch.get(path).text)
    version = str(board.entry("smelting").version)
    blank = branch.post(f"{path}/withdraw", version=version, reason=" ")
    assert (blank.status_code, board.entry("smelting").state) == (422, "accepted")
    stale = branch.post(f"{path}/withdraw", version="1", reason="骨干调离，<无法>完成")
    assert stale.status_code == 409 and "骨干调离，&lt;无法&gt;完成</textarea>" in stale.text
    assert branch.post(f"{path}/withdraw", version=version, reason="骨干调离，<无法>完成").status_code == 302
    told = "骨干调离，&lt;无法&gt;完成"
    pages = [(board.members[0], ENTRY), (board.organiser, ENTRY), (branch, path)]
    pages.append((board.organiser, "/s/test-2026/declare/submission/desk/smelting"))
    found = [who if isinstance(who, Visitor) else browser(who) for who, _ in pages]
    assert [told in visitor.get(at).text for visitor, (_, at) in zip(found, pages, strict=True)] == [True] * 4


def test_a_motion_typed_while_a_member_steps_back_comes_back_with_the_state_of_now(
    board: Board, browser: Callable[[object], Visitor]
) -> None:
    desk = browser(board.organiser)
    desk.get(ENTRY)
    sent = {"subject": "return", "vote.ayes": "3", "reason": "请补充指标来源", "version": board.version}
    board.house.act(meeting.recuse, board.stage.id, "smelting", actor=board.members[3])
    answer = desk.post(ENTRY + "/rule", **sent)
    assert answer.status_code == 409
    assert ">请补充指标来源</textarea>" in answer.text
    assert re.search(r'name="vote\.ayes" value="3"', answer.text)
    assert re.search(r'value="return"[^>]* checked', answer.text)
    assert re.findall(r'id="version-rule"[^>]*value="(\d+)"', answer.text) == [str(board.version)]
    assert "recused: 1" in plain(answer.text)


def test_a_branch_reads_where_its_application_went_and_where_that_is_now(
    board: Board, browser: Callable[[object], Visitor]
) -> None:
    board.rule("merge:smelting>refining", "内容相近", shares=("10",))
    branch = browser(board.secretaries["refining"])
    home = "/s/test-2026/declare/submission/"
    pages = (home, f"{home}entry/refining")
    told = "Merged into “smelting project” of Smelting plant."
    assert [told in plain(branch.get(path).text) for path in pages] == [True, True]
    board.rule("approve:smelting")
    at = board.house.stage(board.season, board.entry("smelting").position.partition(".")[0])
    assert at.key == "follow"
    assert [f"{told} It is now at “" in plain(branch.get(path).text) for path in pages] == [True, True]
