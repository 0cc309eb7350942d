"""The root command and what all commands share."""

import sys

import click

from evalflow.cli import accounts, checks, records, rehearsing, server, workflows
from evalflow.cli.setting import Setting
from evalflow.config import Config
from evalflow.errors import EvalflowError


class Polite(click.Group):
    """A refusal is one line on standard error and exit code 1, never a traceback."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except EvalflowError as error:
            click.echo(str(error), err=True)
            sys.exit(1)


@click.group(cls=Polite)
@click.version_option(package_name="evalflow")
@click.pass_context
def main(ctx: click.Context) -> None:
    """Voting and evaluation workflows for award seasons, with an audit log that outsiders can verify."""
    ctx.obj = Setting(Config.from_environment())


for _module in (server, workflows, records, rehearsing, accounts, checks):
    for _command in _module.COMMANDS:
        main.add_command(_command)
