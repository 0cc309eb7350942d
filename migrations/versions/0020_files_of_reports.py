"""Which files came with reports on progress: those whom an entry names read these, and no evidence for an inspection."""

import json

import sqlalchemy as sa
from alembic import op

revision = '0020'
down_revision = '0019'
branch_labels = None
depends_on = None

ATTACHMENT = sa.table('attachment', sa.column('id', sa.Integer()), sa.column('is_reported', sa.Boolean()))
REPORT = sa.table('progress_report', sa.column('files', sa.Text()))


def upgrade() -> None:
    with op.batch_alter_table('attachment') as batch_op:
        batch_op.add_column(sa.Column('is_reported', sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table('attachment') as batch_op:
        batch_op.alter_column('is_reported', existing_type=sa.Boolean(), server_default=None)
    for (text,) in op.get_bind().execute(sa.select(REPORT.c.files)).all():
        if numbers := json.loads(text):
            op.execute(ATTACHMENT.update().where(ATTACHMENT.c.id.in_(numbers)).values(is_reported=True))


def downgrade() -> None:
    with op.batch_alter_table('attachment') as batch_op:
        batch_op.drop_column('is_reported')
