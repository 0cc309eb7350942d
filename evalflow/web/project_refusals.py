"""What is refused of a project's tables and figures, as sentences; a part of `web.refusals`."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

PROJECTS: Mapping[str, Any] = {
    "projects_not_public": _l("The wall of all projects is not public: the rules of this season say who sees it."),
    "milestone_outside": _l("The day of a milestone lies outside of the time in which figures are reported."),
    "too_many_table_rows": _l("These are too many rows."),
    "named_twice": _l("This stands here twice."),
    "branch_or_unit": _l("Choose a branch, or name a unit that is no branch."),
    "share_out_of_range": _l("A share is a number from 0 to 100."),
    "shares_above_100": _l("The shares of those who take part total more than 100."),
    "weights_not_100": _l("The weights have to total 100."),
    "weight_out_of_range": _l("A weight is above 0 and at most 100."),
    "way_unreadable": _l("Interim targets are written as days with values, such as 2026-06-30: 95; 2026-09-30: 97."),
    "way_days_not_rising": _l("The days of interim targets must follow each other."),
    "way_turns_back": _l(
        "Interim targets lead from the baseline to the work target; each is at least as good as the one before."
    ),
    "way_outside": _l("The day of an interim target lies outside of the time in which figures are reported."),
    "work_not_beyond_baseline": _l(
        "The work target is no better than the baseline, in the direction chosen. Of what is to be kept it is the "
        "bound, too."
    ),
    "stretch_not_beyond_work": _l(
        "The stretch target has to go beyond the work target, in the direction chosen. Only where the work target is "
        "the bound, can it be the same."
    ),
    "bounds_reversed": _l("The highest possible value has to be above the lowest."),
    "target_beyond_bounds": _l("This lies outside of the bounds stated."),
    "figure_beyond_bounds": _l("This lies outside of the bounds of the indicator."),
    "figure_after_final": _l("An earlier figure was marked as final: correct that report, if there is more to say."),
}
