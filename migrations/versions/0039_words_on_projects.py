"""Comments on projects, and who gave an order."""

import sqlalchemy as sa
from alembic import op

revision = '0039'
down_revision = '0038'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'project_comment',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('stage_id', sa.Integer(), nullable=False),
        sa.Column('entry_id', sa.Integer(), nullable=False),
        sa.Column('person_id', sa.Integer(), nullable=False),
        sa.Column('text', sa.Text(), nullable=False),
        sa.Column('written_at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['stage_id'], ['stage.id'], name='fk_project_comment_stage_id_stage'),
        sa.ForeignKeyConstraint(['entry_id'], ['entry.id'], name='fk_project_comment_entry_id_entry'),
        sa.ForeignKeyConstraint(['person_id'], ['person.id'], name='fk_project_comment_person_id_person'),
        sa.PrimaryKeyConstraint('id', name='pk_project_comment'),
    )
    op.create_index('ix_project_comment_entry_id', 'project_comment', ['entry_id'])
    with op.batch_alter_table('follow_up') as batch:
        batch.add_column(sa.Column('given_by', sa.Integer(), nullable=True))
        batch.create_foreign_key('fk_follow_up_given_by_person', 'person', ['given_by'], ['id'])


def downgrade() -> None:
    with op.batch_alter_table('follow_up') as batch:
        batch.drop_constraint('fk_follow_up_given_by_person', type_='foreignkey')
        batch.drop_column('given_by')
    op.drop_index('ix_project_comment_entry_id', 'project_comment')
    op.drop_table('project_comment')
