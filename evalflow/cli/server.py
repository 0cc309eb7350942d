"""`evalflow db …`, `demo`, `serve` and `tick`: bringing an installation up and keeping it going."""

import sys

import click

from evalflow.audit import ledger
from evalflow.cli import serving
from evalflow.cli.setting import Setting
from evalflow.engine import demo as demonstration
from evalflow.engine import founding, jobs, reminders, schema

pass_setting = click.make_pass_decorator(Setting)


@click.group()
def db() -> None:
    """Create and change the schema of the database."""


@db.command()
@pass_setting
def upgrade(setting: Setting) -> None:
    """Bring the database up to this version's schema; safe to repeat."""
    founding.bring_up(setting.database, setting.signer)
    click.echo(f"schema {schema.current(setting.database.engine)}")


@db.command()
@pass_setting
def check(setting: Setting) -> None:
    """Exit 1 when the models and the migrations differ."""
    schema.check(setting.database.engine)
    click.echo("models and migrations agree")


@db.command()
@click.argument("message")
@pass_setting
def revise(setting: Setting, message: str) -> None:
    """Write a new migration from what the models now say."""
    schema.revise(setting.database.engine, message)


@click.command()
@click.option("--members", default=190, show_default=True, help="Members to invent.")
@click.option("--if-empty", is_flag=True, help="Do nothing where there are seasons already.")
@pass_setting
def demo(setting: Setting, members: int, if_empty: bool) -> None:
    """Load the demo: last year's season finished, this year's in the online vote; prints its accounts."""
    founding.bring_up(setting.database, setting.signer)
    if demonstration.is_empty(setting.database):
        demonstration.load(
            setting.database, setting.signer, members=members, now=setting.now(), progress=lambda line: click.echo(line)
        )
    elif not if_empty:
        click.echo("There are seasons already: the demo is loaded only into an empty database.", err=True)
        sys.exit(1)
    click.echo(demonstration.accounts(setting.database))


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=5000, show_default=True, envvar="PORT")
@click.option("--workers", default=1, show_default=True, help="Processes that answer requests.")
@click.option("--tick-every", default=15, show_default=True, help="Seconds between ticks in this process; 0 for none.")
@pass_setting
def serve(setting: Setting, host: str, port: int, workers: int, tick_every: int) -> None:
    """Serve the pages, and by default let time do its work too (one installation needs one such process)."""
    with setting.database.reading() as session:
        ledger.verify(session, setting.signer)
    setting.signer.own_key()
    serving.serve(setting.config, host=host, port=port, workers=workers, tick_every=tick_every)


@click.command()
@pass_setting
def tick(setting: Setting) -> None:
    """Do all that time has caused by now: open, close, settle, seal the log, remind. For cron."""
    fired = jobs.tick(setting.database, now=setting.now(), signer=setting.signer)
    made, sent = reminders.remind(setting.database, setting.config, now=setting.now())
    click.echo(f"{fired} timers fired, {made} reminders written, {sent} mails sent")


COMMANDS = (db, demo, serve, tick)
