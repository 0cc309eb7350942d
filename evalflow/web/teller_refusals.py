"""What is refused of a box and to its tellers, as sentences; a part of `web.refusals`."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

TELLERS: Mapping[str, Any] = {
    "candidate_cannot_be_teller": _l("Who declares an entry can't be a teller."),
    "too_late_for_tellers": _l("The vote has begun: tellers can no longer be added or changed."),
    "tellers_complete": _l("All tellers have been found already."),
    "tellers_not_ready": _l("Tellers have still to set their passphrases: %(ready)s of %(needed)s are ready."),
    "teller_key_differs": _l(
        "The keys of these tellers are not those that they set: %(names)s. They have to set their passphrases anew."
    ),
    "replaced_by_later_vote": _l(
        "This vote was replaced by a later vote of yours, which stays in the box. To vote again, open the vote anew."
    ),
    "box_differs": _l(
        "The box of this vote differs from the audit log. The organiser and an auditor have to look at it."
    ),
    "box_agrees": _l("The box and the log agree: there is nothing to state."),
    "box_not_waiting": _l("This box is not waiting for shares: it is counted, or about to be, or was done away with."),
    "box_being_wiped": _l("What is left of the earlier box is being destroyed. Please try again in a minute."),
    "count_not_stopped": _l("The count of this vote has not stopped."),
    "no_statement": _l("There is no statement to confirm."),
    "two_persons_needed": _l("Whoever has stated it can't confirm it: that takes somebody else."),
    "awaiting_tellers": _l("Tellers have still to hand in their shares: %(handed_in)s of %(needed)s are in."),
    "no_share_wanted": _l("No share of yours is wanted here now."),
    "share_already_in": _l("Your share is in already."),
    "share_refused": _l("This share is not the one made at the opening and is left out; the others can go on."),
    "count_not_ready": _l("The server has just been restarted. Please try again in a minute."),
    "too_many_passphrases": _l("Too many tries. Please wait and try again. Minutes to wait: %(minutes)s."),
    "pepper_missing": _l("The key file of this box is missing on the server. The administrator has the backup."),
}
