"""Branches and entries are called by their names, and no page shows data as a program writes it.

Keys stand in addresses and in machines' files only.

A whole season of each workflow is played, with all that goes wrong, and the pages and workbooks are read that the
organiser, the administrator and a branch can reach from their first pages.
"""

import html
import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from evalflow import zone
from evalflow.audit.signing import Signer
from evalflow.config import WORKFLOWS
from evalflow.db import Database
from evalflow.engine import organisation, rehearsal
from evalflow.kinds import KINDS
from evalflow.people.models import Branch, Person
from evalflow.seasons import incidents
from evalflow.workflow import reader
from evalflow.workflow.when import next_day
from tests.builders import Clock
from tests.visitors import Visitor

SEASON = "names"
SECRETARY = "smelting-secretary"
READERS = ("organiser", "admin", SECRETARY)
SHOWS_KEYS = {
    "/log/",  # the log as it was signed
    "/branches",  # where keys are kept, for the sheets that are brought in
}
UNSEEN = re.compile(r"<(script|style)\b.*?</\1>|<[^>]*>", re.DOTALL)
RAW = re.compile(
    r"""[{\[]\s*["']\w+["']\s*[:,\]]|\bNone\b|\b(?:datetime|Decimal|Fraction)\(|<[\w.]+ object|%\(\w+\)s"""
)
LINKS = re.compile(r'href="(/[^"#]*)')


def _play(name: str, database: Database, signer: Signer, clock: Clock) -> None:
    path = WORKFLOWS / f"{name}.toml"
    definition = reader.read(path.read_text(encoding="utf-8"), KINDS, file=path.name)
    starts_on = next_day(definition.heading.starts, date(2026, 1, 1))
    moment = zone.start_of(starts_on) - timedelta(days=7)
    with database.writing() as session:
        organisation.found(session, branches=12, members=24, now=moment)
    world = organisation.world_of(database, seed=SEASON, now=moment)
    world.incidents = incidents.everything(SEASON, seats=10)
    rehearsal.play(world, definition, key=SEASON, starts_on=starts_on, signer=signer)
    assert world.stuck == {}
    clock.moment = world.clock


def _words(answer: Any) -> str:
    """What somebody reads of a page, a table or a workbook."""
    if answer.mimetype.endswith("spreadsheetml.sheet"):
        book = zipfile.ZipFile(io.BytesIO(answer.data))
        sheets = (book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))
        return html.unescape(UNSEEN.sub("\n", "\n".join(sheets)))
    return html.unescape(UNSEEN.sub("\n", answer.text)) if answer.mimetype.startswith("text/") else ""


def _pages(visitor: Visitor, keys: re.Pattern[str], *, also: str) -> Iterator[tuple[str, str]]:
    """(address, its words) of what is reached, and of `also`; pages that differ in a key or a number only, once."""
    waiting, seen = ["/", f"/s/{SEASON}", f"/steer/{SEASON}/", "/fund", also, "/people"], set()
    while waiting:
        address = html.unescape(waiting.pop(0))
        shape = re.sub(r"\d+", "0", keys.sub("*", address))
        if shape in seen or address.startswith("/static/") or address.endswith((".pdf", ".zip")):
            continue
        seen.add(shape)
        answer = visitor.client.get(address, follow_redirects=True)
        if answer.status_code == 200:
            waiting += LINKS.findall(answer.text) if answer.mimetype == "text/html" else []
            yield address, _words(answer)
    assert len(seen) > 20


@pytest.mark.parametrize("workflow", ["brand_selection", "vanguard_project"])
def test_no_page_or_workbook_of_a_finished_season_shows_a_key_or_raw_data_in_place_of_words(
    workflow: str, app: Flask, database: Database, signer: Signer, clock: Clock
) -> None:
    _play(workflow, database, signer, clock)
    with database.reading() as session:
        known = "|".join(map(re.escape, session.scalars(select(Branch.key))))
        people = dict(session.execute(select(Person.login, Person.id)).all())
    # part of a login (smelting-secretary), an address or an account's code beside its name (2026/branch:smelting)
    key = re.compile(rf"(?<![\w/.=:-])(?:{known})(?:-2)?(?![\w/=-])")
    found = set()
    for login in READERS:
        visitor = Visitor(app).become(people[login], database)
        for address, words in _pages(visitor, re.compile(known), also=f"/people/{people[SECRETARY]}"):
            if address.partition("?")[0] not in SHOWS_KEYS and key.search(words):
                found.add(f"{login}: {address}: {key.findall(words)[0]}")
            found |= {f"{login}: {address}: {raw}" for raw in RAW.findall(words)}
    assert found == set()
