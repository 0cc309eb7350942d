"""What the sealer extends is kept outside the database; of the tree's head a row to lock is left."""

import sqlalchemy as sa
from alembic import op

revision = '0023'
down_revision = '0022'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('tree_head') as batch_op:
        batch_op.drop_column('frontier')


def downgrade() -> None:
    with op.batch_alter_table('tree_head') as batch_op:
        batch_op.add_column(sa.Column('frontier', sa.Text(), nullable=False, server_default=''))
