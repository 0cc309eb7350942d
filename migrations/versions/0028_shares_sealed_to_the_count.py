"""Shares that wait sealed to a count's key, peppers, commitments, limited tries; what was opened before keeps its rules."""

import sqlalchemy as sa
from alembic import op

revision = '0028'
down_revision = '0027'
branch_labels = None
depends_on = None


BOX = sa.table('ballot_box', sa.column('stage_id', sa.Integer), sa.column('is_counted', sa.Boolean))
TELLER = sa.table(
    'teller',
    sa.column('stage_id', sa.Integer),
    sa.column('wrapped_key', sa.LargeBinary),
    sa.column('handed_in', sa.LargeBinary),
    sa.column('has_handed_in', sa.Boolean),
    sa.column('has_lost', sa.Boolean),
)


def upgrade() -> None:
    op.create_table('count_session',
    sa.Column('stage_id', sa.Integer(), nullable=False),
    sa.Column('public_key', sa.LargeBinary(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('alive_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['stage_id'], ['stage.id'], name=op.f('fk_count_session_stage_id_stage')),
    sa.PrimaryKeyConstraint('stage_id', name=op.f('pk_count_session'))
    )
    with op.batch_alter_table('ballot_box') as batch_op:
        batch_op.add_column(sa.Column('rules', sa.Integer(), nullable=False, server_default='1'))
        batch_op.add_column(sa.Column('destroyed_at', sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table('teller') as batch_op:
        for name in ('is_peppered', 'has_lost', 'is_refused'):
            batch_op.add_column(sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column('tries', sa.Integer(), nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('tried_at', sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table('ballot_box') as batch_op:
        batch_op.alter_column('rules', existing_type=sa.Integer(), server_default=None)
    with op.batch_alter_table('teller') as batch_op:
        for name in ('is_peppered', 'has_lost', 'is_refused'):
            batch_op.alter_column(name, existing_type=sa.Boolean(), server_default=None)
        batch_op.alter_column('tries', existing_type=sa.Integer(), server_default=None)
    # Shares in the clear: whoever had handed one in hands it in again, sealed to a key that is in no file.
    counted = sa.select(BOX.c.stage_id).where(BOX.c.is_counted)
    op.execute(sa.update(TELLER).where(TELLER.c.handed_in.is_not(None)).values(has_lost=True))
    again = {'has_handed_in': False, 'handed_in': None}
    op.execute(sa.update(TELLER).where(TELLER.c.stage_id.not_in(counted)).values(again))
    forgotten = {'wrapped_key': b'', 'handed_in': None, 'has_lost': False}
    op.execute(sa.update(TELLER).where(TELLER.c.stage_id.in_(counted)).values(forgotten))


def downgrade() -> None:
    raise NotImplementedError('shares in the clear are not made again')
