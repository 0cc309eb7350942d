"""The award fund: years, accounts, bookings that are written once, and their evidence."""

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


PROTECTIONS = {
    "sqlite": [
        "CREATE TRIGGER fund_booking_no_update BEFORE UPDATE ON fund_booking BEGIN SELECT RAISE(ABORT, 'fund_booking is written once'); END",
        "CREATE TRIGGER fund_booking_no_delete BEFORE DELETE ON fund_booking BEGIN SELECT RAISE(ABORT, 'fund_booking is written once'); END",
        "CREATE TRIGGER fund_booking_no_replace BEFORE INSERT ON fund_booking WHEN EXISTS (SELECT 1 FROM fund_booking WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'fund_booking is written once'); END",
        "CREATE TRIGGER fund_document_no_update BEFORE UPDATE ON fund_document BEGIN SELECT RAISE(ABORT, 'fund_document is written once'); END",
        "CREATE TRIGGER fund_document_no_delete BEFORE DELETE ON fund_document BEGIN SELECT RAISE(ABORT, 'fund_document is written once'); END",
        "CREATE TRIGGER fund_document_no_replace BEFORE INSERT ON fund_document WHEN EXISTS (SELECT 1 FROM fund_document WHERE booking_id = NEW.booking_id) BEGIN SELECT RAISE(ABORT, 'fund_document is written once'); END",
    ],
    "postgresql": [
        "CREATE TRIGGER fund_booking_written_once BEFORE UPDATE OR DELETE ON fund_booking FOR EACH ROW EXECUTE FUNCTION written_once()",
        "CREATE TRIGGER fund_booking_not_truncated BEFORE TRUNCATE ON fund_booking FOR EACH STATEMENT EXECUTE FUNCTION written_once()",
        "CREATE TRIGGER fund_document_written_once BEFORE UPDATE OR DELETE ON fund_document FOR EACH ROW EXECUTE FUNCTION written_once()",
        "CREATE TRIGGER fund_document_not_truncated BEFORE TRUNCATE ON fund_document FOR EACH STATEMENT EXECUTE FUNCTION written_once()",
    ],
}


def upgrade() -> None:
    op.create_table('fund_year',
    sa.Column('year', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('year', name=op.f('pk_fund_year'))
    )
    op.create_table('fund_account',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('branch_id', sa.Integer(), nullable=True),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.ForeignKeyConstraint(['branch_id'], ['branch.id'], name=op.f('fk_fund_account_branch_id_branch')),
    sa.ForeignKeyConstraint(['year'], ['fund_year.year'], name=op.f('fk_fund_account_year_fund_year')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_fund_account')),
    sa.UniqueConstraint('year', 'name', name=op.f('uq_fund_account_year_name'))
    )
    with op.batch_alter_table('fund_account', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_fund_account_branch_id'), ['branch_id'], unique=False)

    op.create_table('fund_booking',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('act', sa.String(length=16), nullable=False),
    sa.Column('from_id', sa.Integer(), nullable=False),
    sa.Column('to_id', sa.Integer(), nullable=False),
    sa.Column('amount', sa.BigInteger(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('purpose', sa.Text(), nullable=False),
    sa.Column('document', sa.String(length=60), nullable=False),
    sa.Column('corrects_id', sa.Integer(), nullable=True),
    sa.Column('stage_id', sa.Integer(), nullable=True),
    sa.Column('entry_id', sa.Integer(), nullable=True),
    sa.Column('booked_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("(act = 'correction') = (corrects_id IS NOT NULL)", name=op.f('ck_fund_booking_correction_corrects')),
    sa.CheckConstraint("(act = 'grant') = (stage_id IS NOT NULL AND entry_id IS NOT NULL)", name=op.f('ck_fund_booking_grant_has_entry')),
    sa.CheckConstraint("act <> 'spending' OR document <> ''", name=op.f('ck_fund_booking_spending_has_document')),
    sa.CheckConstraint('amount > 0', name=op.f('ck_fund_booking_amount_above_0')),
    sa.CheckConstraint('from_id <> to_id', name=op.f('ck_fund_booking_two_accounts')),
    sa.ForeignKeyConstraint(['corrects_id'], ['fund_booking.id'], name=op.f('fk_fund_booking_corrects_id_fund_booking')),
    sa.ForeignKeyConstraint(['entry_id'], ['entry.id'], name=op.f('fk_fund_booking_entry_id_entry')),
    sa.ForeignKeyConstraint(['from_id'], ['fund_account.id'], name=op.f('fk_fund_booking_from_id_fund_account')),
    sa.ForeignKeyConstraint(['stage_id'], ['stage.id'], name=op.f('fk_fund_booking_stage_id_stage')),
    sa.ForeignKeyConstraint(['to_id'], ['fund_account.id'], name=op.f('fk_fund_booking_to_id_fund_account')),
    sa.ForeignKeyConstraint(['year'], ['fund_year.year'], name=op.f('fk_fund_booking_year_fund_year')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_fund_booking')),
    sa.UniqueConstraint('corrects_id', name=op.f('uq_fund_booking_corrects_id')),
    sa.UniqueConstraint('stage_id', 'entry_id', 'to_id', name=op.f('uq_fund_booking_stage_id_entry_id_to_id')),
    sa.UniqueConstraint('year', 'number', name=op.f('uq_fund_booking_year_number'))
    )
    with op.batch_alter_table('fund_booking', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_fund_booking_from_id'), ['from_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_fund_booking_to_id'), ['to_id'], unique=False)

    op.create_table('fund_document',
    sa.Column('booking_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('media_type', sa.String(length=100), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['booking_id'], ['fund_booking.id'], name=op.f('fk_fund_document_booking_id_fund_booking')),
    sa.PrimaryKeyConstraint('booking_id', name=op.f('pk_fund_document'))
    )
    for statement in PROTECTIONS[op.get_bind().dialect.name]:
        op.execute(sa.text(statement))


def downgrade() -> None:
    op.drop_table('fund_document')
    with op.batch_alter_table('fund_booking', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_fund_booking_to_id'))
        batch_op.drop_index(batch_op.f('ix_fund_booking_from_id'))

    op.drop_table('fund_booking')
    with op.batch_alter_table('fund_account', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_fund_account_branch_id'))

    op.drop_table('fund_account')
    op.drop_table('fund_year')
