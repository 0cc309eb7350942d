"""What came of a form is kept for a day, so that the same form sent again shows it."""

import sqlalchemy as sa
from alembic import op

revision = '0032'
down_revision = '0031'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'sending',
        sa.Column('digest', sa.String(length=64), nullable=False),
        sa.Column('to', sa.Text(), nullable=False),
        sa.Column('sent_at', sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint('digest', name='pk_sending'),
    )


def downgrade() -> None:
    op.drop_table('sending')
