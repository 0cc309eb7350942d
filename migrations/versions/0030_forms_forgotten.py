"""Of the form nothing is kept in the box any more, but a key of the box's own, and the receipts of votes replaced."""

import secrets

import sqlalchemy as sa
from alembic import op

revision = '0030'
down_revision = '0029'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('superseded',
    sa.Column('stage_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('receipt', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('stage_id', 'receipt', name=op.f('pk_superseded')),
    sqlite_with_rowid=False
    )
    op.add_column('ballot_box', sa.Column('form_key', sa.LargeBinary(), nullable=True))
    connection = op.get_bind()
    there = set(sa.inspect(connection).get_table_names())
    running = sa.text('SELECT stage_id FROM ballot_box WHERE NOT is_counted')
    for stage_id in connection.execute(running).scalars().all():
        key = sa.text('UPDATE ballot_box SET form_key = :key WHERE stage_id = :stage')
        connection.execute(key, {'key': secrets.token_bytes(32), 'stage': stage_id})
        if f'box_{stage_id}' in there:
            op.drop_column(f'box_{stage_id}', 'attempt')
            op.add_column(f'box_{stage_id}', sa.Column('superseded', sa.Text(), nullable=False, server_default=''))


def downgrade() -> None:
    raise NotImplementedError('which form an envelope came from is not kept any more')
