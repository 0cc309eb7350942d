"""Administering people: who there is, what each may do, and the links by which they join."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response
from wtforms import SelectField, StringField
from wtforms.validators import InputRequired

from evalflow.access import Permission, Role
from evalflow.errors import Conflict, Invalid
from evalflow.people import accounts, grants, queries, rolls
from evalflow.people.queries import PeoplePage, PersonLine
from evalflow.seasons import queries as seasons
from evalflow.web.confirming import confirm_first
from evalflow.web.current import actor, locale, now, reading, writing
from evalflow.web.entrance import row_number
from evalflow.web.forms import Form
from evalflow.web.guard import guarded
from evalflow.web.pages import blueprint
from evalflow.web.text import role_name, text

Choices = Sequence[tuple[str, str]]
FILTERS = ("search", "role", "branch")
GRANTABLE = tuple(role for role in Role if role is not Role.VISITOR)


class PersonForm(Form):
    login = StringField(_l("Account"), [InputRequired()], render_kw={"autocomplete": "off"})
    name = StringField(_l("Name or post"), [InputRequired()], render_kw={"autocomplete": "off"})
    branch = SelectField(_l("Branch"))


class GrantForm(Form):
    role = SelectField(_l("Role"))
    branch = SelectField(_l("For branch"))
    season = SelectField(_l("For season"))


class WeightForm(Form):
    weight = StringField(
        _l("Vote weight"), [InputRequired()], render_kw={"inputmode": "numeric", "autocomplete": "off"}
    )


@blueprint.get("/people")
@guarded(Permission.ADMINISTER)
def people() -> str:
    found = found_people(request.args, page=request.args.get("page", 1, type=row_number))
    filters = {name: value for name in FILTERS if (value := request.args.get(name, ""))}
    return render_template(
        "web/people.html", found=found, filters=filters, roles=_roles(), branches=_branches(_("All branches"))
    )


def found_people(wanted: MultiDict[str, str], *, page: int, per_page: int = 50) -> PeoplePage:
    """Who fits the list's filters."""
    return queries.people(
        reading(),
        now=now(),
        search=wanted.get("search", ""),
        role=_role(wanted.get("role", "")),
        branch_id=wanted.get("branch", type=row_number),
        page=page,
        per_page=per_page,
    )


@blueprint.get("/people/new")
@guarded(Permission.ADMINISTER)
def new_person() -> str:
    return render_template("web/new_person.html", form=_person_form())


@blueprint.post("/people/new")
@guarded(Permission.ADMINISTER)
def add_person() -> Response | tuple[str, int]:
    form = _person_form()
    if not form.validate():
        return render_template("web/new_person.html", form=form), 422
    try:
        with writing() as session:
            added = accounts.add_person(
                session,
                form.login.data or "",
                form.name.data or "",
                branch_id=_id(form.branch.data),
                actor=actor(),
                now=now(),
            )
    except (Invalid, Conflict) as refusal:
        form.refuse(refusal)
        return render_template("web/new_person.html", form=form), refusal.status
    flash(_("%(name)s was added. Give roles, then invite.", name=added.name))
    return redirect(url_for("web.person", person_id=added.id))


@blueprint.get("/people/<int:person_id>")
@guarded(Permission.ADMINISTER)
def person(person_id: int) -> str:
    return _person_page(_line(person_id), _grant_form())


@blueprint.post("/people/<int:person_id>/roles")
@guarded(Permission.ADMINISTER)
def grant_role(person_id: int) -> Response | tuple[str, int]:
    line, form = _line(person_id), _grant_form()
    if not form.validate():
        return _person_page(line, form), 422
    try:
        with writing() as session:
            grants.grant(
                session,
                person_id,
                Role(form.role.data),
                branch_id=_id(form.branch.data),
                season_id=_id(form.season.data),
                actor=actor(),
                now=now(),
            )
    except (Invalid, Conflict) as refusal:
        form.refuse(refusal)
        return _person_page(line, form), refusal.status
    flash(_("The role was granted."))
    return redirect(url_for("web.person", person_id=person_id))


@blueprint.post("/people/<int:person_id>/roles/<int:grant_id>/withdraw")
@guarded(Permission.ADMINISTER)
def withdraw_role(person_id: int, grant_id: int) -> Response:
    with writing() as session:
        grants.withdraw_grant(session, grant_id, actor=actor(), now=now())
    flash(_("The role was withdrawn."))
    return redirect(url_for("web.person", person_id=person_id))


@blueprint.post("/people/<int:person_id>/weight")
@guarded(Permission.ADMINISTER)
def weigh_person(person_id: int) -> Response | tuple[str, int]:
    line, form = _line(person_id), WeightForm()
    if not form.validate():
        return _person_page(line, _grant_form(), form), 422
    try:
        with writing() as session:
            rolls.weigh(session, person_id, form.weight.data or "", actor=actor(), now=now())
    except Invalid as refusal:
        form.refuse(refusal)
        return _person_page(line, _grant_form(), form), refusal.status
    flash(_("The weight is kept. It counts in votes that open from now on."))
    return redirect(url_for("web.person", person_id=person_id))


@blueprint.post("/people/<int:person_id>/sessions/end")
@guarded(Permission.ADMINISTER)
def end_sessions_of(person_id: int) -> Response:
    return _act(accounts.revoke_sessions, person_id, _("All sessions of this account are ended."))


@blueprint.post("/people/<int:person_id>/deactivate")
@guarded(Permission.ADMINISTER)
@confirm_first(_l("The account is closed and all its sessions end at once. It can be opened again."), _l("Deactivate"))
def deactivate_person(person_id: int) -> Response:
    return _act(accounts.deactivate, person_id, _("The account is deactivated."))


@blueprint.post("/people/<int:person_id>/reactivate")
@guarded(Permission.ADMINISTER)
def reactivate_person(person_id: int) -> Response:
    return _act(accounts.reactivate, person_id, _("The account is active again."))


def _act(command: Callable[..., Any], person_id: int, done: str) -> Response:
    with writing() as session:
        command(session, person_id, actor=actor(), now=now())
    flash(done)
    return redirect(url_for("web.person", person_id=person_id))


def _line(person_id: int) -> PersonLine:
    return queries.person_line(reading(), person_id, now=now())


def _person_page(line: PersonLine, form: GrantForm, weight_form: WeightForm | None = None) -> str:
    weights = weight_form or WeightForm(formdata=None, weight=line.weight)
    titles = {season.id: season.title(locale()) for season in seasons.seasons(reading())}
    return render_template("web/person.html", line=line, form=form, weights=weights, season_titles=titles)


def _person_form() -> PersonForm:
    form = PersonForm()
    form.branch.choices = _branches(_("None"))
    return form


def _grant_form() -> GrantForm:
    form = GrantForm()
    form.role.choices = _roles()
    form.branch.choices = _branches(_("Everywhere"))
    everywhere = [("", _("Every season"))]
    form.season.choices = everywhere + [(str(row.id), row.title(locale())) for row in seasons.seasons(reading())]
    return form


def _roles() -> Choices:
    return [(role.value, role_name(role)) for role in GRANTABLE]


def _branches(none: str) -> Choices:
    return [("", none), *((str(line.id), text(line.name)) for line in queries.branches(reading()))]


def _role(value: str) -> Role | None:
    return Role(value) if value in {role.value for role in GRANTABLE} else None


def _id(value: str | None) -> int | None:
    return int(value) if value else None
