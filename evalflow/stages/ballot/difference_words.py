"""The sentence of every difference between a box and the log, for an office to read. It names no voter."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

SENTENCES: Mapping[str, Any] = {
    "log_broken": _l("The audit log itself does not verify: %(reason)s."),
    "opening_not_logged": _l("The log knows nothing of the opening of this vote."),
    "count_not_logged": _l("The log knows nothing of the count of this vote."),
    "rules_differ": _l("The rules of the season are not those that the log pinned."),
    "key_differs": _l(
        "The key of the box is not the one that the vote opened with: envelopes could be sealed to others."
    ),
    "key_not_bound": _l(
        "The key of the box is not one that this program wrote: it does not match the key file on the server."
    ),
    "opened_twice": _l("The log has %(number)s openings of this vote, of which only one can be true."),
    "paper_differs": _l(
        "The ballot paper is not the one that the vote opened with: marks would fall to other entries."
    ),
    "roll_differs": _l(
        "The roll is not the one that the vote opened with; which of its lines was changed can't be told."
    ),
    "roll_line_removed": _l("Line %(line)s of the roll is missing."),
    "roll_lines_added": _l("On the roll are %(number)s more than when the vote opened."),
    "weight_changed": _l("The weight of line %(line)s of the roll is %(now)s; when the vote opened it was %(was)s."),
    "branch_changed": _l("Line %(line)s of the roll has another branch than when the vote opened."),
    "receipt_twice": _l("Two envelopes in the box have the receipt %(receipt)s."),
    "envelope_off_roll": _l("The envelope with the receipt %(receipt)s is that of somebody who is not on the roll."),
    "envelope_changed": _l(
        "The envelope with the receipt %(receipt)s is not the one that was put in: it was exchanged, or moved to "
        "another voter."
    ),
    "envelope_unknown": _l("The log knows of no vote with the receipt %(receipt)s, but it is in the box."),
    "envelope_replaced": _l(
        "The vote with the receipt %(receipt)s was replaced by a later one, but it is the earlier that is in the box."
    ),
    "envelope_missing": _l("The vote with the receipt %(receipt)s is in the log, but it is not in the box."),
    "marks_differ": _l("The marks of who has voted are not those that the count wrote down."),
    "receipts_differ": _l("The receipts are not those that the count wrote down."),
    "ballots_differ": _l("The ballots are not those that the count wrote down."),
}


def sentence(difference: Mapping[str, Any]) -> str:
    """What is wrong, in the page's language; in English where there is no page."""
    told: str = str(SENTENCES[difference["code"]]) % difference["facts"]
    return told
