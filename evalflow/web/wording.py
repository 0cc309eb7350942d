"""Words for what the program names by codes: phases of a stage, offices of the log, kinds of events, refusals."""

from flask import Flask, g
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from evalflow.audit.event import EventType
from evalflow.errors import Refused
from evalflow.people.models import Branch
from evalflow.web import current
from evalflow.web.refusals import sentence

PHASES = {"waiting": _l("not yet open"), "open": _l("open"), "closed": _l("closed"), "done": _l("done")}
TONES = {"waiting": "secondary", "open": "success", "closed": "warning", "done": "primary"}
OFFICES = {
    "system": _l("the system"),
    "visitor": _l("a visitor"),
    "member": _l("a member"),
    "person": _l("a person"),
    "branch_secretary": _l("branch secretary"),
    "committee_member": _l("committee member"),
    "organiser": _l("organiser"),
    "teller": _l("teller"),
    "auditor": _l("auditor"),
    "administrator": _l("administrator"),
}


def phase(code: str) -> str:
    return str(PHASES[code])


def phase_tone(code: str) -> str:
    """The badge colour of a phase."""
    return TONES[code]


def refusal(reason: Refused) -> str:
    return sentence(reason)


def told(event_type: EventType) -> str:
    """What an event means, in the page's language."""
    return event_type.en if current.locale().startswith("en") else event_type.zh


def office(code: str) -> str:
    """ "branch_secretary:smelting" in words, with the branch's name."""
    role, _colon, branch = code.partition(":")
    known = str(OFFICES.get(role, role))
    if not branch:
        return known
    told: str = _("%(office)s of %(branch)s", office=known, branch=_branch_names().get(branch, branch))
    return told


def _branch_names() -> dict[str, str]:
    """{branch key: name in the page's language}, read once for a page."""
    if "branch_names" not in g:
        branches = current.reading().scalars(select(Branch))
        g.branch_names = {branch.key: branch.name(current.locale()) for branch in branches}
    names: dict[str, str] = g.branch_names
    return names


def install(app: Flask) -> None:
    for words in (phase, phase_tone, refusal, told, office):
        app.add_template_filter(words)
