"""Whoever took part in a merged application goes along, branches and units, each with a share of the award fund.

Those who went along with earlier mergers without being told are put in without a share.
"""

import json

import sqlalchemy as sa
from alembic import op

revision = '0019'
down_revision = '0018'
branch_labels = None
depends_on = None

ENTRY = sa.table(
    'entry', sa.column('id'), sa.column('branch_id'), sa.column('answers', sa.Text()), sa.column('joined', sa.Text())
)
BRANCH = sa.table('branch', sa.column('id'), sa.column('key'))
RULING = sa.table(
    'ruling',
    sa.column('stage_id'),
    sa.column('motion'),
    sa.column('entry_id'),
    sa.column('into_id'),
    sa.column('share', sa.String()),
    sa.column('joined', sa.Text()),
)


def upgrade() -> None:
    with op.batch_alter_table('ruling') as batch_op:
        batch_op.add_column(sa.Column('joined', sa.Text(), nullable=False, server_default='[]'))
    with op.batch_alter_table('ruling') as batch_op:
        batch_op.alter_column('joined', existing_type=sa.Text(), server_default=None)
    branches = dict(op.get_bind().execute(sa.select(BRANCH.c.id, BRANCH.c.key)).all())
    entries = op.get_bind().execute(sa.select(ENTRY)).mappings().all()
    lead = {one['id']: branches[one['branch_id']] for one in entries}
    partners = {one['id']: _partners(json.loads(one['answers'])) for one in entries}
    joined: dict[int, list[dict[str, str]]] = {one['id']: [] for one in entries}
    merged = sa.select(RULING).where(RULING.c.into_id.is_not(None)).order_by(RULING.c.stage_id, RULING.c.motion)
    for one in op.get_bind().execute(merged).mappings().all():
        entry, into = one['entry_id'], one['into_id']
        known = {_who(row) for row in partners[entry]}
        others = [*partners[entry], *(row for row in joined[entry] if _who(row) not in known)]
        along = [_row(lead[entry], '', one['share']), *(_row(row['branch'], row['unit'], '0') for row in others)]
        along = [row for row in along if row['branch'] != lead[into]]
        there = {_who(row) for row in joined[into]}
        joined[into] += [row for row in along if _who(row) not in there]
        which = (RULING.c.stage_id == one['stage_id'], RULING.c.motion == one['motion'])
        op.execute(RULING.update().where(*which).values(joined=_text(along)))
    for entry, rows in joined.items():
        op.execute(ENTRY.update().where(ENTRY.c.id == entry).values(joined=_text(rows)))
    with op.batch_alter_table('ruling') as batch_op:
        batch_op.drop_column('share')


def downgrade() -> None:
    with op.batch_alter_table('ruling') as batch_op:
        batch_op.add_column(sa.Column('share', sa.String(length=6), nullable=False, server_default=''))
    with op.batch_alter_table('ruling') as batch_op:
        batch_op.alter_column('share', existing_type=sa.String(length=6), server_default=None)
    for one in op.get_bind().execute(sa.select(RULING).where(RULING.c.into_id.is_not(None))).mappings().all():
        first = next(iter(json.loads(one['joined'])), {'share': '0'})
        which = (RULING.c.stage_id == one['stage_id'], RULING.c.motion == one['motion'])
        op.execute(RULING.update().where(*which).values(share=first['share']))
    for entry, joined in op.get_bind().execute(sa.select(ENTRY.c.id, ENTRY.c.joined)).all():
        kept = {row['branch']: row['share'] for row in json.loads(joined) if row['branch']}
        op.execute(ENTRY.update().where(ENTRY.c.id == entry).values(joined=_text(kept)))
    with op.batch_alter_table('ruling') as batch_op:
        batch_op.drop_column('joined')


def _partners(answers: dict[str, object]) -> list[dict[str, str]]:
    """The one answer whose rows have shares."""
    tables = [answer for answer in answers.values() if isinstance(answer, list)]
    found = (rows for rows in tables if rows and isinstance(rows[0], dict) and 'share' in rows[0])
    return next(found, [])


def _who(row: dict[str, str]) -> tuple[str, str]:
    return row['branch'], row['unit']


def _row(branch: str, unit: str, share: str) -> dict[str, str]:
    return {'branch': branch, 'unit': unit, 'share': share}


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(',', ':'))
