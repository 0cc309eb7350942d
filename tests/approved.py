"""Four applications before a committee of four, at its first sitting; each with two indicators."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from evalflow.access import Actor, Role
from evalflow.meetings import commands as meeting
from evalflow.meetings import queries as meetings
from evalflow.meetings.commands import Division
from evalflow.people.models import Branch
from evalflow.seasons import plans
from evalflow.seasons import queries as seasons
from evalflow.seasons.models import Entry, Season, StageRow
from evalflow.stages.approval import commands, queries, ruling
from evalflow.stages.approval.models import ProposalState
from evalflow.stages.approval.ruling import Target
from evalflow.stages.submission import commands as submission
from evalflow.stages.submission import confirming, reviewing
from tests.builders import House

BRANCHES = ("smelting", "refining", "casting", "rolling")
RULES = """
format = 1
key = "small"
title = { zh = "先锋工程", en = "Projects" }
moves = "apart"
entry = { noun = { zh = "工程", en = "project" } }

[[stage]]
key = "declare"
kind = "submission"
title = { zh = "申报", en = "Application" }
opens = "start"
closes = "start + 20 days"
field = [
  { key = "name", type = "text", label = { zh = "名称", en = "Name" }, required = true, role = "title" },
  { key = "why", type = "long_text", label = { zh = "理由", en = "Why" } },
  { key = "partners", type = "partners", label = { zh = "参与", en = "Taking part" } },
  { key = "plan", type = "indicators", label = { zh = "指标", en = "Indicators" }, required = true },
]

[[stage]]
key = "committee"
kind = "approval"
title = { zh = "党委把关", en = "Approval" }
opens = "start"
closes = "start + 300 days"
reopen = true
quorum = { present = "2/3", ayes = "1/2 of entitled" }

[[stage]]
key = "follow"
kind = "tracking"
title = { zh = "跟踪", en = "Tracking" }
opens = "start"
closes = "start + 310 days"
"""


def row(name: str, better: str, baseline: str, work: str, stretch: str, weight: str) -> dict[str, str]:
    numbers = {"baseline": baseline, "work": work, "stretch": stretch, "weight": weight}
    return {"name": name, "unit": "%", "better": better, **numbers, "source": "laboratory", "every": "month"}


PLAN = [row("recovery", "more", "90", "95", "97", "60"), row("losses", "less", "10", "8", "7", "40")]


@dataclass
class Board:
    """The committee; members in the order of their offices, secretaries by branch. sits_on: the stage."""

    house: House
    season: Season
    organiser: Actor
    members: list[Actor] = field(default_factory=list)
    secretaries: dict[str, Actor] = field(default_factory=dict)
    sits_on: str = "committee"

    @property
    def stage(self) -> StageRow:
        return self.house.stage(self.season, self.sits_on)

    @property
    def version(self) -> int:
        return int(self.house.ask(meetings.meeting, self.stage.id).version)

    def entry(self, key: str) -> Entry:
        found: Entry = self.house.ask(seasons.entry_by_key, self.season.id, key)
        return found

    def attend(self, *absent: Actor) -> None:
        present = frozenset(one.person_id or 0 for one in self.members if one not in absent)
        self.keep(meeting.take_attendance, present, venue="会议室")

    def rule(
        self,
        about: str,
        reason: str = "",
        *targets: Target,
        shares: tuple[str, ...] = (),
        ayes: int | None = None,
        noes: int = 0,
    ) -> str:
        """One motion; everybody who may says aye unless said otherwise."""
        base = self.house.ask(meetings.base_of, self.stage, about)
        division = Division(about, base.present - noes if ayes is None else ayes, noes, 0)
        return str(self.keep(ruling.rule, division, reason=reason, targets=targets, shares=shares).result)

    def comment(self, entry: str, text: str, field: str = "", *, member: int = 0) -> None:
        self.house.act(commands.comment, self.stage.id, entry, field, text, actor=self.members[member])

    def propose(self, entry: str, indicator: int, work: str, stretch: str, reason: str = "还可再高") -> int:
        wanted = {"indicator": indicator, "work": work, "stretch": stretch, "reason": reason}
        return int(self.house.act(commands.propose, self.stage.id, entry, **wanted, actor=self.organiser).id)

    def answer(self, proposal: int, state: ProposalState, *, by: Actor) -> None:
        self.house.act(commands.answer, self.stage.id, proposal, state, actor=by)

    def keep(self, command: Callable[..., Any], *args: object, **named: object) -> Any:
        return self.house.act(command, self.stage.id, *args, version=self.version, actor=self.organiser, **named)

    def apply(self, branch: str, branch_id: int) -> str:
        """An application that the organiser has accepted; its key."""
        key = self.hand_in_anew(branch, branch_id)
        self.accept(key)
        return key

    def hand_in_anew(self, branch: str, branch_id: int) -> str:
        """An application that waits for the organiser; its key."""
        stage = self.house.stage(self.season, "declare")
        entry = self.house.act(submission.begin, stage.id, branch_id, actor=self.secretaries[branch])
        self.hand_in(entry, {"name": f"{entry.key} project", "plan": PLAN})
        return str(entry.key)

    def hand_in_again(self, key: str, **changed: object) -> None:
        """Amend, hand in, and have it accepted by the organiser."""
        entry = self.entry(key)
        self.hand_in(entry, {**entry.answers, **changed})
        self.accept(key)

    def amend_with_partners(self, key: str) -> None:
        """Two branches and a unit take part from now on, and all of them agree."""
        found = self.entry(key)
        others = [("refining", "", "30"), ("casting", "", "10"), ("", "研究所", "5")]
        partners = [dict(zip(("branch", "unit", "share"), other, strict=True)) for other in others]
        self.hand_in(found, {**found.answers, "partners": partners})
        stage_id = self.house.stage(self.season, "declare").id
        for branch in ("refining", "casting"):
            said = {"accepted": True, "version": self.entry(key).version}
            self.house.act(confirming.answer, stage_id, found.id, **said, actor=self.secretaries[branch])
        said = {"accepted": True, "version": self.entry(key).version, "actor": self.organiser}
        letter = confirming.Letter("院函〔2026〕3号", self.house.now.date().isoformat())
        self.house.act(confirming.record, stage_id, found.id, "研究所", letter, **said)
        self.accept(key)

    def hand_in(self, entry: Entry, told: dict[str, object], *, version: int = 0) -> None:
        """version: of the draft that is there."""
        stage, secretary = self.house.stage(self.season, "declare"), self.secretaries[entry.branch.key]
        saved = self.house.act(submission.save, stage.id, entry.id, told, version=version, page="", actor=secretary)
        self.house.act(submission.submit, stage.id, entry.id, version=saved.version, actor=secretary)

    def give_back(self, key: str) -> None:
        """The organiser returns what waits for review."""
        stage, entry = self.house.stage(self.season, "declare"), self.entry(key)
        named = {"version": entry.version, "actor": self.organiser}
        self.house.act(reviewing.return_entry, stage.id, entry.id, {"": "请补充"}, **named)

    def accept(self, key: str) -> None:
        stage, entry = self.house.stage(self.season, "declare"), self.entry(key)
        self.house.act(reviewing.accept, stage.id, entry.id, version=entry.version, actor=self.organiser)

    def states(self) -> dict[str, tuple[str, str]]:
        """{entry: (state, position)}."""
        return {one.key: (one.state, one.position) for one in self.house.ask(seasons.entries, self.season.id)}

    def partners(self, key: str) -> dict[str, str]:
        """{branch or unit: share}."""

        def found(session: Session) -> dict[str, str]:
            entry = seasons.entry_by_key(session, self.season.id, key)
            return {row["branch"] or row["unit"]: row["share"] for row in plans.partners(entry)}

        return dict(self.house.ask(found))

    def waiting(self) -> list[str]:
        return sorted(one.key for one in self.house.ask(queries.waiting, self.stage))


def convened(house: House, rules: str = RULES) -> Board:
    """Nobody has come yet."""
    season = house.season(rules, starts_on=house.now.date())
    with house.database.writing() as session:
        added = [Branch(key=key, name_zh=f"{key}党支部") for key in BRANCHES[2:]]
        session.add_all(added)
        session.flush()
        ids = {"smelting": house.smelting, "refining": house.refining, **{one.key: one.id for one in added}}
    board = Board(house, season, house.actor("organiser", Role.ORGANISER))
    board.members = [house.actor(f"committee{number}", Role.COMMITTEE_MEMBER) for number in range(1, 5)]
    house.open(season, "declare")
    for key, branch_id in ids.items():
        board.secretaries[key] = house.actor(f"{key}-secretary", Role.BRANCH_SECRETARY, branch_id=branch_id)
        board.apply(key, branch_id)
    house.open(season, "committee")
    house.open(season, "follow")
    return board
