"""The share of the award fund that the branch of a merged application has."""

import json

import sqlalchemy as sa
from alembic import op

revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None

ENTRY = sa.table('entry', sa.column('id', sa.Integer()), sa.column('joined', sa.Text()))


def upgrade() -> None:
    with op.batch_alter_table('ruling') as batch_op:
        batch_op.add_column(sa.Column('share', sa.String(length=6), nullable=False, server_default=''))
    with op.batch_alter_table('ruling') as batch_op:
        batch_op.alter_column('share', existing_type=sa.String(length=6), server_default=None)
    op.execute("UPDATE ruling SET share = '0' WHERE into_id IS NOT NULL")
    for entry, joined in op.get_bind().execute(sa.select(ENTRY.c.id, ENTRY.c.joined)).all():
        _keep(entry, dict.fromkeys(json.loads(joined), '0'))


def downgrade() -> None:
    for entry, joined in op.get_bind().execute(sa.select(ENTRY.c.id, ENTRY.c.joined)).all():
        _keep(entry, sorted(json.loads(joined)))
    with op.batch_alter_table('ruling') as batch_op:
        batch_op.drop_column('share')


def _keep(entry: int, joined: dict[str, str] | list[str]) -> None:
    text = json.dumps(joined, ensure_ascii=False, sort_keys=True, separators=(',', ':'))
    op.execute(ENTRY.update().where(ENTRY.c.id == entry).values(joined=text))
