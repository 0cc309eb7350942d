"""A member's role is held for no branch: which one a member votes in is said of the person, and the roll goes by that.

Such a limit never did anything. Were it kept, whoever has one would stand on the roll and not be let to vote.
"""

import sqlalchemy as sa
from alembic import op

revision = '0026'
down_revision = '0025'
branch_labels = None
depends_on = None

GRANT = sa.table(
    'role_grant',
    sa.column('id', sa.Integer()),
    sa.column('person_id', sa.Integer()),
    sa.column('role', sa.String()),
    sa.column('branch_id', sa.Integer()),
    sa.column('season_id', sa.Integer()),
)


def upgrade() -> None:
    rows = op.get_bind().execute(sa.select(GRANT).where(GRANT.c.role == 'member').order_by(GRANT.c.id)).all()
    held = {(row.person_id, row.season_id) for row in rows if row.branch_id is None}
    for row in rows:
        if row.branch_id is not None:
            this = GRANT.c.id == row.id
            if (row.person_id, row.season_id) in held:
                op.execute(GRANT.delete().where(this))
            else:
                op.execute(GRANT.update().where(this).values(branch_id=None))
                held.add((row.person_id, row.season_id))


def downgrade() -> None:
    """The limits meant nothing: there is nothing to bring back."""
