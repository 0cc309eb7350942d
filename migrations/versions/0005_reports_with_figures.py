"""Reports with figures, milestones and files, of a day and perhaps correcting another; since when an entry is where."""

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('reported_figure',
    sa.Column('report_id', sa.Integer(), nullable=False),
    sa.Column('indicator', sa.Integer(), nullable=False),
    sa.Column('value', sa.String(length=30), nullable=False),
    sa.ForeignKeyConstraint(['report_id'], ['progress_report.id'], name=op.f('fk_reported_figure_report_id_progress_report')),
    sa.PrimaryKeyConstraint('report_id', 'indicator', name=op.f('pk_reported_figure'))
    )
    with op.batch_alter_table('entry', schema=None) as batch_op:
        batch_op.add_column(sa.Column('moved_at', sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table('progress_report', schema=None) as batch_op:
        batch_op.add_column(sa.Column('day', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('corrects', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('reached', sa.Text(), nullable=False, server_default='[]'))
        batch_op.add_column(sa.Column('files', sa.Text(), nullable=False, server_default='[]'))
    op.execute('UPDATE progress_report SET day = date(filed_at)')
    with op.batch_alter_table('progress_report', schema=None) as batch_op:
        batch_op.alter_column('day', existing_type=sa.Date(), nullable=False)
        batch_op.alter_column('reached', existing_type=sa.Text(), server_default=None)
        batch_op.alter_column('files', existing_type=sa.Text(), server_default=None)


def downgrade() -> None:
    with op.batch_alter_table('progress_report', schema=None) as batch_op:
        batch_op.drop_column('files')
        batch_op.drop_column('reached')
        batch_op.drop_column('corrects')
        batch_op.drop_column('day')
    with op.batch_alter_table('entry', schema=None) as batch_op:
        batch_op.drop_column('moved_at')
    op.drop_table('reported_figure')
