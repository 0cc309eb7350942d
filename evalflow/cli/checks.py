"""`evalflow doctor` and `evalflow calendar`: is all well, and what the calendar believes."""

import sqlite3
import sys
from collections.abc import Iterable, Iterator
from datetime import date

import click

from evalflow import documents
from evalflow.cli.setting import OPERATOR, Setting
from evalflow.cli.telling import sentence
from evalflow.db import telling_settings
from evalflow.engine import doctor as examination
from evalflow.engine import installation
from evalflow.errors import NotReady
from evalflow.seasons import queries, schedule, workdays
from evalflow.seasons.rules import legible

pass_setting = click.make_pass_decorator(Setting)
SAFE_SQLITE = (3, 51, 3)  # before it, a reported corruption when the write-ahead log is reset


@click.command()
@pass_setting
def doctor(setting: Setting) -> None:
    """Check every invariant; exit 1 if one is broken.

    One line for each fault of the database. What the machine lacks is advice on standard error.
    """
    with setting.database.reading() as session:
        faults = examination.faults(session, setting.signer)
        running = [one for one in legible(queries.seasons(session)) if one.cancelled_at is None]
        years = workdays.unknown_years(session, [window for one in running for window in schedule.told(one)])
    for fault in faults:
        click.echo(fault)
    for line in _advice(setting, years):
        click.echo(f"advice: {line}", err=True)
    if not faults:
        click.echo("all is well")
    sys.exit(1 if faults else 0)


def _unknown(year: int) -> str:
    return f"the make-up days of {year} are not known here: once announced, state them (evalflow calendar state)"


def _advice(setting: Setting, years: Iterable[int]) -> Iterator[str]:
    """years: those that seasons reach into and whose make-up days are not known."""
    if setting.database.engine.dialect.name == "sqlite" and sqlite3.sqlite_version_info < SAFE_SQLITE:
        yield (
            f"SQLite {sqlite3.sqlite_version} has a reported write-ahead-log corruption; prefer 3.51.3 or later, or "
            "PostgreSQL, for a large installation"
        )
    try:
        documents.look_for_fonts()
    except NotReady as lacking:
        yield sentence(lacking)
    for year in years:
        yield _unknown(year)
    for path in installation.readable_by_others(setting.config):
        yield f"other users of this machine can look into {path}: chmod go= {path}"
    for name in telling_settings(setting.database.engine):
        yield f"PostgreSQL's log shows what is being written, choices too: ALTER SYSTEM SET {name} = 0, and reload it"


@click.group()
def calendar() -> None:
    """Which days are working days."""


@calendar.command()
@click.argument("day", type=click.DateTime(["%Y-%m-%d"]))
@pass_setting
def tell(setting: Setting, day: date) -> None:
    """Say whether DAY is a working day here."""
    with setting.database.reading() as session:
        click.echo("working" if workdays.calendar(session)(date(day.year, day.month, day.day)) else "free")
        if workdays.is_unknown(session, day.year):
            click.echo(f"advice: {_unknown(day.year)}", err=True)


@calendar.command()
@click.argument("day", type=click.DateTime(["%Y-%m-%d"]))
@click.argument("status", type=click.Choice(["working", "free"]))
@click.option("--note", default="", help="Why, such as the notice that announced it.")
@pass_setting
def state(setting: Setting, day: date, status: str, note: str) -> None:
    """State that DAY is working or free.

    It holds whatever the holiday library believes.
    """
    with setting.database.writing() as session:
        workdays.state(
            session,
            date(day.year, day.month, day.day),
            is_working=status == "working",
            note=note,
            actor=OPERATOR,
            now=setting.now(),
        )
        for season in legible(queries.seasons(session)):
            if season.cancelled_at is None:
                schedule.replan(session, season)
    click.echo(f"{day:%Y-%m-%d}: {status}")


COMMANDS = (doctor, calendar)
