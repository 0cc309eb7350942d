"""How many votes a person's counts as, in votes that go by weights."""

import sqlalchemy as sa
from alembic import op

revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('person', sa.Column('weight', sa.Integer(), nullable=False, server_default='1'))  # in place: others refer to it


def downgrade() -> None:
    op.drop_column('person', 'weight')
