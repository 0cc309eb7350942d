"""What the steps of a season and its stages are refused with, as `refusals` shows it."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

STAGES: Mapping[str, Any] = {
    "nothing_to_take_back": _l("There is nothing to take back: this was not done, or is taken back already."),
    "too_late_to_take_back": _l("This can't be taken back any more: what comes after it has begun."),
    "decision_rests_on_it": _l("The decision rests on it. Take the decision back first."),
    "motion_has_no_way_back": _l(
        "A merger, or a return that was carried, can't be annulled. Put another motion to the vote where that helps."
    ),
    "later_motion_rests_on_it": _l("A later motion on the same application was carried. Annul that one first."),
    "no_such_season": _l("There is no such season."),
    "no_such_stage": _l("There is no such stage."),
    "no_such_entry": _l("There is no such entry."),
    "no_such_workflow": _l("There is no such workflow."),
    "moment_needed": _l("Please state a date and a time."),
    "season_exists": _l("A season with the key %(season)s exists already."),
    "season_cancelled": _l("This season has been cancelled."),
    "stage_not_open": _l("This stage is not open now."),
    "earlier_not_settled": _l("“%(stage)s” has to be settled first."),
    "not_this_stage": _l("It is not this stage's turn."),
    "no_such_step": _l("The stage can't take this step in its present state."),
    "guard": _l("The conditions for this step are not met."),
    "first_window_over": _l(
        "The first stage, “%(stage)s”, would be over already: it closed %(closes_at)s. Choose another first day, or "
        "confirm that you want this."
    ),
    "stages_collide": _l(
        "“%(stage)s” begins %(opens_at)s, but “%(other)s” would last until %(closes_at)s. Let it end earlier, or move "
        "the opening of “%(stage)s” first."
    ),
    "closes_before_opening": _l(
        "“%(stage)s” would open %(opens_at)s and be over already: it closes %(closes_at)s. Move its closing first, or "
        "choose an earlier moment."
    ),
    "season_begun": _l("Somebody has acted in this season already: it can't be deleted or dated anew. Cancel it."),
    "confirm_first": _l("Please confirm this first."),
    "clock_leaves_out": _l("The clock leaves this time out on that day. Choose an earlier or a later one."),
    "window_over": _l(
        "The time of “%(stage)s” is over already: it would have closed %(closes_at)s. Move its closing first."
    ),
    "too_few_entries": _l("There are too few entries: %(found)s of at least %(needed)s."),
    "paper_too_long": _l(
        "There are %(found)s entries on the ballot paper (a default option counts as one); at most %(most)s can be."
    ),
    "paper_full": _l(
        "“%(entry)s” can't be accepted: %(most)s entries take part already, and the ballot paper holds no more. Let "
        "one be withdrawn first."
    ),
    "paper_may_overflow": _l(
        "%(branches)s branches may hand in %(each)s entries each, %(found)s in all, but the ballot paper of "
        "“%(stage)s” holds %(most)s: once so many are accepted, no other can be. Allow fewer entries for each branch."
    ),
    "entry_cannot_move": _l("“%(entry)s” can't take this step in its present state."),
    "entry_not_here": _l("“%(entry)s” is not at this stage."),
}
