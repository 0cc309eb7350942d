"""`evalflow user …` and `evalflow roll …`: letting people in from the command line."""

import sys
from pathlib import Path

import click
from sqlalchemy import select

from evalflow.access import Role
from evalflow.cli.setting import OPERATOR, Setting
from evalflow.cli.telling import counted, sentence_of
from evalflow.engine import erasing
from evalflow.errors import NotFound
from evalflow.importing import bounded
from evalflow.importing.rows import Preview
from evalflow.people import accounts, grants, names, queries
from evalflow.people.importing import commands as importing
from evalflow.people.importing.preview import preview_branches, preview_people
from evalflow.people.models import Person

pass_setting = click.make_pass_decorator(Setting)
ROLES = [role.value for role in Role if role is not Role.VISITOR]
SHEET = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def user() -> None:
    """Accounts."""


@user.command()
@click.argument("login")
@click.option("--name", help="Who is added where the login is new: a person's or an office's name.")
@click.option("--branch", help="Their branch, by its key.")
@click.option("--role", "roles", multiple=True, type=click.Choice(ROLES), help="A role to give; repeat for more.")
@pass_setting
def invite(setting: Setting, login: str, name: str | None, branch: str | None, roles: tuple[str, ...]) -> None:
    """Print a one-time link for LOGIN to choose a password.

    Adds the account where it is new.
    """
    with setting.database.writing() as session:
        query = select(Person).where(Person.login == names.normal_login(login))
        person = session.scalars(query).one_or_none()
        branch_id = queries.branch_by_key(session, branch).id if branch else None
        if person is None:
            if name is None:
                raise NotFound("no_such_person", login=login)
            person = accounts.add_person(session, login, name, branch_id=branch_id, actor=OPERATOR, now=setting.now())
        for role in roles:
            scope = branch_id if role == Role.BRANCH_SECRETARY else None
            grants.grant(session, person.id, Role(role), branch_id=scope, actor=OPERATOR, now=setting.now())
        token = accounts.invite(session, person.id, actor=OPERATOR, now=setting.now())
    click.echo(f"{setting.config.site_url}/invitation/{token}")


@user.command()
@click.argument("login")
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_setting
def erase(setting: Setting, login: str, *, yes: bool) -> None:
    """Forget who LOGIN, an account that is deactivated, belonged to. What was done with it stays in the log.

    The name, the address for mails, and the personal parts of the log's events about this person go for ever; the log
    still verifies. Backups made before still hold them.
    """
    with setting.database.reading() as session:
        person = session.scalars(select(Person).where(Person.login == names.normal_login(login))).one_or_none()
        if person is None:
            raise NotFound("no_such_person", login=login)
    if not yes:
        click.confirm(f"{person.login} ({person.name}): erase for ever?", abort=True)
    with setting.database.writing() as session:
        parts = erasing.erase(session, person.id, actor=OPERATOR, now=setting.now())
    click.echo(f"erased; gone with it: {counted(parts, 'personal part')} of events")


@click.group()
def roll() -> None:
    """Branches and members."""


@roll.command("import")
@click.option("--branches", type=SHEET, help="A workbook or CSV of branches.")
@click.option("--people", type=SHEET, help="A workbook or CSV of people.")
@click.option("--write", is_flag=True, help="Write the good rows; without it nothing is written.")
@pass_setting
def import_(setting: Setting, branches: Path | None, people: Path | None, *, write: bool) -> None:
    """Preview branches and people from spreadsheets.

    With --write the good rows are added. Exit 1 where rows are bad.
    """
    bad = 0
    for path, preview_of, add in (
        (branches, preview_branches, importing.add_branches),
        (people, preview_people, importing.add_people),
    ):
        if path is None:
            continue
        book = bounded.read(path.read_bytes())
        with setting.database.writing() as session:
            preview: Preview = preview_of(book, importing.existing(session))  # type: ignore[type-arg]
            _tell(path, preview)
            bad += len(preview.bad)
            if write and preview.good:
                add(session, preview, actor=OPERATOR, now=setting.now())
    sys.exit(1 if bad else 0)


def _tell(path: Path, preview: Preview) -> None:  # type: ignore[type-arg]
    for row in preview.bad:
        click.echo(f"{path}:{row.row}: {sentence_of(row.reason, row.facts)}", err=True)
    click.echo(f"{path}: {counted(len(preview.good), 'good row')}, {len(preview.bad)} bad")


COMMANDS = (user, roll)
