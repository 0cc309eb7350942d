"""A sealed vote on two entries: five members, three tellers of whom two are needed."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select

from evalflow.access import Actor, Role
from evalflow.seasons.models import Season, StageRow
from evalflow.stages.ballot import casting, envelopes, tellers
from evalflow.stages.ballot.models import Ballot, Mark
from evalflow.stages.ballot.papers import paper_of
from tests.builders import House
from tests.declared import SUBMISSION, declared, secretaries

VOTE = """
[[stage]]
key = "vote"
kind = "ballot"
title = { zh = "投票", en = "Vote" }
closes = "opening + 2 days"
method = "approval"
choose = { min = 1, max = 2 }
small_branch = 3
"""
PASSPHRASE = "鞍钢 copper tin 2026"
MEMBERS, TELLERS = 5, 3


@dataclass(frozen=True)
class Vote:
    """The season's vote with everybody who has a part in it."""

    house: House
    season: Season
    members: tuple[Actor, ...]
    tellers: tuple[Actor, ...]

    @property
    def stage(self) -> StageRow:
        return self.house.stage(self.season, "vote")

    def cast(self, member: Actor, *chosen: str, attempt: str = "", **marks: int) -> str:
        """A vote, by names or by marks; the receipt. attempt: "" is a new form."""
        tried = attempt or f"{len(self.house.log()):032x}"
        with self.house.database.writing() as session:
            paper = paper_of(session, self.stage.id, self.stage.opened_at)
            clock = self.house.clock
            return casting.cast(session, paper, marks or frozenset(chosen), attempt=tried, actor=member, clock=clock)

    def keep_keys(self) -> None:
        for teller in self.tellers:
            self.keep_key(teller)

    def keep_key(self, teller: Actor, passphrase: str = PASSPHRASE) -> None:
        tellers.keep_key(self.house.database, self.stage.id, passphrase, actor=teller, clock=self.house.clock)

    def hand_in(self, teller: Actor, passphrase: str = PASSPHRASE) -> bool:
        return tellers.hand_in(self.house.database, self.stage.id, passphrase, actor=teller, clock=self.house.clock)

    def envelopes(self) -> list[Row[Any]]:
        """What is in the box before the count, by voter."""
        box = envelopes.table_of(self.stage.id)
        return self.house.ask(lambda session: session.execute(select(box).order_by(box.c.person_id)).all())

    def marks(self) -> list[Mark]:
        """Who has voted, as the count wrote it down."""
        return self.house.ask(lambda session: session.query(Mark).order_by(Mark.person_id).all())

    def ballots(self) -> list[Ballot]:
        return self.house.ask(lambda session: session.query(Ballot).order_by(Ballot.id).all())


def vote_of(house: House, toml: str = VOTE, *, more: int = 0) -> Vote:
    """more: entries beside the two."""
    form = SUBMISSION.replace("entry = {", "entry = { per_owner = 100,")
    season = declared(house, toml, by=secretaries(house), form=form if more else SUBMISSION, more=more)
    branches = [house.smelting] * 3 + [house.refining] * (MEMBERS - 3)
    members = [house.actor(f"member-{n}", Role.MEMBER, branch_id=branch) for n, branch in enumerate(branches)]
    tellers = [house.actor(f"teller-{n}", Role.TELLER) for n in range(TELLERS)]
    return Vote(house, season, tuple(members), tuple(tellers))
