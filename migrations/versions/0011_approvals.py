"""Approvals: comments, proposals, rulings; entries sent back, and branches that joined by a merger."""

import sqlalchemy as sa
from alembic import op

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('entry') as batch_op:
        batch_op.add_column(sa.Column('joined', sa.Text(), nullable=False, server_default='[]'))
    with op.batch_alter_table('entry') as batch_op:
        batch_op.alter_column('joined', server_default=None)
    op.create_table('sent_back',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('entry_id', sa.Integer(), nullable=False),
    sa.Column('stage_id', sa.Integer(), nullable=False),
    sa.Column('remarks', sa.Text(), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['entry_id'], ['entry.id'], name=op.f('fk_sent_back_entry_id_entry')),
    sa.ForeignKeyConstraint(['stage_id'], ['stage.id'], name=op.f('fk_sent_back_stage_id_stage')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sent_back'))
    )
    op.create_table('field_comment',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('stage_id', sa.Integer(), nullable=False),
    sa.Column('entry_id', sa.Integer(), nullable=False),
    sa.Column('field', sa.String(length=40), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('written_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['entry_id'], ['entry.id'], name=op.f('fk_field_comment_entry_id_entry')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_field_comment_person_id_person')),
    sa.ForeignKeyConstraint(['stage_id'], ['stage.id'], name=op.f('fk_field_comment_stage_id_stage')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_field_comment'))
    )
    op.create_table('proposal',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('stage_id', sa.Integer(), nullable=False),
    sa.Column('entry_id', sa.Integer(), nullable=False),
    sa.Column('indicator', sa.Integer(), nullable=False),
    sa.Column('work', sa.String(length=30), nullable=False),
    sa.Column('stretch', sa.String(length=30), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('proposed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['entry_id'], ['entry.id'], name=op.f('fk_proposal_entry_id_entry')),
    sa.ForeignKeyConstraint(['stage_id'], ['stage.id'], name=op.f('fk_proposal_stage_id_stage')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_proposal'))
    )
    op.create_table('ruling',
    sa.Column('stage_id', sa.Integer(), nullable=False),
    sa.Column('motion', sa.Integer(), nullable=False),
    sa.Column('entry_id', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('into_id', sa.Integer(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('ruled_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['entry_id'], ['entry.id'], name=op.f('fk_ruling_entry_id_entry')),
    sa.ForeignKeyConstraint(['into_id'], ['entry.id'], name=op.f('fk_ruling_into_id_entry')),
    sa.ForeignKeyConstraint(['stage_id'], ['stage.id'], name=op.f('fk_ruling_stage_id_stage')),
    sa.PrimaryKeyConstraint('stage_id', 'motion', name=op.f('pk_ruling'))
    )
    for table in TABLES:
        with op.batch_alter_table(table) as batch_op:
            batch_op.create_index(batch_op.f(f'ix_{table}_entry_id'), ['entry_id'], unique=False)


def downgrade() -> None:
    for table in reversed(TABLES):
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_index(batch_op.f(f'ix_{table}_entry_id'))
        op.drop_table(table)
    with op.batch_alter_table('entry') as batch_op:
        batch_op.drop_column('joined')


TABLES = ('sent_back', 'field_comment', 'proposal', 'ruling')
