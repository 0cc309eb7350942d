"""What a settled stage explains is worked out once, kept exactly, and compared with its evidence by the doctor."""

import json
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from evalflow.analysis import record
from evalflow.analysis.afterwards_explained import Notice
from evalflow.analysis.decision_explained import Decision
from evalflow.analysis.explanation import explain_stage
from evalflow.analysis.votes_explained import Vote
from evalflow.bundle.recount import case_of
from evalflow.db import Database
from evalflow.engine import bundles, doctor, explaining, rehearsal
from evalflow.engine.rehearsal import Rehearsed
from evalflow.engine.result_pages import RANKED_BY
from evalflow.kinds import KINDS
from evalflow.seasons import queries
from evalflow.workflow import reader
from tests.databases import fresh_sqlite, modelled
from tests.house.test_queries import KEY, TOML


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with fresh_sqlite(tmp_path, modelled) as engine:
        yield engine


@pytest.fixture
def played(engine: Engine) -> Rehearsed:
    definition = reader.read(TOML.read_text(encoding="utf-8"), KINDS, file=TOML.name)
    return rehearsal.rehearse(engine, definition, branches=3, members=6, seed="explained")


def test_what_is_kept_is_what_anybody_works_out_from_the_bundle(played: Rehearsed) -> None:
    with played.world.database.reading() as session:
        season = queries.season_by_key(session, KEY)
        bundle, outcomes = bundles.evidence(session, season), queries.outcomes(season)
        kept = explaining.explanations(session, season)
        assert explaining.is_whole(session, season)
    cases = [case_of(bundle, stage, outcomes) for stage in bundle.definition.stages]
    for one in kept:
        found = [explain_stage(case, outcomes[case.stage.key], (one.entry.key,)) for case in cases]
        assert one.parts == tuple(part[one.entry.key] for part in found if part)
    assert len(kept) == 3 and all(len(one.parts) == 5 for one in kept)


def test_the_ranking_is_told_without_reading_sheets_and_counts(played: Rehearsed) -> None:
    with played.world.database.reading() as session:
        season = queries.season_by_key(session, KEY)
        whole = explaining.explanations(session, season)
        ranked = explaining.explanations(session, season, kinds=RANKED_BY)
    assert [[type(part) for part in one.parts] for one in ranked] == [[Decision, Notice]] * 3
    assert [(one.decision, one.notice, one.equation) for one in ranked] == [
        (one.decision, one.notice, one.equation) for one in whole
    ]


def test_a_part_survives_being_kept_with_every_kind_of_value(played: Rehearsed) -> None:
    with played.world.database.reading() as session:
        definition = bundles.evidence(session, queries.season_by_key(session, KEY)).definition
    vote = Vote(
        stage=definition.stage("online_vote"),
        votes=Fraction(7, 3),
        place=None,
        alike=1,
        entries=3,
        valid=7,
        invalid=0,
        abstentions=0,
        cast=7,
        electors=9,
        roll_votes=None,
        is_void=False,
        points=(),
        steps=({"round": 1, "counts": {"a": "7/3"}, "out": ["b", "c"], "tie": None},),
        others=(("late", "✓"),),
    )
    assert record.from_json(json.loads(json.dumps(record.to_json(vote))), definition) == vote


@pytest.mark.parametrize(
    ("statement", "complaint"),
    [
        ("UPDATE explained_entry SET part = replace(part, '3', '4')", "does not have the digest it was kept with"),
        ("UPDATE explained_stage SET digest = 'other'", "does not have the digest it was kept with"),
        ("DELETE FROM explained_entry", "explains it in another way than the kept explanation"),
    ],
)
def test_the_doctor_finds_a_kept_explanation_that_was_changed(
    played: Rehearsed, engine: Engine, statement: str, complaint: str
) -> None:
    database: Database = played.world.database
    with engine.begin() as connection:
        connection.execute(text(statement))
    with database.reading() as session:
        faults = doctor.faults(session, played.signer)
    assert any(complaint in fault for fault in faults)


def test_a_stage_is_explained_once(played: Rehearsed, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM explained_entry"))
        connection.execute(text("DELETE FROM explained_stage"))
    database, now = played.world.database, played.world.clock
    assert (explaining.explain_settled(database, now=now), explaining.explain_settled(database, now=now)) == (7, 0)
