"""No public page recounts: what a settled stage comes to and explains is worked out once and read from there."""

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import pytest
from flask import Flask

from evalflow.analysis.explanation import explain_stage
from evalflow.app import create_app
from evalflow.config import Config
from evalflow.db import Database
from evalflow.engine import explaining, rehearsal
from evalflow.kinds import KINDS
from evalflow.seasons import queries
from evalflow.seasons.models import Season
from evalflow.workflow import reader
from tests.builders import Clock
from tests.databases import fresh_sqlite, modelled
from tests.house.test_queries import KEY, TOML
from tests.visitors import Visitor

COUNTS: dict[CodeType, str] = {
    **{kind.outcome.__code__: f"outcome of {name}" for name, kind in KINDS.items()},
    explain_stage.__code__: "explanation",
}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """A house whose only season is finished."""
    folder: Path = tmp_path_factory.mktemp("recounts")
    with fresh_sqlite(folder, modelled) as engine:
        definition = reader.read(TOML.read_text(encoding="utf-8"), KINDS, file=TOML.name)
        played = rehearsal.rehearse(engine, definition, branches=3, members=6, seed="recounts").world
        clock = Clock(played.clock)
        yield create_app(Config(folder / "instance", "", secure_cookies=False), database=played.database, clock=clock)


def test_no_public_page_recounts(app: Flask) -> None:
    visitor = Visitor(app)
    season = _season(app)
    seen: dict[str, int] = {}
    for path in _paths(app, season):
        visitor.get(path)  # what is kept between requests is read now
        status, counted = _counted(visitor, path)
        seen[path] = status
        assert (path, counted) == (path, Counter())
    shown = [path for path, status in seen.items() if status == 200]
    assert {f"/s/{KEY}/results", f"/s/{KEY}/result/smelting", f"/s/{KEY}/ceremony/award/"} <= set(shown)


def test_the_count_counts(app: Flask) -> None:
    """That the test above can fail: working an outcome out is seen."""
    database: Database = app.extensions["evalflow"].database
    with database.reading() as session:
        stage = next(row for row in queries.season_by_key(session, KEY).stages if row.kind == "scoring")
        assert _during(lambda: explaining.parts_of(session, stage))[1] == Counter({"explanation": 1})


def _season(app: Flask) -> Season:
    with app.extensions["evalflow"].database.reading() as session:
        return queries.season_by_key(session, KEY)


def _paths(app: Flask, season: Season) -> list[str]:
    """Every page to look at, for each stage that its kind has and one entry."""
    found = []
    for rule in app.url_map.iter_rules():
        known = {"season_key": season.key, "entry_key": "smelting"}
        kind = rule.endpoint.partition(".")[0]
        stages = [row.key for row in season.stages if row.kind == kind or kind not in KINDS]
        if "GET" in (rule.methods or ()) and rule.arguments <= {*known, "stage_key"}:
            for stage in stages if "stage_key" in rule.arguments else [""]:
                values = {name: {**known, "stage_key": stage}[name] for name in rule.arguments}
                with app.test_request_context():
                    found.append(app.url_for(rule.endpoint, **values))
    return found


def _counted(visitor: Visitor, path: str) -> tuple[int, Counter[str]]:
    answer, counted = _during(lambda: visitor.get(path))
    return answer.status_code, counted


def _during(act: Any) -> tuple[Any, Counter[str]]:
    """(what the act gives, how often each counting function began in it)."""
    calls: Counter[str] = Counter()

    def note(frame: FrameType, event: str, _argument: object) -> None:
        if event == "call" and frame.f_code in COUNTS:
            calls[COUNTS[frame.f_code]] += 1

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        return act(), calls
    finally:
        sys.setprofile(before)
