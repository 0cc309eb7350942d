"""One-time links for the administrator to hand over: each is shown once, in the answer itself, and kept nowhere."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import render_template, request, url_for

from evalflow.access import Permission
from evalflow.errors import Invalid
from evalflow.people import accounts, queries
from evalflow.people.queries import PersonLine
from evalflow.web.addresses import in_full
from evalflow.web.current import actor, now, reading, writing
from evalflow.web.guard import guarded
from evalflow.web.pages import blueprint
from evalflow.web.people import found_people

AT_ONCE = 500


@dataclass(frozen=True)
class Invited:
    """link: without the site's address where that is not set; whoever hands it over puts it before."""

    line: PersonLine
    link: str


@blueprint.post("/people/<int:person_id>/invitation")
@guarded(Permission.ADMINISTER)
def invite_person(person_id: int) -> str:
    return _shown(_invited([queries.person_line(reading(), person_id, now=now())]))


@blueprint.post("/people/invitations")
@guarded(Permission.ADMINISTER)
def invite_people() -> str:
    """Everybody the list's filters find who has never joined and has no open invitation, all or none of them."""
    found = found_people(request.form, page=1, per_page=AT_ONCE)
    lines = [line for line in found.lines if line.is_active and not line.has_joined and line.invited_until is None]
    if not lines:
        raise Invalid("nobody_to_invite")
    if found.total > AT_ONCE:
        raise Invalid("too_many_to_invite", most=AT_ONCE)
    return _shown(_invited(lines))


def _invited(lines: Sequence[PersonLine]) -> list[Invited]:
    with writing() as session:
        return [Invited(line, _link(accounts.invite(session, line.id, actor=actor(), now=now()))) for line in lines]


def _link(token: str) -> str:
    path = url_for("web.invitation", token=token)
    return in_full(path) or path


def _shown(invited: Sequence[Invited]) -> str:
    return render_template("web/invited.html", invited=invited, valid_until=now() + accounts.VALID_FOR)
