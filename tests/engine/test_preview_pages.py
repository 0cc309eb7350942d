"""An organiser tries other rules: which evidence there is to choose from, and what the page says of it."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from evalflow.app import create_app
from evalflow.config import Config
from evalflow.engine import rehearsal
from evalflow.kinds import KINDS
from evalflow.seasons import queries
from evalflow.seasons.models import Phase
from evalflow.seasons.play import World
from evalflow.workflow import reader
from tests.builders import Clock
from tests.databases import fresh_sqlite, modelled
from tests.visitors import Visitor

TOML = (Path(__file__).parents[1] / "browser" / "season.toml").read_text(encoding="utf-8")
BEFORE, RUNNING = "small-brands-rehearsal", "small-2027"
PATH = f"/s/{RUNNING}/preview"
CHANGED = "rule=points.online_vote.share_of_maximum"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A season that is over, and the next one of the same rules: voted, scored and counted, but not decided."""
    with fresh_sqlite(tmp_path_factory.mktemp("preview"), modelled) as engine:
        rules = reader.read(TOML, KINDS, file="season.toml")
        played = rehearsal.rehearse(engine, rules, branches=5, members=10, seed="preview")
        start = date(2027, 3, 2)
        played.world.clock = datetime(2027, 3, 1, tzinfo=UTC)
        rehearsal.play(
            played.world, rules, key=RUNNING, starts_on=start, signer=played.signer, stop_in="committee_decision"
        )
        yield played.world


@pytest.fixture
def organiser(world: World, tmp_path: Path) -> Visitor:
    config = Config(tmp_path, "", secure_cookies=False)
    app = create_app(config, database=world.database, clock=Clock(world.clock))
    assert world.organiser.person_id is not None
    return Visitor(app).become(world.organiser.person_id, world.database)


def sources(page: str) -> list[tuple[str, bool]]:
    """(value, whether it is chosen) of all evidence there is to choose from."""
    found = re.findall(r'<input[^>]*name="evidence"[^>]*value="([^"]*)"([^>]*)>', page)
    return [(value, "checked" in rest) for value, rest in found]


def columns(page: str) -> list[str]:
    return re.findall(r'<th scope="col">([^<]*)</th>', page)[1:]


def titles(page: str) -> list[str]:
    return re.findall(r'<th scope="row">([^<]*)</th>', page)


def test_the_season_before_is_the_evidence_and_its_entries_are_ranked_by_the_rules_of_the_next(
    organiser: Visitor, world: World
) -> None:
    page = organiser.get(PATH).text
    season = world.ask(queries.season_by_key, BEFORE)
    ranking = queries.outcomes(season)["committee_decision"].facts["ranking"]
    entries = {one.key: one.title for one in world.ask(queries.entries, season.id)}
    assert sources(page) == [(BEFORE, True), ("sample", False)]
    assert len(columns(page)) == 1
    assert titles(page) == [entries[line["entry"]] for line in ranking]


@pytest.mark.parametrize("asked", [RUNNING, "sample", "nonsense"])
def test_a_season_that_is_not_over_is_no_evidence_whatever_the_address_says(
    organiser: Visitor, world: World, asked: str
) -> None:
    """Its votes are counted and the organiser may read them, but nobody tries rules on a result in the making."""
    running = world.ask(queries.season_by_key, RUNNING)
    assert [row.key for row in running.stages if row.phase == Phase.DONE][-1] == "peer_scoring"
    page = organiser.get(f"{PATH}?evidence={asked}").text
    assert sources(page) == [(BEFORE, False), ("sample", True)]
    assert titles(page) and all(re.fullmatch("品牌 [0-9]{2}", title) for title in titles(page))


def test_every_rule_ticked_is_a_column_and_no_more_than_four(organiser: Visitor) -> None:
    keys = re.findall(r'name="rule"[^>]*value="([^"]*)"', organiser.get(PATH).text)
    assert len(keys) > 4
    assert len(columns(organiser.get(f"{PATH}?{CHANGED}").text)) == 2
    assert len(columns(organiser.get(f"{PATH}?{'&'.join(f'rule={key}' for key in keys)}").text)) == 5


def test_other_weights_are_a_column_and_those_of_the_rules_are_none(organiser: Visitor) -> None:
    assert len(columns(organiser.get(f"{PATH}?weight0=60&weight1=40").text)) == 2
    assert len(columns(organiser.get(f"{PATH}?weight0=40&weight1=60").text)) == 1


@pytest.mark.parametrize("weights", ["weight0=60&weight1=60", "weight0=100&weight1=0", "weight0=x", "weight0=９０"])
def test_weights_that_can_not_be_are_told_and_not_computed(organiser: Visitor, weights: str) -> None:
    page = organiser.get(f"{PATH}?{weights}")
    assert page.status_code == 200
    assert ('role="alert"' in page.text, len(columns(page.text))) == (True, 1)


def test_the_desk_leads_there(organiser: Visitor) -> None:
    assert f'href="{PATH}"' in organiser.get(f"/steer/{RUNNING}/").text
