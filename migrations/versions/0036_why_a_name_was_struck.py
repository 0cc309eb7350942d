"""What everybody reads of why an objection was upheld; nothing was published of those before."""

import sqlalchemy as sa
from alembic import op

revision = '0036'
down_revision = '0035'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('objection', sa.Column('published', sa.Text(), server_default='', nullable=False))


def downgrade() -> None:
    op.drop_column('objection', 'published')
