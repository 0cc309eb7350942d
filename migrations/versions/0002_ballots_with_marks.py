"""Ballots with marks: points, grades and ranks beside the names of an approval ballot."""

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('ballot', schema=None) as batch_op:
        batch_op.add_column(sa.Column('marks', sa.LargeBinary(), nullable=True))
        batch_op.create_index('ix_ballot_heavier', ['stage_id'], unique=False, sqlite_where=sa.text('votes <> 1'), postgresql_where=sa.text('votes <> 1'))



def downgrade() -> None:
    with op.batch_alter_table('ballot', schema=None) as batch_op:
        batch_op.drop_index('ix_ballot_heavier', sqlite_where=sa.text('votes <> 1'), postgresql_where=sa.text('votes <> 1'))
        batch_op.drop_column('marks')

