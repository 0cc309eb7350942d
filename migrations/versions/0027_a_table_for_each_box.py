"""The envelopes of each vote in a table of their own; of votes that were counted, the marks of who has voted."""

import sqlalchemy as sa
from alembic import op

revision = '0027'
down_revision = '0026'
branch_labels = None
depends_on = None

IN_THE_BOX = 'SELECT person_id, attempt, receipt, sealed FROM envelope WHERE stage_id = :stage ORDER BY receipt'


def upgrade() -> None:
    op.create_table('mark',
    sa.Column('stage_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('person_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('receipt', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('stage_id', 'person_id', name=op.f('pk_mark')),
    sqlite_with_rowid=False
    )
    op.create_index(op.f('ix_mark_receipt'), 'mark', ['receipt'], unique=False)
    connection = op.get_bind()
    for stage_id, is_counted in connection.execute(sa.text('SELECT stage_id, is_counted FROM ballot_box')).all():
        if is_counted:
            marks = 'INSERT INTO mark SELECT stage_id, person_id, receipt FROM envelope WHERE stage_id = :stage ORDER BY receipt'
            connection.execute(sa.text(marks), {'stage': stage_id})
        else:
            _box(connection, stage_id)
    op.drop_table('envelope')


def _box(connection: sa.Connection, stage_id: int) -> None:
    """A table as one that opened with this version has; its rows in no order that says who came first."""
    name = f'box_{stage_id}'
    op.create_table(name,
    sa.Column('person_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('attempt', sa.String(length=64), nullable=False),
    sa.Column('receipt', sa.String(length=64), nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('person_id'),
    sqlite_with_rowid=False
    )
    op.create_index(f'ix_{name}_receipt', name, ['receipt'], unique=False)
    connection.execute(sa.text(f'INSERT INTO {name} {IN_THE_BOX}'), {'stage': stage_id})


def downgrade() -> None:
    raise NotImplementedError('the envelopes of votes that were counted are gone')
