"""What somebody has typed into a form and not sent is kept for them."""

import sqlalchemy as sa
from alembic import op

revision = '0040'
down_revision = '0039'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'unsent_form',
        sa.Column('person_id', sa.Integer(), nullable=False),
        sa.Column('to', sa.String(length=300), nullable=False),
        sa.Column('fields', sa.Text(), nullable=False),
        sa.Column('of', sa.String(length=20), nullable=False),
        sa.Column('page', sa.String(length=64), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.Column('saved_at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['person_id'], ['person.id'], name='fk_unsent_form_person_id_person'),
        sa.PrimaryKeyConstraint('person_id', 'to', name='pk_unsent_form'),
    )


def downgrade() -> None:
    op.drop_table('unsent_form')
