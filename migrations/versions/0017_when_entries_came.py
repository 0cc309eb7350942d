"""When an entry that moves by itself came to each stage, from the log; until now the last move only was kept."""

import json

import sqlalchemy as sa
from alembic import op

revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None

ENTRY = sa.table('entry', sa.column('id', sa.Integer()), sa.column('season_id', sa.Integer()),
                 sa.column('key', sa.String()), sa.column('came', sa.Text()))
SEASON = sa.table('season', sa.column('id', sa.Integer()), sa.column('key', sa.String()))
EVENT = sa.table('event', sa.column('leaf', sa.Text()), sa.column('type', sa.String()),
                 sa.column('at', sa.DateTime(timezone=True)))


def upgrade() -> None:
    op.add_column('entry', sa.Column('came', sa.Text(), nullable=True))
    op.drop_column('entry', 'moved_at')  # in place: other tables refer to this one
    found = _moves()
    rows = sa.select(ENTRY.c.id, SEASON.c.key, ENTRY.c.key).where(ENTRY.c.season_id == SEASON.c.id)
    for entry, season, key in op.get_bind().execute(rows).all():
        if (season, key) in found:
            text = json.dumps(found[season, key], sort_keys=True, separators=(',', ':'))
            op.execute(ENTRY.update().where(ENTRY.c.id == entry).values(came=text))


def downgrade() -> None:
    op.add_column('entry', sa.Column('moved_at', sa.DateTime(timezone=True), nullable=True))
    op.drop_column('entry', 'came')


def _moves() -> dict[tuple[str, str], dict[str, str]]:
    """{(season, entry): {stage: when it came there last}}."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    moved = sa.select(EVENT.c.leaf).where(EVENT.c.type == 'entry.moved').order_by(EVENT.c.at)
    for (leaf,) in op.get_bind().execute(moved).all():
        event = json.loads(leaf)
        stage = event['public']['to'].rpartition('.')[0]
        if stage:
            came = found.setdefault((event['season'], event['public']['entry']), {})
            came[stage] = event['at'].replace('Z', '+00:00')
    return found
