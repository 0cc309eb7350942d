"""Casts wait for the end of their vote before they enter the tree; those that wait already go their old way."""

import sqlalchemy as sa
from alembic import op

revision = '0024'
down_revision = '0023'
branch_labels = None
depends_on = None

SQLITE = "CREATE TRIGGER event_pending AFTER INSERT ON event BEGIN INSERT INTO pending {put}; END"
POSTGRESQL = (
    "CREATE OR REPLACE FUNCTION event_pending() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN INSERT INTO pending {put}; RETURN NULL; END $$"
)
STAGE = {'sqlite': "json_extract(NEW.leaf, '$.stage')", 'postgresql': "NEW.leaf::json->>'stage'"}
OLD = "(event_id) VALUES (NEW.id)"
NEW = (
    "(event_id, held_by) VALUES (NEW.id, "
    "CASE WHEN NEW.type = 'ballot.cast' THEN NEW.season || '/' || ({stage}) END)"
)


def upgrade() -> None:
    _take_away()
    op.add_column('pending', sa.Column('held_by', sa.String(length=121), nullable=True))
    op.add_column('pending', sa.Column('is_noted', sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index('ix_pending_held_by_number', 'pending', ['held_by', 'number'])
    _put(NEW.format(stage=STAGE[op.get_bind().dialect.name]))


def downgrade() -> None:
    _take_away()
    op.drop_index('ix_pending_held_by_number', 'pending')
    with op.batch_alter_table('pending') as batch_op:
        batch_op.drop_column('is_noted')
        batch_op.drop_column('held_by')
    _put(OLD)


def _take_away() -> None:
    """SQLite refuses to change a table that a trigger writes to."""
    if op.get_bind().dialect.name == 'sqlite':
        op.execute('DROP TRIGGER event_pending')


def _put(put: str) -> None:
    """Let the trigger put events among those that wait in this way."""
    text = SQLITE if op.get_bind().dialect.name == 'sqlite' else POSTGRESQL
    op.get_bind().exec_driver_sql(text.format(put=put))
