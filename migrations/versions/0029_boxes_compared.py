"""What came of comparing boxes with the log, and what is stated about those that differ."""

import sqlalchemy as sa
from alembic import op

revision = '0029'
down_revision = '0028'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('box_examination',
    sa.Column('stage_id', sa.Integer(), nullable=False),
    sa.Column('examined_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('log_size', sa.Integer(), nullable=False),
    sa.Column('envelopes', sa.Integer(), nullable=False),
    sa.Column('differences', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['stage_id'], ['stage.id'], name=op.f('fk_box_examination_stage_id_stage')),
    sa.PrimaryKeyConstraint('stage_id', name=op.f('pk_box_examination'))
    )
    op.create_table('box_statement',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('stage_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('differences_sha256', sa.String(length=64), nullable=False),
    sa.Column('stated_by', sa.Integer(), nullable=True),
    sa.Column('stated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('confirmed_by', sa.Integer(), nullable=True),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['confirmed_by'], ['person.id'], name=op.f('fk_box_statement_confirmed_by_person')),
    sa.ForeignKeyConstraint(['stage_id'], ['stage.id'], name=op.f('fk_box_statement_stage_id_stage')),
    sa.ForeignKeyConstraint(['stated_by'], ['person.id'], name=op.f('fk_box_statement_stated_by_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_box_statement'))
    )
    with op.batch_alter_table('box_statement', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_box_statement_stage_id'), ['stage_id'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('box_statement', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_box_statement_stage_id'))

    op.drop_table('box_statement')
    op.drop_table('box_examination')
