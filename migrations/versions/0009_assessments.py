"""What branches state at the end of a season, and what was found of it."""

import sqlalchemy as sa
from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('assessment',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('stage_id', sa.Integer(), nullable=False),
    sa.Column('entry_id', sa.Integer(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('files', sa.Text(), nullable=False),
    sa.Column('handed_in_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['entry_id'], ['entry.id'], name=op.f('fk_assessment_entry_id_entry')),
    sa.ForeignKeyConstraint(['stage_id'], ['stage.id'], name=op.f('fk_assessment_stage_id_stage')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_assessment')),
    sa.UniqueConstraint('stage_id', 'entry_id', name=op.f('uq_assessment_stage_id_entry_id'))
    )
    op.create_table('assessed_figure',
    sa.Column('assessment_id', sa.Integer(), nullable=False),
    sa.Column('indicator', sa.Integer(), nullable=False),
    sa.Column('claimed', sa.String(length=30), nullable=False),
    sa.Column('value', sa.String(length=30), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('inspected_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['assessment_id'], ['assessment.id'], name=op.f('fk_assessed_figure_assessment_id_assessment')),
    sa.PrimaryKeyConstraint('assessment_id', 'indicator', name=op.f('pk_assessed_figure'))
    )
    op.create_table('assessed_flag',
    sa.Column('assessment_id', sa.Integer(), nullable=False),
    sa.Column('flag', sa.String(length=40), nullable=False),
    sa.Column('declared', sa.String(length=3), nullable=False),
    sa.Column('found', sa.String(length=3), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('inspected_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['assessment_id'], ['assessment.id'], name=op.f('fk_assessed_flag_assessment_id_assessment')),
    sa.PrimaryKeyConstraint('assessment_id', 'flag', name=op.f('pk_assessed_flag'))
    )


def downgrade() -> None:
    op.drop_table('assessed_flag')
    op.drop_table('assessed_figure')
    op.drop_table('assessment')
