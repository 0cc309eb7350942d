"""Simulated branches write what real ones might, for any form, and always the same for the same chance."""

from random import Random

from sqlalchemy import select

from evalflow.access import Role
from evalflow.config import WORKFLOWS
from evalflow.engine import commands as engine
from evalflow.files.covers import cover
from evalflow.kinds import KINDS
from evalflow.seasons import queries as seasons
from evalflow.seasons.models import EntryState
from evalflow.seasons.play import World
from evalflow.stages.submission import play, prose
from evalflow.stages.submission.models import Revision
from evalflow.workflow import reader
from tests.builders import ORGANISER, House


def test_a_cover_depends_on_chance_alone() -> None:
    assert cover(Random("a")) == cover(Random("a")) != cover(Random("b"))


def test_known_branches_carry_their_own_brands_and_invented_ones_say_so() -> None:
    assert prose.title_of("smelting", 7) == "铜花飞扬 筑梦中冶"
    invented = [prose.title_of(f"branch-{place}", place) for place in range(100)]
    assert len(set(invented)) == 100 and all(title.endswith("（示例）") for title in invented)


def test_the_declarations_of_the_shipped_workflow_are_played_to_their_end(house: House) -> None:
    definition = reader.read(
        (WORKFLOWS / "brand_selection.toml").read_text("utf-8"), KINDS, file="brand_selection.toml"
    )
    with house.database.writing() as session:
        season = engine.create_season(
            session, definition, key="brands", starts_on=house.now.date(), actor=ORGANISER, now=house.now
        )
    secretaries = {
        key: house.actor(f"{key}-secretary", Role.BRANCH_SECRETARY, branch_id=branch_id)
        for key, branch_id in {"smelting": house.smelting, "refining": house.refining}.items()
    }
    stage = house.open(season, season.stages[0].key)
    world = World(
        database=house.database,
        clock=house.now,
        chance=Random("seed"),
        organiser=ORGANISER,
        secretaries=secretaries,
        members=(),
        committee=(),
        tellers=(),
        passphrases={},
    )
    play.during(world, stage)
    entries = house.ask(seasons.entries, season.id)
    assert [(entry.title, entry.state, entry.number) for entry in entries] == [
        ("铜花飞扬 筑梦中冶", EntryState.ACCEPTED, 1),
        ("炉火纯青 铸梦想金路", EntryState.ACCEPTED, 2),
    ]
    revisions = house.ask(lambda session: list(session.execute(select(Revision.entry_id, Revision.state)).all()))
    assert [tuple(row) for row in revisions] == [
        (entries[0].id, "accepted"),
        (entries[1].id, "returned"),
        (entries[1].id, "accepted"),
    ]
    assert stage.closes_at is not None and world.clock < stage.closes_at
