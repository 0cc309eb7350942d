"""Acts that were taken back, with the reason."""

import sqlalchemy as sa
from alembic import op

revision = '0038'
down_revision = '0037'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'taken_back',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('stage_id', sa.Integer(), nullable=False),
        sa.Column('about', sa.String(length=200), nullable=False),
        sa.Column('reason', sa.Text(), nullable=False),
        sa.Column('taken_back_at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['stage_id'], ['stage.id'], name='fk_taken_back_stage_id_stage'),
        sa.PrimaryKeyConstraint('id', name='pk_taken_back'),
    )
    op.create_index('ix_taken_back_stage_id', 'taken_back', ['stage_id'])


def downgrade() -> None:
    op.drop_index('ix_taken_back_stage_id', 'taken_back')
    op.drop_table('taken_back')
