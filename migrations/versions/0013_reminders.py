"""The outbox of reminders with its rounds and nudges, and where people want mails."""

import sqlalchemy as sa
from alembic import op

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('reminder_round',
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('opens_week', sa.Boolean(), nullable=False),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('day', name=op.f('pk_reminder_round'))
    )
    op.create_table('mailbox',
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('address', sa.String(length=254), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_mailbox_person_id_person')),
    sa.PrimaryKeyConstraint('person_id', name=op.f('pk_mailbox'))
    )
    op.create_table('nudge',
    sa.Column('stage_id', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('nudged_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('people', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['stage_id'], ['stage.id'], name=op.f('fk_nudge_stage_id_stage')),
    sa.PrimaryKeyConstraint('stage_id', 'day', name=op.f('pk_nudge'))
    )
    op.create_table('reminder',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('season_id', sa.Integer(), nullable=False),
    sa.Column('stage_id', sa.Integer(), nullable=True),
    sa.Column('cause', sa.String(length=10), nullable=False),
    sa.Column('occasion', sa.String(length=40), nullable=False),
    sa.Column('lines', sa.Text(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('read_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('delivery', sa.String(length=10), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('error', sa.String(length=80), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_reminder_person_id_person')),
    sa.ForeignKeyConstraint(['season_id'], ['season.id'], name=op.f('fk_reminder_season_id_season')),
    sa.ForeignKeyConstraint(['stage_id'], ['stage.id'], name=op.f('fk_reminder_stage_id_stage')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reminder')),
    sa.UniqueConstraint('person_id', 'season_id', 'occasion', name=op.f('uq_reminder_person_id_season_id_occasion'))
    )
    with op.batch_alter_table('reminder', schema=None) as batch_op:
        batch_op.create_index('ix_reminder_delivery_due_at', ['delivery', 'due_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_reminder_season_id'), ['season_id'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('reminder', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_reminder_season_id'))
        batch_op.drop_index('ix_reminder_delivery_due_at')

    op.drop_table('reminder')
    op.drop_table('nudge')
    op.drop_table('mailbox')
    op.drop_table('reminder_round')
