"""Which moments of a window were stated by hand: all others are planned anew when what they depend on moves."""

import json

import sqlalchemy as sa
from alembic import op

revision = '0025'
down_revision = '0024'
branch_labels = None
depends_on = None

STAGE = sa.table('stage', sa.column('id', sa.Integer()), sa.column('season_id', sa.Integer()),
                 sa.column('key', sa.String()), sa.column('closes_stated', sa.Boolean()))
SEASON = sa.table('season', sa.column('id', sa.Integer()), sa.column('key', sa.String()))
EVENT = sa.table('event', sa.column('leaf', sa.Text()), sa.column('type', sa.String()))
BY_HAND = ('stage.rescheduled', 'stage.reopened')


def upgrade() -> None:
    for name in ('opens_stated', 'closes_stated'):  # in place: other tables refer to this one
        op.add_column('stage', sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column('timer', sa.Column('refusal', sa.Text(), nullable=True))
    found = op.get_bind().execute(sa.select(EVENT.c.leaf).where(EVENT.c.type.in_(BY_HAND))).all()
    stated = {(event['season'], event['stage']) for event in (json.loads(leaf) for (leaf,) in found)}
    rows = sa.select(STAGE.c.id, SEASON.c.key, STAGE.c.key).where(STAGE.c.season_id == SEASON.c.id)
    ids = [one for one, season, stage in op.get_bind().execute(rows).all() if (season, stage) in stated]
    if ids:
        op.execute(STAGE.update().where(STAGE.c.id.in_(ids)).values(closes_stated=True))


def downgrade() -> None:
    op.drop_column('timer', 'refusal')
    op.drop_column('stage', 'closes_stated')
    op.drop_column('stage', 'opens_stated')
