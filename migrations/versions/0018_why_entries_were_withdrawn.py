"""Why a branch took its entry out."""

import sqlalchemy as sa
from alembic import op

revision = '0018'
down_revision = '0017'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('withdrawal',
    sa.Column('entry_id', sa.Integer(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['entry_id'], ['entry.id'], name=op.f('fk_withdrawal_entry_id_entry')),
    sa.PrimaryKeyConstraint('entry_id', name=op.f('pk_withdrawal'))
    )


def downgrade() -> None:
    op.drop_table('withdrawal')
