"""How many votes a person's counts as, in votes that go by weights."""

import sqlalchemy as sa
from alembic import op

revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('person') as batch_op:
        batch_op.add_column(sa.Column('weight', sa.Integer(), nullable=False, server_default='1'))
    with op.batch_alter_table('person') as batch_op:
        batch_op.alter_column('weight', existing_type=sa.Integer(), server_default=None)


def downgrade() -> None:
    with op.batch_alter_table('person') as batch_op:
        batch_op.drop_column('weight')
