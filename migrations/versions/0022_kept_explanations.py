"""Explanations of settled stages are kept, so that no page works them out anew; those of old stages are made by a tick."""

import sqlalchemy as sa
from alembic import op

revision = '0022'
down_revision = '0021'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'explained_stage',
        sa.Column('stage_id', sa.Integer(), nullable=False),
        sa.Column('digest', sa.String(length=64), nullable=False),
        sa.Column('explained_at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['stage_id'], ['stage.id'], name='fk_explained_stage_stage_id_stage'),
        sa.PrimaryKeyConstraint('stage_id', name='pk_explained_stage'),
    )
    op.create_table(
        'explained_entry',
        sa.Column('stage_id', sa.Integer(), nullable=False),
        sa.Column('entry', sa.String(length=20), nullable=False),
        sa.Column('part', sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ['stage_id'], ['explained_stage.stage_id'], name='fk_explained_entry_stage_id_explained_stage'
        ),
        sa.PrimaryKeyConstraint('stage_id', 'entry', name='pk_explained_entry'),
    )


def downgrade() -> None:
    op.drop_table('explained_entry')
    op.drop_table('explained_stage')
