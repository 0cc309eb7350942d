"""Whether a reported figure is the last one of its indicator."""

import sqlalchemy as sa
from alembic import op

revision = '0034'
down_revision = '0033'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('reported_figure', sa.Column('is_final', sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table('reported_figure') as batch:
        batch.alter_column('is_final', server_default=None)


def downgrade() -> None:
    with op.batch_alter_table('reported_figure') as batch:
        batch.drop_column('is_final')
