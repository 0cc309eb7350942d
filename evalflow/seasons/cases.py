"""A stage's case: all that its outcome may depend on, gathered from the rows."""

from sqlalchemy.orm import Session

from evalflow.seasons import queries
from evalflow.seasons.models import StageRow
from evalflow.seasons.rules import definition_of
from evalflow.tally import ranking
from evalflow.workflow.outcome import Case, Tables


def case_of(session: Session, stage: StageRow, tables: Tables) -> Case:
    definition = definition_of(stage.season)
    earlier = {row.key for row in stage.season.stages if row.position < stage.position}
    outcomes = {key: outcome for key, outcome in queries.outcomes(stage.season).items() if key in earlier}
    return Case(
        definition=definition,
        stage=definition.stage(stage.key),
        contenders=queries.contenders(session, stage.season_id),
        branches=queries.branch_keys(session),
        tables=tables,
        earlier=outcomes,
        seed=ranking.stage_seed(stage.key, bytes.fromhex(stage.season.draw_seed)).hex(),
    )
