"""Public keys of boxes, tellers and counts are bound to the pepper of their box."""

import sqlalchemy as sa
from alembic import op

revision = '0042'
down_revision = '0041'
branch_labels = None
depends_on = None

TABLES = ('ballot_box', 'teller', 'count_session')


def upgrade() -> None:
    for table in TABLES:
        op.add_column(table, sa.Column('key_mac', sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    for table in TABLES:
        with op.batch_alter_table(table) as batch:
            batch.drop_column('key_mac')
