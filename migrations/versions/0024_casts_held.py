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
    with op.batch_alter_table('pending') as batch_op:
        batch_op.add_column(sa.Column('held_by', sa.String(length=121), nullable=True))
        batch_op.add_column(sa.Column('is_noted', sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index('ix_pending_held_by_number', 'pending', ['held_by', 'number'])
    _put(NEW.format(stage=STAGE[op.get_bind().dialect.name]))


def downgrade() -> None:
    _put(OLD)
    op.drop_index('ix_pending_held_by_number', 'pending')
    with op.batch_alter_table('pending') as batch_op:
        batch_op.drop_column('is_noted')
        batch_op.drop_column('held_by')


def _put(put: str) -> None:
    """Let the trigger put events among those that wait in this way."""
    if op.get_bind().dialect.name == 'sqlite':
        op.get_bind().exec_driver_sql('DROP TRIGGER event_pending')
        op.get_bind().exec_driver_sql(SQLITE.format(put=put))
    else:
        op.get_bind().exec_driver_sql(POSTGRESQL.format(put=put))
