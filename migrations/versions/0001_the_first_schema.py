"""The first schema: everything there is, with the triggers that keep the log as it was written."""

import sqlalchemy as sa
from alembic import op

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


PROTECTIONS = {
    "sqlite": [
        'CREATE TRIGGER event_pending AFTER INSERT ON event BEGIN INSERT INTO pending (event_id) VALUES (NEW.id); END',
        "CREATE TRIGGER event_no_update BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'event is written once'); END",
        "CREATE TRIGGER event_no_delete BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'event is written once'); END",
        "CREATE TRIGGER event_no_replace BEFORE INSERT ON event WHEN EXISTS (SELECT 1 FROM event WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'event is written once'); END",
        "CREATE TRIGGER leaf_no_update BEFORE UPDATE ON leaf BEGIN SELECT RAISE(ABORT, 'leaf is written once'); END",
        "CREATE TRIGGER leaf_no_delete BEFORE DELETE ON leaf BEGIN SELECT RAISE(ABORT, 'leaf is written once'); END",
        "CREATE TRIGGER leaf_no_replace BEFORE INSERT ON leaf WHEN EXISTS (SELECT 1 FROM leaf WHERE number = NEW.number) BEGIN SELECT RAISE(ABORT, 'leaf is written once'); END",
        "CREATE TRIGGER checkpoint_no_update BEFORE UPDATE ON checkpoint BEGIN SELECT RAISE(ABORT, 'checkpoint is written once'); END",
        "CREATE TRIGGER checkpoint_no_delete BEFORE DELETE ON checkpoint BEGIN SELECT RAISE(ABORT, 'checkpoint is written once'); END",
        "CREATE TRIGGER checkpoint_no_replace BEFORE INSERT ON checkpoint WHEN EXISTS (SELECT 1 FROM checkpoint WHERE size = NEW.size) BEGIN SELECT RAISE(ABORT, 'checkpoint is written once'); END",
        "CREATE TRIGGER leaf_no_replace_event BEFORE INSERT ON leaf WHEN EXISTS (SELECT 1 FROM leaf WHERE event_id = NEW.event_id) BEGIN SELECT RAISE(ABORT, 'leaf is written once'); END",
    ],
    "postgresql": [
        'CREATE FUNCTION event_pending() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO pending (event_id) VALUES (NEW.id); RETURN NULL; END $$',
        'CREATE TRIGGER event_pending AFTER INSERT ON event FOR EACH ROW EXECUTE FUNCTION event_pending()',
        "CREATE FUNCTION written_once() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '% is written once', TG_TABLE_NAME; END $$",
        'CREATE TRIGGER event_written_once BEFORE UPDATE OR DELETE ON event FOR EACH ROW EXECUTE FUNCTION written_once()',
        'CREATE TRIGGER event_not_truncated BEFORE TRUNCATE ON event FOR EACH STATEMENT EXECUTE FUNCTION written_once()',
        'CREATE TRIGGER leaf_written_once BEFORE UPDATE OR DELETE ON leaf FOR EACH ROW EXECUTE FUNCTION written_once()',
        'CREATE TRIGGER leaf_not_truncated BEFORE TRUNCATE ON leaf FOR EACH STATEMENT EXECUTE FUNCTION written_once()',
        'CREATE TRIGGER checkpoint_written_once BEFORE UPDATE OR DELETE ON checkpoint FOR EACH ROW EXECUTE FUNCTION written_once()',
        'CREATE TRIGGER checkpoint_not_truncated BEFORE TRUNCATE ON checkpoint FOR EACH STATEMENT EXECUTE FUNCTION written_once()',
    ],
}


def upgrade() -> None:
    op.create_table('attachment',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('entry_id', sa.Integer(), nullable=False),
    sa.Column('uploader_id', sa.Integer(), nullable=True),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('media_type', sa.String(length=100), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('is_handed_in', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_attachment'))
    )
    with op.batch_alter_table('attachment', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_attachment_entry_id'), ['entry_id'], unique=False)

    op.create_table('ballot',
    sa.Column('stage_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('id', sa.String(length=16), nullable=False),
    sa.Column('mask', sa.BigInteger(), nullable=True),
    sa.Column('votes', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.PrimaryKeyConstraint('stage_id', 'id', name=op.f('pk_ballot')),
    sqlite_with_rowid=False
    )
    op.create_table('branch',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=40), nullable=False),
    sa.Column('name_zh', sa.String(length=120), nullable=False),
    sa.Column('name_en', sa.String(length=120), nullable=False),
    sa.Column('founded_on', sa.Date(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_branch')),
    sa.UniqueConstraint('key', name=op.f('uq_branch_key')),
    sa.UniqueConstraint('name_zh', name=op.f('uq_branch_name_zh'))
    )
    op.create_table('calendar_day',
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('is_working', sa.Boolean(), nullable=False),
    sa.Column('note', sa.String(length=120), nullable=False),
    sa.PrimaryKeyConstraint('day', name=op.f('pk_calendar_day'))
    )
    op.create_table('checkpoint',
    sa.Column('size', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('size', name=op.f('pk_checkpoint'))
    )
    op.create_table('elector',
    sa.Column('stage_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('person_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('branch_id', sa.Integer(), nullable=True),
    sa.Column('weight', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('stage_id', 'person_id', name=op.f('pk_elector'))
    )
    op.create_table('envelope',
    sa.Column('stage_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('person_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('attempt', sa.String(length=64), nullable=False),
    sa.Column('receipt', sa.String(length=64), nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('stage_id', 'person_id', name=op.f('pk_envelope')),
    sqlite_with_rowid=False
    )
    with op.batch_alter_table('envelope', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_envelope_receipt'), ['receipt'], unique=False)

    op.create_table('event',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('type', sa.String(length=60), nullable=False),
    sa.Column('season', sa.String(length=60), nullable=False),
    sa.Column('leaf', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_event'))
    )
    with op.batch_alter_table('event', schema=None) as batch_op:
        batch_op.create_index('ix_event_season_at', ['season', 'at'], unique=False)

    op.create_table('leaf',
    sa.Column('number', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('event_id', sa.String(length=32), nullable=False),
    sa.Column('leaf_hash', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('number', name=op.f('pk_leaf')),
    sa.UniqueConstraint('event_id', name=op.f('uq_leaf_event_id'))
    )
    op.create_table('login_attempt',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('bucket', sa.String(length=80), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_login_attempt'))
    )
    with op.batch_alter_table('login_attempt', schema=None) as batch_op:
        batch_op.create_index('ix_login_attempt_bucket_at', ['bucket', 'at'], unique=False)

    op.create_table('pending',
    sa.Column('number', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('event_id', sa.String(length=32), nullable=False),
    sa.PrimaryKeyConstraint('number', name=op.f('pk_pending'))
    )
    op.create_table('season',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=60), nullable=False),
    sa.Column('workflow', sa.String(length=40), nullable=False),
    sa.Column('title_zh', sa.String(length=200), nullable=False),
    sa.Column('title_en', sa.String(length=200), nullable=False),
    sa.Column('definition', sa.Text(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('draw_seed', sa.String(length=64), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=False),
    sa.Column('cancelled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('cancel_reason', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_season')),
    sa.UniqueConstraint('key', name=op.f('uq_season_key'))
    )
    op.create_table('tree_head',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('frontier', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_tree_head'))
    )
    op.create_table('attachment_blob',
    sa.Column('attachment_id', sa.Integer(), nullable=False),
    sa.Column('variant', sa.String(length=10), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['attachment_id'], ['attachment.id'], name=op.f('fk_attachment_blob_attachment_id_attachment')),
    sa.PrimaryKeyConstraint('attachment_id', 'variant', name=op.f('pk_attachment_blob'))
    )
    op.create_table('entry',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('season_id', sa.Integer(), nullable=False),
    sa.Column('branch_id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=20), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('position', sa.String(length=60), nullable=False),
    sa.Column('number', sa.Integer(), nullable=True),
    sa.Column('answers', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['branch_id'], ['branch.id'], name=op.f('fk_entry_branch_id_branch')),
    sa.ForeignKeyConstraint(['season_id'], ['season.id'], name=op.f('fk_entry_season_id_season')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_entry')),
    sa.UniqueConstraint('season_id', 'key', name=op.f('uq_entry_season_id_key'))
    )
    with op.batch_alter_table('entry', schema=None) as batch_op:
        batch_op.create_index('ix_entry_season_branch', ['season_id', 'branch_id'], unique=False)

    op.create_table('person',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('login', sa.String(length=80), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('branch_id', sa.Integer(), nullable=True),
    sa.Column('password_hash', sa.String(length=255), nullable=False),
    sa.Column('session_version', sa.Integer(), nullable=False),
    sa.Column('locale', sa.String(length=10), nullable=False),
    sa.Column('is_active', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['branch_id'], ['branch.id'], name=op.f('fk_person_branch_id_branch')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_person')),
    sa.UniqueConstraint('login', name=op.f('uq_person_login'))
    )
    with op.batch_alter_table('person', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_person_branch_id'), ['branch_id'], unique=False)

    op.create_table('personal',
    sa.Column('event_id', sa.String(length=32), nullable=False),
    sa.Column('salt', sa.LargeBinary(), nullable=False),
    sa.Column('payload', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['event_id'], ['event.id'], name=op.f('fk_personal_event_id_event')),
    sa.PrimaryKeyConstraint('event_id', name=op.f('pk_personal'))
    )
    op.create_table('stage',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('season_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=40), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('phase', sa.String(length=10), nullable=False),
    sa.Column('opens_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closes_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('outcome', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['season_id'], ['season.id'], name=op.f('fk_stage_season_id_season')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stage')),
    sa.UniqueConstraint('season_id', 'key', name=op.f('uq_stage_season_id_key')),
    sa.UniqueConstraint('season_id', 'position', name=op.f('uq_stage_season_id_position'))
    )
    op.create_table('attendance',
    sa.Column('stage_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('office', sa.String(length=20), nullable=False),
    sa.Column('is_present', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_attendance_person_id_person')),
    sa.ForeignKeyConstraint(['stage_id'], ['stage.id'], name=op.f('fk_attendance_stage_id_stage')),
    sa.PrimaryKeyConstraint('stage_id', 'person_id', name=op.f('pk_attendance')),
    sa.UniqueConstraint('stage_id', 'office', name=op.f('uq_attendance_stage_id_office'))
    )
    op.create_table('award',
    sa.Column('stage_id', sa.Integer(), nullable=False),
    sa.Column('entry_id', sa.Integer(), nullable=False),
    sa.Column('place', sa.Integer(), nullable=False),
    sa.Column('tier', sa.String(length=40), nullable=False),
    sa.ForeignKeyConstraint(['entry_id'], ['entry.id'], name=op.f('fk_award_entry_id_entry')),
    sa.ForeignKeyConstraint(['stage_id'], ['stage.id'], name=op.f('fk_award_stage_id_stage')),
    sa.PrimaryKeyConstraint('stage_id', 'entry_id', name=op.f('pk_award'))
    )
    op.create_table('ballot_box',
    sa.Column('stage_id', sa.Integer(), nullable=False),
    sa.Column('public_key', sa.LargeBinary(), nullable=False),
    sa.Column('private_key', sa.LargeBinary(), nullable=True),
    sa.Column('paper', sa.Text(), nullable=False),
    sa.Column('roll_digest', sa.String(length=64), nullable=False),
    sa.Column('is_counted', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['stage_id'], ['stage.id'], name=op.f('fk_ballot_box_stage_id_stage')),
    sa.PrimaryKeyConstraint('stage_id', name=op.f('pk_ballot_box'))
    )
    op.create_table('decided',
    sa.Column('stage_id', sa.Integer(), nullable=False),
    sa.Column('entry_id', sa.Integer(), nullable=False),
    sa.Column('place', sa.Integer(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['entry_id'], ['entry.id'], name=op.f('fk_decided_entry_id_entry')),
    sa.ForeignKeyConstraint(['stage_id'], ['stage.id'], name=op.f('fk_decided_stage_id_stage')),
    sa.PrimaryKeyConstraint('stage_id', 'entry_id', name=op.f('pk_decided'))
    )
    op.create_table('draft',
    sa.Column('entry_id', sa.Integer(), nullable=False),
    sa.Column('answers', sa.Text(), nullable=False),
    sa.Column('saved_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('page', sa.String(length=32), nullable=False),
    sa.ForeignKeyConstraint(['entry_id'], ['entry.id'], name=op.f('fk_draft_entry_id_entry')),
    sa.PrimaryKeyConstraint('entry_id', name=op.f('pk_draft'))
    )
    op.create_table('invitation',
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_invitation_person_id_person')),
    sa.PrimaryKeyConstraint('token_hash', name=op.f('pk_invitation'))
    )
    with op.batch_alter_table('invitation', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_invitation_person_id'), ['person_id'], unique=False)

    op.create_table('meeting',
    sa.Column('stage_id', sa.Integer(), nullable=False),
    sa.Column('venue', sa.String(length=120), nullable=False),
    sa.Column('held_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['stage_id'], ['stage.id'], name=op.f('fk_meeting_stage_id_stage')),
    sa.PrimaryKeyConstraint('stage_id', name=op.f('pk_meeting'))
    )
    op.create_table('motion',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('stage_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('about', sa.Text(), nullable=False),
    sa.Column('ayes', sa.Integer(), nullable=False),
    sa.Column('noes', sa.Integer(), nullable=False),
    sa.Column('abstentions', sa.Integer(), nullable=False),
    sa.Column('entitled', sa.Integer(), nullable=False),
    sa.Column('present', sa.Integer(), nullable=False),
    sa.Column('recused', sa.Integer(), nullable=False),
    sa.Column('result', sa.String(length=12), nullable=False),
    sa.ForeignKeyConstraint(['stage_id'], ['stage.id'], name=op.f('fk_motion_stage_id_stage')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_motion')),
    sa.UniqueConstraint('stage_id', 'number', name=op.f('uq_motion_stage_id_number'))
    )
    op.create_table('objection',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('stage_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('entry_id', sa.Integer(), nullable=True),
    sa.Column('code_hash', sa.String(length=64), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('contact', sa.String(length=120), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('filed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('filed_event', sa.String(length=32), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('answer', sa.Text(), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answered_event', sa.String(length=32), nullable=False),
    sa.Column('erased_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['entry_id'], ['entry.id'], name=op.f('fk_objection_entry_id_entry')),
    sa.ForeignKeyConstraint(['stage_id'], ['stage.id'], name=op.f('fk_objection_stage_id_stage')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_objection')),
    sa.UniqueConstraint('code_hash', name=op.f('uq_objection_code_hash')),
    sa.UniqueConstraint('stage_id', 'number', name=op.f('uq_objection_stage_id_number'))
    )
    op.create_table('progress_report',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('stage_id', sa.Integer(), nullable=False),
    sa.Column('entry_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('filed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['entry_id'], ['entry.id'], name=op.f('fk_progress_report_entry_id_entry')),
    sa.ForeignKeyConstraint(['stage_id'], ['stage.id'], name=op.f('fk_progress_report_stage_id_stage')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_progress_report')),
    sa.UniqueConstraint('stage_id', 'entry_id', 'number', name=op.f('uq_progress_report_stage_id_entry_id_number'))
    )
    op.create_table('promotion_view',
    sa.Column('stage_id', sa.Integer(), nullable=False),
    sa.Column('entry_id', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('views', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['entry_id'], ['entry.id'], name=op.f('fk_promotion_view_entry_id_entry')),
    sa.ForeignKeyConstraint(['stage_id'], ['stage.id'], name=op.f('fk_promotion_view_stage_id_stage')),
    sa.PrimaryKeyConstraint('stage_id', 'entry_id', 'day', name=op.f('pk_promotion_view'))
    )
    op.create_table('recusal',
    sa.Column('stage_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('entry_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['entry_id'], ['entry.id'], name=op.f('fk_recusal_entry_id_entry')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_recusal_person_id_person')),
    sa.ForeignKeyConstraint(['stage_id'], ['stage.id'], name=op.f('fk_recusal_stage_id_stage')),
    sa.PrimaryKeyConstraint('stage_id', 'person_id', 'entry_id', name=op.f('pk_recusal'))
    )
    op.create_table('revision',
    sa.Column('entry_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('answers', sa.Text(), nullable=False),
    sa.Column('submitted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('reviewed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('remarks', sa.Text(), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.ForeignKeyConstraint(['entry_id'], ['entry.id'], name=op.f('fk_revision_entry_id_entry')),
    sa.PrimaryKeyConstraint('entry_id', 'number', name=op.f('pk_revision'))
    )
    op.create_table('role_grant',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('role', sa.String(length=30), nullable=False),
    sa.Column('branch_id', sa.Integer(), nullable=True),
    sa.Column('season_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['branch_id'], ['branch.id'], name=op.f('fk_role_grant_branch_id_branch')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_role_grant_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_role_grant')),
    sa.UniqueConstraint('person_id', 'role', 'branch_id', 'season_id', name=op.f('uq_role_grant_person_id_role_branch_id_season_id'))
    )
    with op.batch_alter_table('role_grant', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_role_grant_person_id'), ['person_id'], unique=False)

    op.create_table('score_sheet',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('stage_id', sa.Integer(), nullable=False),
    sa.Column('rater', sa.String(length=60), nullable=False),
    sa.Column('branch_id', sa.Integer(), nullable=True),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('handed_in_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('page', sa.String(length=32), nullable=False),
    sa.ForeignKeyConstraint(['branch_id'], ['branch.id'], name=op.f('fk_score_sheet_branch_id_branch')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_score_sheet_person_id_person')),
    sa.ForeignKeyConstraint(['stage_id'], ['stage.id'], name=op.f('fk_score_sheet_stage_id_stage')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_score_sheet')),
    sa.UniqueConstraint('stage_id', 'rater', name=op.f('uq_score_sheet_stage_id_rater'))
    )
    op.create_table('teller',
    sa.Column('stage_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('public_key', sa.LargeBinary(), nullable=False),
    sa.Column('wrapped_key', sa.LargeBinary(), nullable=False),
    sa.Column('share', sa.LargeBinary(), nullable=True),
    sa.Column('handed_in', sa.LargeBinary(), nullable=True),
    sa.Column('has_handed_in', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_teller_person_id_person')),
    sa.ForeignKeyConstraint(['stage_id'], ['stage.id'], name=op.f('fk_teller_stage_id_stage')),
    sa.PrimaryKeyConstraint('stage_id', 'person_id', name=op.f('pk_teller'))
    )
    op.create_table('timer',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('stage_id', sa.Integer(), nullable=False),
    sa.Column('trigger', sa.String(length=12), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('note', sa.String(length=200), nullable=False),
    sa.ForeignKeyConstraint(['stage_id'], ['stage.id'], name=op.f('fk_timer_stage_id_stage')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_timer')),
    sa.UniqueConstraint('stage_id', 'trigger', name=op.f('uq_timer_stage_id_trigger'))
    )
    with op.batch_alter_table('timer', schema=None) as batch_op:
        batch_op.create_index('ix_timer_due', ['done_at', 'due_at'], unique=False)

    op.create_table('score',
    sa.Column('sheet_id', sa.Integer(), nullable=False),
    sa.Column('entry_id', sa.Integer(), nullable=False),
    sa.Column('criterion', sa.String(length=40), nullable=False),
    sa.Column('points', sa.String(length=12), nullable=False),
    sa.ForeignKeyConstraint(['entry_id'], ['entry.id'], name=op.f('fk_score_entry_id_entry')),
    sa.ForeignKeyConstraint(['sheet_id'], ['score_sheet.id'], name=op.f('fk_score_sheet_id_score_sheet')),
    sa.PrimaryKeyConstraint('sheet_id', 'entry_id', 'criterion', name=op.f('pk_score'))
    )
    op.create_table('sheet_recusal',
    sa.Column('sheet_id', sa.Integer(), nullable=False),
    sa.Column('entry_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['entry_id'], ['entry.id'], name=op.f('fk_sheet_recusal_entry_id_entry')),
    sa.ForeignKeyConstraint(['sheet_id'], ['score_sheet.id'], name=op.f('fk_sheet_recusal_sheet_id_score_sheet')),
    sa.PrimaryKeyConstraint('sheet_id', 'entry_id', name=op.f('pk_sheet_recusal'))
    )
    for statement in PROTECTIONS[op.get_bind().dialect.name]:
        op.execute(sa.text(statement))


def downgrade() -> None:
    raise NotImplementedError("There is nothing before the first schema: restore a backup instead.")
