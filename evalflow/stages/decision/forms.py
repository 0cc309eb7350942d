"""What the organiser types during a meeting: votes, orders and places, as the commands take them.

Fields are called "ENTRY.ayes", ".noes", ".abstentions"; "ENTRY.order"; "ENTRY.place" and "ENTRY.reason". A group of
tied entries votes as "ENTRY>ENTRY". Every Invalid raised here names fields.
"""

import re
from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, IntegerField, StringField
from wtforms.validators import Length
from wtforms.widgets import HiddenInput

from evalflow.errors import Invalid
from evalflow.stages.decision.commands import Division, Line
from evalflow.web.forms import Form

NUMBER = re.compile("[0-9]{1,4}")
VOTES = ("ayes", "noes", "abstentions")
Typed = Mapping[str, str]


class MeetingForm(Form):
    """version: of the meeting as the page shows it."""

    version = IntegerField(widget=HiddenInput())
    venue = StringField(_l("Venue"), [Length(max=120)])
    leaves_empty = BooleanField(_l("Seats that are not given stay empty"))


def award_divisions(typed: Typed) -> list[Division]:
    """Every entry with at least one count; its other counts are 0 then."""
    split = [(name.rpartition("."), text) for name, text in typed.items()]
    keys = dict.fromkeys(key for (key, _, column), text in split if column in VOTES and key and text.strip())
    if not keys:
        raise Invalid("no_division")
    return [_division(typed, f"award:{key}", key) for key in keys]


def tie_division(typed: Typed, group: str) -> Division:
    """The whole order of tied entries that was put to the vote. group: their keys, joined by ">"."""
    names = group.split(">")
    places = {key: _number(typed, f"{key}.order") for key in names}
    if sorted(places.values()) != list(range(1, len(names) + 1)):
        raise Invalid("order_incomplete", fields={f"{group}.ayes": "order_incomplete"})
    if not any(typed.get(f"{group}.{column}", "").strip() for column in VOTES):
        raise Invalid("no_division", fields={f"{group}.ayes": "no_division"})
    return _division(typed, f"tie:{'>'.join(sorted(names, key=lambda key: places[key]))}", group)


def lines(typed: Typed) -> list[Line]:
    """What is decided of each entry; those without place and reason are left out."""
    found = []
    for name, text in typed.items():
        key, dot, column = name.rpartition(".")
        reason = typed.get(f"{key}.reason", "").strip()
        if dot and column == "place" and (text.strip() or reason):
            found.append(Line(key, _number(typed, name) if text.strip() else None, reason))
    return found


def _division(typed: Typed, about: str, prefix: str) -> Division:
    return Division(about, *(_number(typed, f"{prefix}.{column}") for column in VOTES))


def _number(typed: Typed, name: str) -> int:
    """Nothing typed is 0."""
    text = typed.get(name, "").strip() or "0"
    if not NUMBER.fullmatch(text):
        raise Invalid("not_a_number", fields={name: "not_a_number"})
    return int(text)
