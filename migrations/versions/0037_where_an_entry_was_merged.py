"""Every entry that was merged says where it went; those of before are filled in from the rulings."""

import sqlalchemy as sa
from alembic import op

revision = '0037'
down_revision = '0036'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('entry', sa.Column('merged_into', sa.String(length=20), server_default='', nullable=False))
    merged = "ruling.entry_id = entry.id AND ruling.state = 'merged' AND ruling.into_id IS NOT NULL"
    into = f"SELECT MAX(goal.key) FROM ruling JOIN entry AS goal ON goal.id = ruling.into_id WHERE {merged}"
    op.execute(f"UPDATE entry SET merged_into = ({into}) WHERE EXISTS (SELECT 1 FROM ruling WHERE {merged})")


def downgrade() -> None:
    op.drop_column('entry', 'merged_into')
