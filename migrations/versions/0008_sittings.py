"""A committee may sit more than once: sittings, each with its own attendance and day."""

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def sitting() -> sa.Column[int]:
    return sa.Column('sitting', sa.Integer(), nullable=False, server_default='1')


def upgrade() -> None:
    op.create_table('sitting',
    sa.Column('stage_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('venue', sa.String(length=120), nullable=False),
    sa.Column('held_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['stage_id'], ['stage.id'], name=op.f('fk_sitting_stage_id_stage')),
    sa.PrimaryKeyConstraint('stage_id', 'number', name=op.f('pk_sitting'))
    )
    op.execute("INSERT INTO sitting (stage_id, number, venue, held_at) SELECT stage_id, 1, venue, held_at FROM meeting")
    with op.batch_alter_table('meeting') as batch_op:
        batch_op.drop_column('held_at')
        batch_op.drop_column('venue')
    with op.batch_alter_table('attendance') as batch_op:
        batch_op.add_column(sitting())
        batch_op.drop_constraint('uq_attendance_stage_id_office', type_='unique')
        batch_op.drop_constraint('pk_attendance', type_='primary')
        batch_op.create_primary_key('pk_attendance', ['stage_id', 'sitting', 'person_id'])
        batch_op.create_unique_constraint('uq_attendance_stage_id_sitting_office', ['stage_id', 'sitting', 'office'])
    for table in ('motion', 'recusal'):
        with op.batch_alter_table(table) as batch_op:
            batch_op.add_column(sitting())
    for table in ('attendance', 'motion', 'recusal'):
        with op.batch_alter_table(table) as batch_op:
            batch_op.alter_column('sitting', server_default=None)


def downgrade() -> None:
    op.execute("DELETE FROM attendance WHERE sitting > 1")
    for table in ('motion', 'recusal'):
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_column('sitting')
    with op.batch_alter_table('attendance') as batch_op:
        batch_op.drop_constraint('uq_attendance_stage_id_sitting_office', type_='unique')
        batch_op.drop_constraint('pk_attendance', type_='primary')
        batch_op.drop_column('sitting')
        batch_op.create_primary_key('pk_attendance', ['stage_id', 'person_id'])
        batch_op.create_unique_constraint('uq_attendance_stage_id_office', ['stage_id', 'office'])
    with op.batch_alter_table('meeting') as batch_op:
        batch_op.add_column(sa.Column('venue', sa.String(length=120), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('held_at', sa.DateTime(timezone=True), nullable=True))
    op.drop_table('sitting')
