"""What the organiser types during a meeting that decides: votes, orders and places, as the commands take them.

Fields are called "ENTRY.ayes", ".noes", ".abstentions"; "ENTRY.order"; "ENTRY.place" and "ENTRY.reason". A group of
tied entries votes as "ENTRY>ENTRY". Every Invalid raised here names fields.
"""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField

from evalflow.errors import Invalid
from evalflow.meetings import pages
from evalflow.meetings.commands import Division
from evalflow.meetings.pages import VOTES, Typed, number
from evalflow.stages.decision.commands import Line


class DecisionForm(pages.MeetingForm):
    leaves_empty = BooleanField(_l("Seats that are not given stay empty"))


def award_divisions(typed: Typed) -> list[Division]:
    """Every entry with at least one count; its other counts are 0 then."""
    split = [(name.rpartition("."), text) for name, text in typed.items()]
    keys = dict.fromkeys(key for (key, _, column), text in split if column in VOTES and key and text.strip())
    if not keys:
        raise Invalid("no_division")
    return [pages.division(typed, f"award:{key}", key) for key in keys]


def tie_division(typed: Typed, group: str) -> Division:
    """The whole order of tied entries that was put to the vote. group: their keys, joined by ">"."""
    names = group.split(">")
    places = {key: number(typed, f"{key}.order") for key in names}
    if sorted(places.values()) != list(range(1, len(names) + 1)):
        raise Invalid("order_incomplete", fields={f"{group}.ayes": "order_incomplete"})
    return pages.division(typed, f"tie:{'>'.join(sorted(names, key=lambda key: places[key]))}", group)


def lines(typed: Typed) -> list[Line]:
    """What is decided of each entry; those without place and reason are left out."""
    found = []
    for name, text in typed.items():
        key, dot, column = name.rpartition(".")
        reason = typed.get(f"{key}.reason", "").strip()
        if dot and column == "place" and (text.strip() or reason):
            found.append(Line(key, number(typed, name) if text.strip() else None, reason))
    return found
