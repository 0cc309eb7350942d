"""Every workflow file is played from its opening to its end, on both databases, and all that can go wrong does."""

from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from evalflow.bundle import recount
from evalflow.config import WORKFLOWS
from evalflow.engine import bundles, dead_ends, doctor, rehearsal
from evalflow.engine.tasks import of_season
from evalflow.kinds import KINDS
from evalflow.people.grants import actor_of
from evalflow.people.models import Person
from evalflow.seasons import queries
from evalflow.seasons.models import EntryState, Phase
from evalflow.workflow import reader

APART = Path(__file__).parents[1] / "workflow" / "apart.toml"
FILES = [*sorted(WORKFLOWS.glob("*.toml")), APART]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_season_runs_from_its_opening_to_its_end_and_recounts_to_the_same_outcomes(
    path: Path, engine: Engine
) -> None:
    definition = reader.read(path.read_text(encoding="utf-8"), KINDS, file=path.name)
    rehearsed = rehearsal.rehearse(engine, definition, branches=12, members=60, seed="journey", with_incidents=True)
    with rehearsed.world.database.reading() as session:
        season = queries.season_by_key(session, rehearsed.season_key)
        assert [(row.key, row.phase) for row in season.stages] == [(s.key, Phase.DONE) for s in definition.stages]
        assert doctor.faults(session, rehearsed.signer) == []
        ends = {entry.position for entry in queries.entries(session, season.id, EntryState.ACCEPTED)}
        assert ends == {"finished" if definition.heading.moves == "apart" else ""}
        assert dead_ends.found(session, season, rehearsed.world.stuck, rehearsed.world.refused) == ()
        everybody = (actor_of(session, person) for person in session.scalars(select(Person)))
        assert [task for one in everybody for task in of_season(session, season, one, rehearsed.world.clock)] == []
        outcomes = queries.outcomes(season)
        bundle = bundles.export(session, season, rehearsed.signer)
    again = recount.recount(bundle)
    assert again.differences == ()
    assert again.outcomes == outcomes
    assert list(again.outcomes) == [stage.key for stage in definition.stages]


def _bundle_digest(engine: Engine, seed: str) -> str:
    path = WORKFLOWS / "brand_selection.toml"
    definition = reader.read(path.read_text(encoding="utf-8"), KINDS, file=path.name)
    rehearsed = rehearsal.rehearse(engine, definition, branches=10, members=15, seed=seed)
    with rehearsed.world.database.reading() as session:
        season = queries.season_by_key(session, rehearsed.season_key)
        return bundles.digest(bundles.export(session, season, rehearsed.signer))


def test_the_same_seed_gives_the_same_bundle_on_both_databases(sqlite: Engine, postgresql: Engine) -> None:
    assert _bundle_digest(sqlite, "same") == _bundle_digest(postgresql, "same")
