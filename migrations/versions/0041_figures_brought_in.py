"""Figures that the office brings in for branches to confirm."""

import sqlalchemy as sa
from alembic import op

revision = '0041'
down_revision = '0040'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'figure_draft',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('stage_id', sa.Integer(), nullable=False),
        sa.Column('entry_id', sa.Integer(), nullable=False),
        sa.Column('day', sa.Date(), nullable=False),
        sa.Column('figures', sa.Text(), nullable=False),
        sa.Column('office', sa.String(length=100), nullable=False),
        sa.Column('brought_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('answered_by', sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(['stage_id'], ['stage.id'], name='fk_figure_draft_stage_id_stage'),
        sa.ForeignKeyConstraint(['entry_id'], ['entry.id'], name='fk_figure_draft_entry_id_entry'),
        sa.PrimaryKeyConstraint('id', name='pk_figure_draft'),
    )
    op.create_index('ix_figure_draft_entry_id', 'figure_draft', ['entry_id'])


def downgrade() -> None:
    op.drop_index('ix_figure_draft_entry_id', 'figure_draft')
    op.drop_table('figure_draft')
