"""What whoever is named in a declaration agreed to, and the letters by which units answer.

Of agreements given before it is not known what they were to: when their entry is handed in again they are asked anew.
"""

import sqlalchemy as sa
from alembic import op

revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('confirmation') as batch_op:
        batch_op.add_column(sa.Column('agreed', sa.Text(), nullable=True))
        batch_op.add_column(sa.Column('letter', sa.String(length=60), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('letter_on', sa.Date(), nullable=True))
    with op.batch_alter_table('confirmation') as batch_op:
        batch_op.alter_column('letter', existing_type=sa.String(length=60), server_default=None)


def downgrade() -> None:
    op.execute("DELETE FROM confirmation WHERE what = 'unit'")
    with op.batch_alter_table('confirmation') as batch_op:
        batch_op.drop_column('letter_on')
        batch_op.drop_column('letter')
        batch_op.drop_column('agreed')
