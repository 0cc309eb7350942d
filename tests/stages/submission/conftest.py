"""A season in its declaration, two branch secretaries and an organiser."""

import io
from dataclasses import dataclass
from typing import Any

import pytest
from PIL import Image
from sqlalchemy.orm import Session

from evalflow.access import Actor, Role
from evalflow.files.content import Cleaned, cleaned_image
from evalflow.seasons.models import Entry, Season, StageRow
from evalflow.stages.submission import commands, queries, reviewing
from evalflow.stages.submission.commands import Saved
from evalflow.stages.submission.models import Draft
from evalflow.workflow.fields import Answers
from tests.builders import House

WORKFLOW = """
format = 1
key = "brands"
title = { zh = "品牌评选", en = "Brands" }
moves = "together"
[entry]
noun = { zh = "品牌", en = "brand" }
[[stage]]
key = "declaration"
kind = "submission"
title = { zh = "申报", en = "Declaration" }
opens = "start"
closes = "start + 20 days 18:00"
reopen = true
field = [
  { key = "title", type = "text", role = "title", required = true, max_chars = 20, label = { zh = "名称" } },
  { key = "measures", type = "long_text", required = true, max_chars = 100, label = { zh = "措施", en = "Measures" } },
  { key = "members", type = "number", min = 1, max = 500, label = { zh = "人数", en = "Members" } },
  { key = "begun", type = "date", label = { zh = "创建时间", en = "Begun on" } },
  { key = "site", type = "link", label = { zh = "链接", en = "Link" } },
  { key = "sort", type = "choice", label = { zh = "类别", en = "Field" }, choice = [
    { key = "safety", label = { zh = "安全", en = "Safety" } } ] },
  { key = "cover", type = "image", role = "picture", max_files = 1, label = { zh = "封面", en = "Cover" } },
  { key = "papers", type = "file", max_files = 2, label = { zh = "材料", en = "Documents" } },
]
[[stage]]
key = "gallery"
kind = "promotion"
title = { zh = "展示", en = "Gallery" }
show = ["title", "cover"]
"""
GOOD: Answers = {"title": "铜花飞扬", "measures": "设立党员攻关小组"}


def photo() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (800, 600), "darkred").save(out, "JPEG")
    return out.getvalue()


def picture(name: str = "cover.jpg") -> Cleaned:
    return cleaned_image(name, photo())


@dataclass(frozen=True)
class Desk:
    """Both sides of a declaration. `stage` is the row as it was at the opening: read its id only."""

    house: House
    season: Season
    stage: StageRow
    secretary: Actor
    other: Actor
    organiser: Actor

    def begin(self, *, actor: Actor | None = None) -> Entry:
        who = actor or self.secretary
        found: Entry = self.house.act(commands.begin, self.stage.id, who.branch_id, actor=who)
        return found

    def save(self, entry: Entry, answers: Answers = GOOD, **named: Any) -> Saved:
        """From a page that shows the draft as it is now."""
        draft = self.draft(entry)
        sent = {"version": draft.version if draft else 0, "page": "", "actor": self.secretary, **named}
        found: Saved = self.house.act(commands.save, self.stage.id, entry.id, answers, **sent)
        return found

    def submit(self, entry: Entry, answers: Answers = GOOD, *, actor: Actor | None = None) -> None:
        who = actor or self.secretary
        saved = self.save(entry, answers, actor=who)
        self.house.act(commands.submit, self.stage.id, entry.id, version=saved.version, actor=who)

    def submitted(self, *, actor: Actor | None = None) -> Entry:
        """An entry that waits for the organiser."""
        entry = self.begin(actor=actor)
        self.submit(entry, actor=actor)
        return self.now(entry)

    def review(self, verb: str, entry: Entry, *said: Any, **named: Any) -> None:
        """accept, return_entry or reject, from a page that shows the entry as it is now."""
        sent = {"version": self.now(entry).version, "actor": self.organiser, **named}
        self.house.act(getattr(reviewing, verb), self.stage.id, entry.id, *said, **sent)

    def withdraw(self, entry: Entry, *, actor: Actor | None = None, reason: str = "骨干调离") -> None:
        told = {"reason": reason, "version": self.now(entry).version, "actor": actor or self.secretary}
        self.house.act(commands.withdraw, self.stage.id, entry.id, **told)

    def now(self, entry: Entry) -> Entry:
        found: Entry = self.house.ask(queries.entry_of, entry.id)
        return found

    def draft(self, entry: Entry) -> Draft | None:
        def found(session: Session) -> Draft | None:
            return session.get(Draft, entry.id)

        draft: Draft | None = self.house.ask(found)
        return draft

    def log(self, name: str) -> list[tuple[str, Any, Any]]:
        """(office, public, personal) of this kind's events of a name."""
        return [event[1:] for event in self.house.log(f"submission.{name}")]


@pytest.fixture
def desk(house: House) -> Desk:
    season = house.season(WORKFLOW)
    stage = house.open(season, "declaration")
    return Desk(
        house,
        season,
        stage,
        secretary=house.actor("smelting-secretary", Role.BRANCH_SECRETARY, branch_id=house.smelting),
        other=house.actor("refining-secretary", Role.BRANCH_SECRETARY, branch_id=house.refining),
        organiser=house.actor("organiser", Role.ORGANISER),
    )
