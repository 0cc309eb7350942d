"""Targets that a motion changed, with what they were before."""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('target_change',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('entry_id', sa.Integer(), nullable=False),
    sa.Column('stage_id', sa.Integer(), nullable=False),
    sa.Column('indicator', sa.Integer(), nullable=False),
    sa.Column('old_work', sa.String(length=30), nullable=False),
    sa.Column('old_stretch', sa.String(length=30), nullable=False),
    sa.Column('work', sa.String(length=30), nullable=False),
    sa.Column('stretch', sa.String(length=30), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('motion', sa.String(length=20), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['entry_id'], ['entry.id'], name=op.f('fk_target_change_entry_id_entry')),
    sa.ForeignKeyConstraint(['stage_id'], ['stage.id'], name=op.f('fk_target_change_stage_id_stage')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_target_change'))
    )
    with op.batch_alter_table('target_change', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_target_change_entry_id'), ['entry_id'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('target_change', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_target_change_entry_id'))

    op.drop_table('target_change')
