"""Every two acts that touch the same rows, at the same moment: nobody is told of a bug, and each act is logged once."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import combinations_with_replacement
from pathlib import Path
from typing import Any

import pytest

from evalflow.access import Actor, Role
from evalflow.audit import ledger
from evalflow.audit.signing import Signer
from evalflow.db import Base, Database
from evalflow.engine import commands as steering
from evalflow.engine import jobs, reminders
from evalflow.errors import Refused
from evalflow.people import accounts
from evalflow.reminding import commands as reminding
from evalflow.seasons.models import Season, StageRow
from evalflow.seasons.tasks import Task
from evalflow.stages.submission import commands as declaring
from tests.builders import ORGANISER, Clock, House, found_house
from tests.databases import fresh_postgresql, fresh_sqlite, postgresql_server
from tests.declared import SUBMISSION, secretaries

PATIENCE = 60  # seconds after which two acts have blocked each other for good


@dataclass(frozen=True)
class Meeting:
    """One season with an entry that is filled in, and everybody whose acts may meet over it."""

    house: House
    season: Season
    stage: StageRow
    entry_id: int
    version: int
    secretary: Actor
    member_id: int
    signer: Signer

    def act(self, command: Callable[..., Any], *args: object, **named: object) -> Any:
        return self.house.act(command, self.stage.id, *args, **named)


Act = Callable[[Meeting], object]
# {name: (the act, how many events it writes)}; None: it depends on what is due. Handed in is accepted at once here.
ACTS: dict[str, tuple[Act, int | None]] = {
    "save the draft": (
        lambda one: one.act(
            declaring.save, one.entry_id, {"name": "again"}, version=one.version, page="other", actor=one.secretary
        ),
        0,
    ),
    "hand in": (lambda one: one.act(declaring.submit, one.entry_id, version=one.version, actor=one.secretary), 2),
    "close": (lambda one: one.act(steering.close_stage, note="done", actor=ORGANISER), 1),
    "move the closing": (
        lambda one: one.act(
            steering.reschedule_stage, closes_at=one.house.now + timedelta(days=30), reason="later", actor=ORGANISER
        ),
        1,
    ),
    "cancel": (lambda one: one.act(steering.cancel_season, reason="test", actor=ORGANISER), 1),
    "nudge": (
        lambda one: one.act(
            reminding.nudge, {one.secretary.person_id: [Task("Declare", "submission.home", one.stage)]}, actor=ORGANISER
        ),
        1,
    ),
    "tick": (
        lambda one: jobs.tick(one.house.database, now=one.house.now + timedelta(days=8), signer=one.signer),
        None,
    ),
    "seal": (lambda one: one.house.act(ledger.seal, one.signer), 0),
    "remind": (lambda one: reminders.make(one.house.database, now=one.house.now), None),
    "close an account": (
        lambda one: one.house.act(accounts.deactivate, one.member_id, actor=one.house.administrator),
        1,
    ),
}


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def house(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Iterator[House]:
    if request.param == "sqlite":
        with fresh_sqlite(tmp_path) as engine:
            Base.metadata.create_all(engine)
            yield found_house(Database(engine), clock)
    else:
        with postgresql_server() as server, fresh_postgresql(server) as engine:
            Base.metadata.create_all(engine)
            yield found_house(Database(engine), clock)


def test_no_two_acts_at_one_moment_block_each_other_or_break(house: House, signer: Signer) -> None:
    by = secretaries(house)
    for number, (first, second) in enumerate(combinations_with_replacement(ACTS, 2)):
        meeting = _meeting(house, by["smelting"], signer, number)
        before = len(house.log())
        done = _at_once(meeting, first, second)
        written = [ACTS[name][1] for name in done]
        if None not in written:
            assert (first, second, len(house.log()) - before) == (first, second, sum(one or 0 for one in written))
    with house.database.reading() as session:
        ledger.verify(session, signer)


def _meeting(house: House, secretary: Actor, signer: Signer, number: int) -> Meeting:
    season = house.season(SUBMISSION, key=f"race-{number}", starts_on=house.now.date())
    stage = house.open(season, "declare")
    assert secretary.grants
    entry = house.act(declaring.begin, stage.id, house.smelting, actor=secretary)
    saved = house.act(declaring.save, stage.id, entry.id, {"name": "brand"}, version=0, page="test", actor=secretary)
    member = house.person(f"member{number}", Role.MEMBER)
    return Meeting(house, season, stage, entry.id, saved.version, replace(secretary), member, signer)


def _at_once(meeting: Meeting, *names: str) -> list[str]:
    """Those acts that were done; the others were refused with a sentence."""
    ready, done, broken = threading.Barrier(len(names)), [], []

    def run(name: str) -> None:
        ready.wait(PATIENCE)
        try:
            ACTS[name][0](meeting)
            done.append(name)
        except Refused:
            pass
        except Exception as bug:
            broken.append((name, repr(bug)))

    threads = [threading.Thread(target=run, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert (names, broken, [thread.is_alive() for thread in threads]) == (names, [], [False] * len(names))
    return done
