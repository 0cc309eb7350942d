"""Boxes that were never opened, and votes that are held again."""

import sqlalchemy as sa
from alembic import op

revision = '0035'
down_revision = '0034'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('unopened_box',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('stage_id', sa.Integer(), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('envelopes', sa.Integer(), nullable=False),
    sa.Column('receipts_sha256', sa.String(length=64), nullable=False),
    sa.Column('is_repeated', sa.Boolean(), nullable=False),
    sa.Column('destroyed_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['stage_id'], ['stage.id'], name=op.f('fk_unopened_box_stage_id_stage')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_unopened_box'))
    )
    op.create_index(op.f('ix_unopened_box_stage_id'), 'unopened_box', ['stage_id'], unique=False)
    op.create_table('unopened_receipt',
    sa.Column('stage_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('receipt', sa.String(length=64), nullable=False),
    sa.Column('box_id', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('stage_id', 'receipt', name=op.f('pk_unopened_receipt')),
    sqlite_with_rowid=False
    )
    op.add_column('box_statement', sa.Column('opens_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('box_statement', sa.Column('closes_at', sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column('box_statement', 'closes_at')
    op.drop_column('box_statement', 'opens_at')
    op.drop_table('unopened_receipt')
    op.drop_index(op.f('ix_unopened_box_stage_id'), table_name='unopened_box')
    op.drop_table('unopened_box')
