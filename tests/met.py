"""A committee that meets on five entries after an open vote: 4, 3, 2, 2 and 1 votes for three seats.

So smelting and refining are in, casting and rolling tie for the last seat, and drawing is out.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from evalflow.access import Actor, Role
from evalflow.meetings import commands as meeting
from evalflow.meetings import queries
from evalflow.meetings.commands import Division
from evalflow.people.models import Branch
from evalflow.seasons.models import Season, StageRow
from evalflow.stages.ballot import casting
from evalflow.stages.ballot.papers import paper_of
from evalflow.stages.decision import commands as decision
from evalflow.stages.decision import queries as decisions
from evalflow.stages.decision.commands import Line
from evalflow.stages.submission import commands as submission
from tests.builders import House
from tests.declared import SUBMISSION

ENTRIES = ("smelting", "refining", "casting", "rolling", "drawing")
SHEETS = (ENTRIES, ENTRIES[:4], ENTRIES[:2], ENTRIES[:1])
VOTE = """
[[stage]]
key = "vote"
kind = "ballot"
title = { zh = "职工投票", en = "Vote" }
closes = "opening + 2 days"
method = "approval"
secrecy = "named"
choose = { min = 1, max = 5 }
"""
MEETING = """
[[stage]]
key = "decide"
kind = "decision"
title = { zh = "研究决定", en = "Decision" }
closes = "opening + 1 day"
reopen = true
seats = 3
quorum = { present = "2/3", ayes = "1/2 of entitled" }
tie_break = ["vote", "motion"]
component = [{ from = "vote", as = "share_of_maximum", weight = 100 }]
"""


@dataclass
class Met:
    """The meeting of a season; members are its committee, in the order of their offices."""

    house: House
    season: Season
    organiser: Actor
    members: list[Actor] = field(default_factory=list)

    @property
    def stage(self) -> StageRow:
        return self.house.stage(self.season, "decide")

    @property
    def version(self) -> int:
        return int(self.house.ask(queries.meeting, self.stage.id).version)

    def attend(self, *absent: Actor) -> None:
        """All but some come."""
        present = frozenset(one.person_id or 0 for one in self.members if one not in absent)
        self.keep(meeting.take_attendance, present, venue="第一会议室")

    def sit_again(self) -> None:
        """Call another sitting."""
        self.keep(meeting.convene)

    def recuse(self, member: Actor, entry: str) -> None:
        self.house.act(meeting.recuse, self.stage.id, entry, actor=member)

    def divide(self, about: str, ayes: int, noes: int = 0, abstentions: int = 0) -> str:
        """Put one motion to the vote; its result."""
        [motion] = self.keep(decision.divide, [Division(about, ayes, noes, abstentions)])
        return str(motion.result)

    def award(self, *entries: str) -> None:
        """Everybody who may says aye to each."""
        for entry in entries:
            about = f"award:{entry}"
            base = self.house.ask(queries.base_of, self.stage, about)
            assert self.divide(about, base.present) == "carried"

    def decide(self, *lines: str, leaves_empty: bool = False) -> None:
        """Lines as "ENTRY,PLACE,REASON"; no place: passed over."""
        split = [line.split(",") for line in lines]
        told = [Line(entry, int(place) if place else None, reason) for entry, place, reason in split]
        self.keep(decision.decide, told, leaves_empty=leaves_empty)

    def decided(self) -> list[tuple[str, int | None, str]]:
        return [(one.entry.key, one.place, one.reason) for one in self.house.ask(decisions.decided, self.stage.id)]

    def end(self) -> Season:
        """Close and settle."""
        self.house.close(self.season, "decide")
        self.house.settle(self.season, "decide")
        return self.season

    def keep(self, command: Callable[..., Any], *args: object, **named: object) -> Any:
        """An act of the organiser's on the meeting as it is now."""
        return self.house.act(command, self.stage.id, *args, version=self.version, actor=self.organiser, **named)


def convened(house: House, after: str = "", *, meeting_rules: str = MEETING, committee: int = 4) -> Met:
    """The decision is open, nobody has come yet. after: stages that follow, in TOML."""
    members = [house.actor(f"committee{number}", Role.COMMITTEE_MEMBER) for number in range(1, committee + 1)]
    season = voted(house, meeting_rules + after)
    house.open(season, "decide")
    return Met(house, season, house.actor("organiser", Role.ORGANISER), members)


def voted(house: House, after: str) -> Season:
    """Five entries, declared and voted on; the stage after the vote waits."""
    season = house.season(SUBMISSION + VOTE + after, starts_on=house.now.date())
    voters = [house.actor(f"voter{number}", Role.MEMBER) for number in range(1, len(SHEETS) + 1)]
    stage = house.open(season, "declare")
    for key, branch_id in _branches(house).items():
        _declare(house, stage, key, branch_id)
    for step in (house.close, house.settle):
        step(season, "declare")
    stage = house.open(season, "vote")
    for voter, sheet in zip(voters, SHEETS, strict=True):
        _vote(house, stage, voter, frozenset(sheet))
    for step in (house.close, house.settle):
        step(season, "vote")
    return season


def _branches(house: House) -> dict[str, int]:
    with house.database.writing() as session:
        added = [Branch(key=key, name_zh=f"{key}党支部") for key in ENTRIES[2:]]
        session.add_all(added)
        session.flush()
        return {"smelting": house.smelting, "refining": house.refining, **{one.key: one.id for one in added}}


def _declare(house: House, stage: StageRow, key: str, branch_id: int) -> None:
    secretary = house.actor(f"{key}-secretary", Role.BRANCH_SECRETARY, branch_id=branch_id)
    entry = house.act(submission.begin, stage.id, branch_id, actor=secretary)
    told = {"name": f"{key} brand"}
    saved = house.act(submission.save, stage.id, entry.id, told, version=0, page="test", actor=secretary)
    house.act(submission.submit, stage.id, entry.id, version=saved.version, actor=secretary)


def _vote(house: House, stage: StageRow, member: Actor, chosen: frozenset[str]) -> None:
    with house.database.writing() as session:
        paper = paper_of(session, stage.id)
        attempt = f"{member.person_id:032x}"
        casting.cast(session, paper, chosen, attempt=attempt, actor=member, clock=house.clock)
