"""The acts that may meet over the same rows, world by world. All acts of one world are raced against each other."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from evalflow.access import VISITOR, Role
from evalflow.audit import ledger
from evalflow.engine import commands as steering
from evalflow.engine import reminders
from evalflow.meetings import commands as meeting
from evalflow.meetings.commands import Division
from evalflow.people import accounts
from evalflow.reminding import commands as reminding
from evalflow.seasons import queries as seasons
from evalflow.seasons.models import StageRow
from evalflow.seasons.tasks import Task
from evalflow.stages.approval import commands as approving
from evalflow.stages.approval import ruling
from evalflow.stages.approval.models import ProposalState
from evalflow.stages.approval.ruling import Target
from evalflow.stages.decision import commands as deciding
from evalflow.stages.decision.commands import Line
from evalflow.stages.inspection import commands as stating
from evalflow.stages.inspection import inspecting
from evalflow.stages.inspection.commands import Stated
from evalflow.stages.inspection.inspecting import Finding
from evalflow.stages.notice import commands as objecting
from evalflow.stages.notice.models import ObjectionState
from evalflow.stages.scoring import commands as scoring
from evalflow.stages.submission import commands as declaring
from evalflow.stages.submission import reviewing
from evalflow.stages.tracking import commands as reporting
from evalflow.stages.tracking import supervising
from evalflow.stages.tracking.commands import Said
from tests.approved import convened as board_of
from tests.builders import NOW, ORGANISER, House
from tests.decided import decided
from tests.declared import PLAN, PROJECT, SUBMISSION, YEAR, declared, secretaries
from tests.engine.racing import Act, Acts, TimePasses
from tests.met import convened
from tests.scored import GOOD, SCORING, Scoring

CODE = "0123456789abcdef" * 2
STATED = Stated({1: "96.5", 2: "8"}, "已完成", {"accident": "no"})
FORM = PROJECT.replace('  { key = "others", type = "partners", label = { zh = "参与", en = "Partners" } },', "")
YEAR_END = """
[[stage]]
key = "progress"
kind = "tracking"
title = { zh = "跟踪推进", en = "Tracking" }
closes = "opening + 30 days"

[[stage]]
key = "year_end"
kind = "inspection"
title = { zh = "年终考核", en = "Year-end assessment" }
closes = "opening + 10 days"
flag = [{ key = "accident", label = { zh = "安全事故", en = "Accident" } }]
"""
NOTICE = """
[[stage]]
key = "notice"
kind = "notice"
title = { zh = "公示", en = "Public notice" }
closes = "opening + 5 working days"
"""


def act(command: Callable[..., Any], *args: Any, **named: Any) -> Act:
    """One command in one transaction."""
    return lambda house, _signer: house.act(command, *args, **named)


def steered(stage: StageRow) -> Acts:
    """What the desk and time do to any open stage."""
    later = {"closes_at": (stage.closes_at or NOW) + timedelta(days=30), "reason": "later"}
    hand = {"actor": ORGANISER}
    return {
        "close": act(steering.close_stage, stage.id, note="done", despite=True, **hand),
        "move the closing": act(steering.reschedule_stage, stage.id, **later, **hand),
        "cancel": act(steering.cancel_season, stage.id, reason="test", **hand),
        "tick": TimePasses(stage.closes_at),
    }


def declaring_world(house: House) -> Acts:
    """A draft that is filled in, and another branch's entry that waits for the organiser."""
    by = secretaries(house)
    member = house.person("member", Role.MEMBER)
    season = house.season(SUBMISSION.replace('review = "none"', 'review = "organiser"'), starts_on=house.now.date())
    stage = house.open(season, "declare")
    entries, versions = {}, {}
    for key, branch in (("smelting", house.smelting), ("refining", house.refining)):
        entries[key] = house.act(declaring.begin, stage.id, branch, actor=by[key]).id
        told = {"page": "test", "actor": by[key], "version": 0}
        versions[key] = house.act(declaring.save, stage.id, entries[key], {"name": key}, **told).version
    house.act(declaring.submit, stage.id, entries["refining"], version=versions["refining"], actor=by["refining"])
    seen = house.ask(seasons.entry_by_key, season.id, "refining").version
    mine, theirs = (stage.id, entries["smelting"]), (stage.id, entries["refining"])
    own, hand = {"actor": by["smelting"], "version": versions["smelting"]}, {"actor": ORGANISER}
    late = {by["smelting"].person_id: [Task("Declare", "submission.home", stage)]}
    return {
        "save the draft": act(declaring.save, *mine, {"name": "again"}, page="other", **own),
        "hand in": act(declaring.submit, *mine, **own),
        "withdraw": act(declaring.withdraw, *theirs, version=seen, actor=by["refining"]),
        "accept": act(reviewing.accept, *theirs, version=seen, **hand),
        "return": act(reviewing.return_entry, *theirs, {"": "more"}, version=seen, **hand),
        "reject": act(reviewing.reject, *theirs, "no", version=seen, **hand),
        "nudge": act(reminding.nudge, stage.id, late, **hand),
        "seal": lambda house, signer: house.act(ledger.seal, signer),
        "remind": lambda house, _signer: reminders.make(house.database, now=house.now),
        "close an account": act(accounts.deactivate, member, actor=house.administrator),
        **steered(stage),
    }


def scoring_world(house: House) -> Acts:
    """Smelting's sheet is filled in, refining's is handed in."""
    by = secretaries(house)
    season = declared(house, SCORING, by=by)
    stage = house.open(season, "score")
    found = Scoring(house, season, by)
    for rater in by:
        found.save(rater, GOOD)
    found.hand_in("refining")
    own = {"actor": by["smelting"], "version": found.sheet("smelting").version}
    other = {"actor": by["refining"], "version": found.sheet("refining").version}
    return {
        "save the sheet": act(scoring.save, stage.id, {"smelting": {"known": "5"}}, **own),
        "hand the sheet in": act(scoring.hand_in, stage.id, although_void=False, **own),
        "step back": act(scoring.recuse, stage.id, "refining", **own),
        "take the sheet back": act(scoring.take_back, stage.id, **other),
        **steered(stage),
    }


def closed_world(house: House) -> Acts:
    """The sheets are in and closed; one mark is far from the others, and nobody has looked at it yet."""
    by = secretaries(house)
    rules = SCORING.replace('closes = "opening', 'reopen = true\nrecheck = { beyond = 15 }\ncloses = "opening')
    season = declared(house, rules, by=by)
    house.open(season, "score")
    found = Scoring(house, season, by)
    slip = {"smelting": {"known": "9.5", "works": "9"}, "refining": {"known": "7", "works": "60"}}
    for rater, points in (("smelting", GOOD), ("refining", slip)):
        found.save(rater, points)
        found.hand_in(rater)
    stage = house.close(season, "score")
    again = {"closes_at": house.now + timedelta(days=3), "reason": "again"}
    return {
        "confirm the marks": act(scoring.confirm_marks, stage.id, actor=ORGANISER),
        "settle": act(steering.settle_stage, stage.id, actor=ORGANISER),
        "reopen": act(steering.reopen_stage, stage.id, **again, actor=ORGANISER),
        "cancel": act(steering.cancel_season, stage.id, reason="test", actor=ORGANISER),
        "tick": TimePasses(stage.closes_at),
    }


def meeting_world(house: House) -> Acts:
    """The committee has come; nothing was put to the vote yet."""
    met = convened(house)
    met.attend()
    stage, version = met.stage, met.version
    keeps = {"version": version, "actor": met.organiser}
    there = frozenset(one.person_id or 0 for one in met.members[1:])
    return {
        "take attendance": act(meeting.take_attendance, stage.id, there, venue="hall", **keeps),
        "call another sitting": act(meeting.convene, stage.id, **keeps),
        "step back": act(meeting.recuse, stage.id, "smelting", actor=met.members[1]),
        "step back, another member": act(meeting.recuse, stage.id, "smelting", actor=met.members[2]),
        "put a motion": act(deciding.divide, stage.id, [Division("award:smelting", 3, 0, 0)], **keeps),
        **steered(stage),
    }


def decision_world(house: House) -> Acts:
    """Three awards are carried; the decision is to be taken down."""
    met = convened(house)
    met.attend(met.members[3])
    met.divide("tie:rolling>casting", 3)
    met.award("smelting", "refining", "rolling")
    stage, keeps = met.stage, {"version": met.version, "actor": met.organiser}
    lines = [Line("smelting", 1), Line("refining", 2), Line("rolling", 3)]
    return {
        "decide": act(deciding.decide, stage.id, lines, **keeps),
        "decide otherwise": act(
            deciding.decide, stage.id, [*lines[:2], Line("rolling", None, "late")], leaves_empty=True, **keeps
        ),
        "put a motion": act(deciding.divide, stage.id, [Division("award:casting", 3, 0, 0)], **keeps),
        "step back": act(meeting.recuse, stage.id, "drawing", actor=met.members[1]),
        **steered(stage),
    }


def approval_world(house: House) -> Acts:
    """A proposal waits for smelting's answer, another application for the committee's word."""
    board = board_of(house)
    board.attend()
    stage, proposal = board.stage, board.propose("smelting", 1, "95.5", "98")
    keeps, own = {"version": board.version, "actor": board.organiser}, {"actor": board.secretaries["smelting"]}
    wanted = {"indicator": 1, "work": "96", "stretch": "98", "reason": "more"}
    entry = board.entry("refining")
    out = {"reason": "over", "version": entry.version, "actor": board.secretaries["refining"]}
    declared_at = house.stage(board.season, "declare").id
    sent = {"reason": "more", "version": board.version, "actor": board.organiser}
    return {
        "comment": act(approving.comment, stage.id, "smelting", "why", "good", actor=board.members[0]),
        "accept the proposal": act(approving.answer, stage.id, proposal, ProposalState.ACCEPTED, **own),
        "decline the proposal": act(approving.answer, stage.id, proposal, ProposalState.DECLINED, **own),
        "take the proposal back": act(
            approving.answer, stage.id, proposal, ProposalState.LAPSED, actor=board.organiser
        ),
        "propose": act(approving.propose, stage.id, "refining", **wanted, actor=board.organiser),
        "approve": act(ruling.rule, stage.id, Division("approve:refining", 4, 0, 0), **keeps),
        "reject": act(ruling.rule, stage.id, Division("reject:refining", 4, 0, 0), **sent),
        "withdraw": act(declaring.withdraw, declared_at, entry.id, **out),
        "step back": act(meeting.recuse, stage.id, "refining", actor=board.members[1]),
        **steered(stage),
    }


def targets_world(house: House) -> Acts:
    """An application is approved; its targets may change, and its branch reports."""
    board = board_of(house)
    board.attend()
    board.rule("approve:smelting")
    stage, follow = board.stage, house.stage(board.season, "follow")
    keeps = {"version": board.version, "actor": board.organiser, "reason": "ore", "targets": [Target(1, "94", "97")]}
    own = {"actor": board.secretaries["smelting"]}
    due = house.now.date() + timedelta(days=30)
    return {
        "change a target": act(ruling.rule, stage.id, Division("targets:smelting", 4, 0, 0), **keeps),
        "report": act(reporting.report, follow.id, "smelting", Said("on", figures={1: "91"}), number=1, **own),
        "order": act(supervising.give, follow.id, "smelting", "do", due=due, number=1, actor=board.organiser),
        "settle the admission": act(
            steering.close_stage, house.stage(board.season, "declare").id, note="x", despite=True, actor=ORGANISER
        ),
        **steered(follow),
    }


def tracking_world(house: House) -> Acts:
    """A report is filed, an order is answered, another one is open."""
    by, keeper = secretaries(house), house.actor("organiser", Role.ORGANISER)
    season = declared(house, YEAR, by=by, answers=PLAN, form=PROJECT)
    stage, own, hand = house.open(season, "progress"), {"actor": by["smelting"]}, {"actor": keeper}
    place, today = (stage.id, "smelting"), house.now.date()
    house.act(reporting.report, *place, Said("on", figures={1: "91"}), number=1, **own)
    for number in (1, 2):
        house.act(supervising.give, *place, "do", due=today + timedelta(days=9), number=number, **hand)
    house.act(supervising.answer, *place, 1, "done", **own)
    mended = Said("mended", figures={1: "92"}, corrects=1)
    return {
        "report": act(reporting.report, *place, Said("on", figures={1: "93"}), number=2, **own),
        "correct": act(reporting.report, *place, mended, number=2, **own),
        "order": act(supervising.give, *place, "more", due=today + timedelta(days=9), number=3, **hand),
        "answer an order": act(supervising.answer, *place, 2, "done", **own),
        "close an order": act(supervising.close, *place, 2, "enough", **hand),
        "plan the month": act(supervising.plan, *place, today.replace(day=1), "plan", **own),
        **steered(stage),
    }


def inspection_world(house: House) -> Acts:
    """Smelting's assessment is handed in, refining's is a draft."""
    by, keeper = secretaries(house), house.actor("organiser", Role.ORGANISER)
    season = declared(house, YEAR_END, by=by, answers={"plan": PLAN["plan"]}, form=FORM)
    for step in (house.open, house.close, house.settle):
        step(season, "progress")
    stage = house.open(season, "year_end")
    versions = {}
    for key in by:
        saved = house.act(stating.save, stage.id, key, STATED, version=0, actor=by[key])
        versions[key] = saved.version
    given = house.act(stating.hand_in, stage.id, "smelting", version=versions["smelting"], actor=by["smelting"])
    own = {"version": given.version, "actor": by["smelting"]}
    other = {"version": versions["refining"], "actor": by["refining"]}
    found = {"flags": {"accident": Finding("no")}, "version": given.version, "actor": keeper}
    figures = {1: Finding("96"), 2: Finding("8")}
    figures[1] = Finding("96", "measured")
    return {
        "save": act(stating.save, stage.id, "refining", STATED, **other),
        "hand in": act(stating.hand_in, stage.id, "refining", **other),
        "take back": act(stating.take_back, stage.id, "smelting", **own),
        "inspect": act(inspecting.inspect, stage.id, "smelting", figures, **found),
        **steered(stage),
    }


def notice_world(house: House) -> Acts:
    """Names are on notice, and somebody has objected to one."""
    season = decided(house, NOTICE, by=secretaries(house))
    stage = house.open(season, "notice")
    words = {"name": "工会", "contact": "0798-1234567", "text": "数据与本车间台账不一致，请核实。", "actor": VISITOR}
    house.act(objecting.object_to, stage.id, entry_key="refining", code=CODE, **words)
    said = {"text": "checked", "actor": ORGANISER}
    again = {**words, "entry_key": "smelting", "code": CODE[::-1]}
    return {
        "object": act(objecting.object_to, stage.id, **again),
        "reject": act(objecting.answer, stage.id, 1, state=ObjectionState.REJECTED, **said),
        "uphold": act(objecting.answer, stage.id, 1, state=ObjectionState.UPHELD, **said),
        "withdraw": act(objecting.withdraw, stage.id, CODE, actor=VISITOR),
        "erase": act(objecting.erase, stage.id, 1, actor=ORGANISER),
        **steered(stage),
    }
