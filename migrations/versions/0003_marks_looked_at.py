"""Marks far from the others: that the organiser has looked at them before the scores are fixed."""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('mark_confirmation',
    sa.Column('stage_id', sa.Integer(), nullable=False),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['stage_id'], ['stage.id'], name=op.f('fk_mark_confirmation_stage_id_stage')),
    sa.PrimaryKeyConstraint('stage_id', name=op.f('pk_mark_confirmation'))
    )


def downgrade() -> None:
    op.drop_table('mark_confirmation')
