"""The sentence of every refusal. Commands raise a code and facts; people read one of these.

A sentence names its facts in braces of `%`: `%(needed)s`. A fact that a refusal does not bring is left blank.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from evalflow.errors import Refused
from evalflow.i18n import Text
from evalflow.web import text
from evalflow.web.project_refusals import PROJECTS
from evalflow.web.refused_steps import STAGES
from evalflow.web.teller_refusals import TELLERS

SENTENCES: Mapping[str, Any] = {
    **STAGES,
    # anywhere
    "not_permitted": _l("You are not permitted to do this."),
    "sign_in_first": _l("Please sign in first; nothing was changed."),
    "form_expired": _l("This form has expired. Go back, reload the page and send it again."),
    "still_here": _l("What you had typed is still here; nothing has been sent."),
    "session_ended": _l("Your session has ended. Nothing was changed, and nothing you typed is lost."),
    "form_needs_https": _l(
        "This server's cookies travel by HTTPS only, and this page came by plain HTTP: no form can be sent from here. "
        "Use the address that begins with https://. (For whoever runs it: behind a proxy set EVALFLOW_TRUSTED_PROXIES; "
        "for a trial without TLS set EVALFLOW_INSECURE_COOKIES=1.)"
    ),
    "form_incomplete": _l("The form arrived incomplete. Reload the page and try again."),
    "changed_meanwhile": _l(
        "Somebody else has changed this in the meantime. Look at the present state before you send it again."
    ),
    "typed_elsewhere": _l("Not saved: the same form is being filled in, by you, in another window."),
    "unsent_too_long": _l("Too long to be saved while you type: please send it in parts."),
    "someone_was_faster": _l("Somebody else was faster. Look at the present state before you send it again."),
    "reason_needed": _l("Please state a reason."),
    "moment_passed": _l("This moment has already passed."),
    "no_site_address": _l("The address of this site is not set (EVALFLOW_SITE_URL), so there is no link to be shown."),
    "not_found": _l("There is no such page."),
    "method_not_allowed": _l("This page does not accept what was sent."),
    "log_not_set_back": _l("The log was not set back: it agrees with the last checkpoint that was signed."),
    "request_too_large": _l("What was sent is too large."),
    "step_failed": _l(
        "This step broke on our side (%(error)s) and is tried again every few seconds; the administrator finds the "
        "cause in the server's log."
    ),
    "busy": _l("Very many people are writing at this moment. Nothing was changed; please send it again in a moment."),
    "database_away": _l("The database can't be reached at the moment. Nothing was changed; please try again shortly."),
    "broken": _l("Something went wrong on our side. It has been recorded; please try again later."),
    # what the machine lacks
    "no_installation": _l("There is no installation in %(folder)s; set EVALFLOW_INSTANCE or run evalflow db upgrade."),
    "not_a_database": _l("%(file)s is not a database."),
    "schema_old": _l("The database is at schema %(found)s, this version needs %(needed)s: run evalflow db upgrade."),
    "schema_newer": _l(
        "The database has the schema %(found)s of another version, this one knows %(needed)s: run the newer version."
    ),
    "document_too_long": _l(
        "This document was given up after %(seconds)s seconds: texts in it are too long. Please shorten the longest "
        "titles and reasons, and print it again."
    ),
    "documents_busy": _l("Other documents are being made at this moment. Please try again shortly."),
    "fonts_missing": _l(
        "Documents can't be printed: this server lacks the fonts %(families)s. Install them (Debian: apt-get install "
        "fonts-noto-cjk)."
    ),
    "port_taken": _l("Port %(port)s of %(host)s is taken. Stop what listens there, or take another: --port, PORT=…"),
    "port_refused": _l("No server can listen on port %(port)s of %(host)s: %(reason)s."),
    # accounts
    "wrong_login": _l("Account or password is wrong."),
    "too_many_attempts": _l(
        "Too many attempts. Please wait and try again, or use a device on which you have signed in before. "
        "Minutes to wait: %(minutes)s."
    ),
    "busy_signing_in": _l("Very many people are signing in at this moment. Please try again in a few seconds."),
    "wrong_password": _l("The present password is wrong."),
    "no_calendar": _l("There is no calendar at this address."),
    "address_malformed": _l("This is not an e-mail address, such as office@example.com."),
    "address_too_long": _l("An e-mail address has at most 254 characters."),
    "nudged_today": _l("Those who are late on this stage have been reminded today already."),
    "password_too_short": _l("The password needs at least %(shortest)s characters."),
    "password_too_long": _l("The password may have at most %(longest)s characters."),
    "password_easily_guessed": _l(
        "This password is among the first that a guesser tries. Take three or four words that have nothing to do with "
        "each other."
    ),
    "password_is_login": _l("The password must differ from the account's name."),
    "passwords_differ": _l("The two passwords differ."),
    "invitation_invalid": _l("This link is no longer valid. Ask the administrator for a new one."),
    "locale_unknown": _l("This language is not offered."),
    # people and branches
    "no_such_person": _l("There is no such person."),
    "no_such_branch": _l("There is no such branch."),
    "no_such_grant": _l("This role has already been withdrawn."),
    "person_not_deactivated": _l("The account %(login)s is open. Deactivate it first, then erase who it was."),
    "person_erased": _l("Who this account belonged to has been erased already."),
    "login_missing": _l("The account's name is missing."),
    "login_too_long": _l("The account's name may have at most 80 characters."),
    "login_malformed": _l("An account's name consists of letters, digits and . @ + - _."),
    "login_taken": _l("The account %(login)s exists already."),
    "login_twice": _l("The account %(value)s stands in row %(first)s already."),
    "name_missing": _l("The name is missing."),
    "name_too_long": _l("The name may have at most 120 characters."),
    "key_missing": _l("The branch key is missing."),
    "key_malformed": _l("A branch key consists of small letters, digits, - and _, at most 40."),
    "key_taken": _l("The branch key %(key)s exists already."),
    "key_twice": _l("The branch key %(value)s stands in row %(first)s already."),
    "branch_name_missing": _l("The branch's name is missing."),
    "branch_name_taken": _l("A branch named %(name)s exists already."),
    "branch_name_twice": _l("The branch name %(value)s stands in row %(first)s already."),
    "branch_not_yours": _l("You may not bring in anything for %(branch)s."),
    "title_twice": _l("“%(value)s” stands in row %(first)s already."),
    "lines_wrong": _l("Lines of it on another sheet are wrong; see below."),
    "entry_unknown": _l("“%(entry)s” is not on the first sheet."),
    "project_unknown": _l("You have no project “%(project)s” to report on now."),
    "project_not_tracked": _l("No project “%(project)s” is followed here now."),
    "project_named_twice": _l("“%(project)s” is the name of more than one project: write its number."),
    "project_other_number": _l("No. %(number)s is “%(title)s”, not “%(project)s”."),
    "project_ambiguous": _l("“%(project)s” is the name of more than one of your projects: report on its page."),
    "indicator_unknown": _l("The project has no indicator “%(indicator)s”."),
    "figures_twice": _l("“%(value)s” stands in row %(first)s already."),
    "figures_missing": _l("No month has a figure."),
    "figure_malformed": _l("“%(figure)s” in %(month)s is not a number."),
    "figure_other_unit": _l("“%(figure)s” in %(month)s is per cent, but this indicator is in %(unit)s."),
    "month_beyond_bounds": _l("“%(figure)s” in %(month)s is beyond what this indicator can be."),
    "figures_in_doubt": _l("Please look at these figures twice, and say that they are right."),
    "figure_there_already": _l("%(month)s was reported already; mend a mistake by a report that corrects it."),
    "month_not_reportable": _l("%(month)s is not a month from the beginning of the season to today."),
    "branch_unknown": _l("There is no branch “%(branch)s”. Import the branches first."),
    "branch_needed": _l("This role needs a branch."),
    "role_without_season": _l("This role is held for no single season. Choose every season."),
    "role_without_branch": _l("Only the secretary's role is held for a branch. Choose none here."),
    "role_unknown": _l("There is no role “%(role)s”."),
    "role_not_grantable": _l("This role can't be granted."),
    "role_already_granted": _l("This person holds that role already."),
    "vote_weight_malformed": _l("The weight of a vote is a whole number from 1 to 1000."),
    "last_administrator": _l("At least one administrator has to remain."),
    "person_active": _l("The account %(login)s is active already."),
    "person_deactivated": _l("The account %(login)s is deactivated."),
    "day_malformed": _l("“%(day)s” is not a day such as 2026-07-01."),
    "nobody_to_invite": _l("Nobody on this list is still to be invited."),
    "too_many_to_invite": _l("At most %(most)s people can be invited at once. Narrow the list first."),
    # spreadsheets
    "file_missing": _l("Please choose a file."),
    "file_too_large": _l("The file may have at most %(megabytes)s MB."),
    "file_not_readable": _l(
        "The file can't be read: it is damaged or no spreadsheet. Please use .xlsx, .xls, .ods or .csv."
    ),
    "file_locked": _l("The file is protected by a password. Please save it without one and upload it again."),
    "workbook_too_large": _l(
        "Reading this workbook takes more time or memory than is allowed. "
        "Please keep only the sheets and rows needed, as a new file."
    ),
    "reading_busy": _l("Other spreadsheets are being read just now. Please upload the file again in a minute."),
    "cell_error": _l("%(cell)s holds the error %(value)s."),
    "cell_not_calculated": _l(
        "%(cell)s holds a formula without its result. Open the file, let it calculate, and save it."
    ),
    "cell_truth": _l("%(cell)s holds the logical value %(value)s."),
    "cell_cut": _l(
        "%(cell)s shows %(value)s: the spreadsheet has thrown digits away. "
        "Format the column as text and enter the number anew."
    ),
    "columns_missing": _l("The headings are missing. Needed: %(columns)s."),
    "too_many_rows": _l("The file has more than %(most)s rows."),
    "nothing_to_import": _l("There is no row that could be imported."),
    "import_outdated": _l("Something has changed since the preview. Please upload the file again."),
    # fields of a declaration
    "too_many_files": _l("These are too many files."),
    "not_understood": _l("This answer can't be understood."),
    "too_long": _l("This text is too long."),
    "not_a_number": _l("This is not a number."),
    "out_of_range": _l("This number is outside the permitted range."),
    "no_such_choice": _l("Please choose one of the options."),
    "not_a_date": _l("This is not a date."),
    "not_a_link": _l("This is not a web address beginning with https:// or http://."),
    **PROJECTS,
    "own_branch": _l("The branch that applies leads the project anyway."),
    # declarations and files
    "no_more_entries": _l("This branch has as many entries as it may."),
    "entry_not_editable": _l("“%(entry)s” is handed in or closed: it can't be changed now."),
    "declaration_incomplete": _l("Answers still missing or to be mended: %(count)s. The draft is saved."),
    "answer_missing": _l("An answer is needed here."),
    "too_late_to_withdraw": _l("“%(entry)s” can no longer be withdrawn."),
    "too_late_to_return": _l(
        "The time for amendments is over. Reopen the stage first, or accept or reject “%(entry)s”."
    ),
    "remark_needed": _l("Please say what should be amended."),
    "remark_too_long": _l("A remark may have at most %(most)s characters."),
    "confirmations_awaited": _l("Not everybody named in “%(entry)s” has agreed; still awaited: %(count)s."),
    "nothing_to_confirm": _l("There is nothing to confirm in “%(entry)s” now."),
    "admission_over": _l("It is fixed who takes part: “%(entry)s” can no longer come in."),
    "letter_incomplete": _l("A unit agrees or declines by letter; see below."),
    "letter_needed": _l("Please state the number of the letter."),
    "nothing_to_review": _l("“%(entry)s” does not wait for review."),
    "submissions_unreviewed": _l("Declarations that still wait for review (%(count)s): %(who)s."),
    "no_such_file": _l("There is no such file."),
    "file_refused": _l("Some files could not be kept. Everything else is saved."),
    "file_empty": _l("The file is empty."),
    "file_type_refused": _l("This type of file is not accepted."),
    "file_has_macros": _l("Documents with macros are not accepted."),
    "file_encrypted": _l("The document is protected by a password. Save it without one and send it again."),
    "file_old_text": _l("This is an old Word or WPS document. Open it, choose “Save as” and take .docx or PDF."),
    "file_old_sheet": _l("This is an old Excel or WPS workbook. Open it, choose “Save as” and take .xlsx."),
    "file_old_slides": _l(
        "This is an old PowerPoint or WPS presentation. Open it, choose “Save as” and take .pptx or PDF."
    ),
    "uploads_too_large": _l("Not sent: %(names)s. Send files of at most %(megabytes)s MB together, or one by one."),
    "upload_gone": _l("A file has waited too long, or is used already. Please choose it again."),
    "too_many_waiting": _l("Too many of your files wait for their forms. Send one of these forms first."),
    "image_heic": _l(
        "This is a HEIC picture, which browsers can't show. On an iPhone tap “Options” while you choose the picture "
        "and take “Most Compatible”; for pictures to come choose it under Settings › Camera › Formats. On other phones "
        "switch HEIF off in the settings of the camera."
    ),
    "images_busy": _l("Very many pictures are being read at this moment. Please send this one again in a few seconds."),
    "image_unreadable": _l("This is not a JPEG, PNG or WebP picture, or it is damaged."),
    "image_too_large": _l(
        "The picture has more than %(megapixels)s million pixels. Make it smaller, or save it as JPEG, and send it "
        "again."
    ),
    # the inspection
    "answers_faulty": _l("Some answers have to be mended; nothing was saved."),
    "assessment_incomplete": _l("Some answers are still missing. The draft is saved."),
    "assessment_handed_in": _l("The self-assessment of “%(entry)s” is handed in: it can't be changed now."),
    "assessment_not_handed_in": _l("The self-assessment of “%(entry)s” is not handed in."),
    "assessment_inspected": _l("The inspection of “%(entry)s” has begun: the self-assessment stays as it is."),
    "not_to_inspect": _l("“%(entry)s” can't be inspected now."),
    "figures_to_inspect": _l("Figures that nobody has inspected yet (%(count)s): %(who)s."),
    # the ballot
    "weights_shared_by_few": _l(
        "A ballot's weight would nearly tell whose it is: fewer than %(needed)s electors share the weight %(weights)s. "
        "Change these weights on the pages of people, or let the vote be open."
    ),
    "roll_empty": _l("The electoral roll is empty."),
    "not_on_the_roll": _l("You are not on the electoral roll of this vote."),
    "already_voted": _l("You have voted already; in this vote a choice is final."),
    "not_on_the_paper": _l("One of the entries chosen is not on the ballot paper. Reload the page and choose again."),
    "wrong_number_chosen": _l("Choose at least %(low)s and at most %(high)s of the entries; you chose %(chosen)s."),
    "nothing_marked": _l("Nothing is marked on your ballot."),
    "mark_not_understood": _l("One of the marks is not understood. Reload the page and mark your ballot again."),
    "points_out_of_range": _l("Give each entry from 0 to %(points)s points."),
    "too_many_points": _l("Points that you can hand out: at most %(points)s."),
    "grade_missing": _l("Give every entry a grade; %(entries)s are still without one."),
    "no_such_grade": _l("One of the grades does not exist. Reload the page and grade again."),
    "no_opinion_not_asked": _l("In this vote an entry can't be marked “no opinion”."),
    "rank_out_of_range": _l("Ranks go from 1 to %(ranks)s."),
    "rank_twice": _l("Two entries have rank %(rank)s; give each rank once."),
    "ranks_with_gaps": _l("A rank is left out in between: number your choices 1, 2, 3 and so on."),
    "turnout_later": _l("Turnout is shown once the vote is over."),
    **TELLERS,
    "passphrase_too_short": _l("The passphrase needs at least %(at_least)s characters."),
    "wrong_passphrase": _l("The passphrase is wrong."),
    # the public notice and the reports
    "notice_later": _l("The notice has not been put up yet."),
    "notice_runs": _l("The notice runs its full period, until %(closes_at)s, and can't end earlier."),
    "no_objections_taken": _l("No objections are taken on this notice."),
    "objection_incomplete": _l("Something is missing in the objection; see below."),
    "too_short": _l("This is too short."),
    "no_such_case": _l("There is no such case. Please check the address."),
    "no_such_objection": _l("There is no objection with this number."),
    "objection_decided": _l("Objection no. %(number)s has been decided already."),
    "objection_open": _l("Objection no. %(number)s has not been answered yet."),
    "objection_erased": _l("What was personal in objection no. %(number)s has been erased already."),
    "objections_open": _l("Objections still wait for an answer: %(count)s."),
    "no_name_to_strike": _l(
        "This objection names no entry, so upholding it would strike nothing. Reject it with reasons, or cancel the "
        "season."
    ),
    "report_empty": _l("Please write your report."),
    "supervision_incomplete": _l("Something is missing or can't be; see below. Nothing you typed is lost."),
    "due_day_passed": _l("State a day from today on."),
    "month_not_open": _l("A plan is written for this month or the next."),
    "no_such_order": _l("There is no follow-up order with this number."),
    "order_closed": _l("Order no. %(number)s is closed already."),
    "report_incomplete": _l("The report can't be filed like this; see below. Nothing you typed is lost."),
    "no_such_indicator": _l("There is no such indicator."),
    "day_not_reportable": _l("A report speaks of a day from the beginning of the season to today."),
    "entered_by_the_office": _l("Who entered a report corrects it: the office its own, a branch its own."),
    "office_brings_in_nothing": _l("By the rules of this stage the office brings in no figures."),
    "no_draft_chosen": _l("Tick the figures that you confirm."),
    "nothing_to_correct": _l("There is no such report, or it has been corrected already."),
    # scoring
    "no_raters": _l("There is nobody who could score."),
    "not_a_rater": _l("You are not asked to score here."),
    "entry_not_offered": _l("This entry is not among those you score."),
    "points_not_allowed": _l("These points can't be given."),
    "sheet_incomplete": _l("Entries still to be scored: %(count)s, such as “%(entry)s”."),
    "sheet_empty": _l("There is nothing on the sheet yet."),
    "sheet_would_be_void": _l("As it stands, this sheet would not count. Change it, or confirm that you want this."),
    "points_given_twice": _l("Points that can be given once only stand twice on the sheet: %(points)s."),
    "sheet_handed_in": _l("The sheet has been handed in. Take it back to change it."),
    "sheet_not_handed_in": _l("The sheet has not been handed in."),
    "sheets_missing": _l("Score sheets that have not been handed in (%(count)s): %(who)s."),
    "marks_to_confirm": _l("Marks far from the others that the organiser has to look at: %(count)s."),
    "no_marks_to_confirm": _l("There are no marks far from the others to be confirmed."),
    # the committee's decision
    "no_committee": _l("There is no committee yet: nobody holds the role of a committee member."),
    "not_entitled": _l("Only members who should attend this meeting can be recorded."),
    "meeting_has_voted": _l("The meeting has voted: its attendance can no longer be changed."),
    "sitting_not_held": _l("Sitting %(sitting)s has not been held yet: record its attendance first."),
    "already_recused": _l("You have stepped back from “%(entry)s” already."),
    "already_voted_on": _l("“%(entry)s” has been put to the vote already."),
    "already_decided": _l("The decision has been taken already."),
    "nobody_meets": _l("By these rules nobody meets: the ranking decides."),
    "no_meeting": _l("There has been no meeting yet."),
    "no_quorum": _l("There is no quorum: %(present)s are present, %(needed)s are needed."),
    "no_division": _l("Please fill in at least one division."),
    "motion_not_understood": _l("This motion can't be put to the vote."),
    "motion_no_tie": _l("This motion contradicts the ranking: the entries do not tie."),
    "more_votes_than_present": _l("These are more votes than members present (%(present)s)."),
    "order_incomplete": _l("Please number all of them, from 1 on, each number once."),
    "no_ranking": _l("There can be no ranking: %(reason)s"),
    "ties_open": _l("Some entries still tie: a motion on their order comes first."),
    "seats_empty": _l("Seats not given: %(empty)s. Say that they stay empty, or give them."),
    "decision_not_possible": _l("This decision is not possible; see the entries below."),
    "deviation_needs_reason": _l("The decision is not what the ranking says; see the entries below."),
    "deviation_refused": _l("By these rules the committee can't deviate from the ranking."),
    "motion_needed": _l("There is no carried motion on this entry."),
    "place_not_possible": _l("There is no such place."),
    "entry_vetoed": _l("The rules keep this entry out of the ranking; it can't be awarded."),
    "place_twice": _l(
        "This place is taken. Only entries that the ranking leaves equal can share one, and take the next ones with it."
    ),
    "somebody_and_nobody": _l("It can't be carried both that somebody is awarded and that nobody is."),
    "nobody_refused": _l("By these rules the committee can't deviate from the ranking, which proposes somebody."),
    "nothing_decided": _l("Nothing has been decided yet."),
    # the approval of applications
    "applications_undecided": _l("Applications that the committee has not decided on (%(count)s): %(who)s."),
    "stepped_back": _l("You have stepped back from this entry."),
    "no_such_field": _l("The application has no such question."),
    "no_such_proposal": _l("There is no such proposal."),
    "no_counter_targets": _l("By these rules the committee does not propose other targets."),
    "proposal_waiting": _l("A proposal on this indicator still waits for the branch's answer."),
    "proposal_answered": _l("This proposal no longer waits for an answer."),
    "proposals_unanswered": _l(
        "The branch has still to answer the targets that the committee proposes for “%(entry)s”."
    ),
    "takes_part_already": _l("This branch takes part already: its share stays as it is. Leave the share blank."),
    "share_not_possible": _l("This share is not possible; see below."),
    "targets_not_possible": _l("These targets are not possible; see below."),
    "targets_unchanged": _l("These are the targets that hold already."),
    "not_approved": _l("“%(entry)s” is not an approved project."),
    "no_subject": _l("Please say what was put to the vote."),
    # the award
    "already_final": _l("The awards are final already."),
    "nothing_to_award": _l("There is nothing to award."),
    "not_final": _l("The committee has not made the awards final."),
    "no_such_award": _l("There is no such award."),
    "awards_later": _l("The awards are announced at the ceremony."),
    # the award fund
    "already_granted": _l("What these awards bring has been booked already."),
    "not_money": _l("This is not a sum of money above 0, such as 1280.50."),
    "day_to_come": _l("This day is still to come."),
    "day_long_past": _l("This day is too long ago."),
    "document_elsewhere": _l(
        "A document with this number is booked already, as no. %(booking)s, in another account or year. "
        "Please compare the two, and tick this only if they are different documents."
    ),
    "document_used": _l("This document has been booked already."),
    "overspent": _l("The branch has %(balance)s yuan left for %(year)s."),
    "books_closed": _l("The books of %(year)s are closed."),
    "year_not_over": _l("The year %(year)s is not over yet."),
    "earlier_year_open": _l("The books of %(year)s have to be closed first."),
    "no_such_booking": _l("There is no such booking."),
    "already_corrected": _l("This booking has been taken back already."),
    "not_correctable": _l("Only spending and money that came in can be taken back."),
}


DEADLINES = frozenset({"closes_at"})  # facts that are the end of something


class _Facts(dict[str, str]):
    def __missing__(self, _name: str) -> str:
        return text.NOTHING


def sentence(refusal: Refused) -> str:
    """The refusal in the page's language."""
    return sentence_of(refusal.code, refusal.facts)


def sentence_of(code: str, facts: Mapping[str, object]) -> str:
    """A code that has no sentence is shown as a general refusal, never as an error."""
    told = SENTENCES.get(code)
    if told is None:
        return str(_("This can't be done now (%(code)s).", code=code))
    return str(told) % _Facts({name: _written(name, fact) for name, fact in facts.items()})


def _written(name: str, fact: object) -> str:
    if isinstance(fact, datetime):
        return text.deadline(fact) if name in DEADLINES else text.moment(fact)
    return text.text(fact) if isinstance(fact, Text) else str(fact)
