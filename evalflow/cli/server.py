"""`evalflow db …`, `demo`, `serve` and `tick`: bringing an installation up and keeping it going."""

import sys

import click

from evalflow.audit import ledger
from evalflow.cli import progress, serving
from evalflow.cli.setting import Setting
from evalflow.cli.telling import counted
from evalflow.engine import demo as demonstration
from evalflow.engine import jobs, reminders, schema

pass_setting = click.make_pass_decorator(Setting)


@click.group()
def db() -> None:
    """Create and change the schema of the database."""


@db.command()
@pass_setting
def upgrade(setting: Setting) -> None:
    """Make the installation, or bring its database up to date.

    Safe to repeat. New folders and the SQLite file are readable by this user only.
    """
    setting.found()
    click.echo(f"schema {schema.current(setting.database.engine)}")


@db.command()
@pass_setting
def check(setting: Setting) -> None:
    """Exit 1 when the models and the migrations differ."""
    schema.check(setting.database.engine)
    click.echo("models and migrations agree")


@db.command(hidden=True)  # for developers: an operator's database has the schema of a version
@click.argument("message")
@pass_setting
def revise(setting: Setting, message: str) -> None:
    """Write a new migration from what the models now say."""
    schema.revise(setting.database.engine, message)


@click.command()
@click.option("--members", default=190, show_default=True, envvar="DEMO_MEMBERS", help="Members to invent.")
@click.option("--if-empty", is_flag=True, help="Do nothing where there are seasons already.")
@pass_setting
def demo(setting: Setting, members: int, if_empty: bool) -> None:
    """Load the demo into an empty installation and print its accounts.

    Last year's season is finished, this year's is in the online vote. Makes the installation where there is none.
    """
    setting.found_where_none()
    if demonstration.is_empty(setting.database):
        click.echo("Playing the four seasons of the demo: about a minute.")
        with progress.line() as told:
            demonstration.load(setting.database, setting.signer, members=members, now=setting.now(), progress=told)
    elif not if_empty:
        click.echo("There are seasons already: the demo is loaded only into an empty database.", err=True)
        sys.exit(1)
    click.echo(demonstration.accounts(setting.database))


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=5000, show_default=True, envvar="PORT", type=click.IntRange(1, 65535))
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1), help="Processes that answer requests.")
@click.option(
    "--tick-every", default=15, show_default=True, type=click.IntRange(0), help="Seconds between ticks; 0: none."
)
@pass_setting
def serve(setting: Setting, host: str, port: int, workers: int, tick_every: int) -> None:
    """Serve the pages until Ctrl-C, and let time do its work too.

    One installation needs one process that ticks; others are started with --tick-every 0.
    """
    serving.look_at(host, port)
    with setting.database.reading() as session:
        ledger.verify(session, setting.signer)
    setting.signer.own_key()
    setting.database.engine.dispose()  # workers are forked: no connection may be open then
    serving.serve(setting.config, host=host, port=port, workers=workers, tick_every=tick_every, ready=_tell_address)


def _tell_address(address: str) -> None:
    click.echo(f"\nLook at {address} (stop with Ctrl-C)")


@click.command()
@pass_setting
def tick(setting: Setting) -> None:
    """Do all that time has caused by now; for cron.

    Opens, closes and settles stages, seals the log, writes and sends reminders.
    """
    fired = jobs.tick(setting.database, now=setting.now(), signer=setting.signer)
    made, sent = reminders.remind(setting.database, setting.config, now=setting.now())
    done = f"{counted(fired, 'timer')} fired, {counted(made, 'reminder')} written"
    click.echo(f"{done}, {counted(sent, 'mail')} sent")


COMMANDS = (db, demo, serve, tick)
