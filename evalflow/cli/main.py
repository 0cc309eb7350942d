"""The root command and what all commands share."""

import sys
from typing import NoReturn

import click
from sqlalchemy.exc import DBAPIError

from evalflow.cli import accounts, checks, records, rehearsing, server, workflows
from evalflow.cli.setting import Setting
from evalflow.cli.telling import flaws, sentence, sentence_of, terminal_locale
from evalflow.db import is_away
from evalflow.errors import DefinitionError, EvalflowError, NotReady, Refused

NO, NOT_BEGUN = 1, 2  # exit codes: the answer is no; it could not begin (click's own code for wrong arguments)


class Polite(click.Group):
    """What is refused, and what the machine lacks, is a sentence on standard error, never a traceback."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except NotReady as lacking:
            _end(sentence(lacking), NOT_BEGUN)
        except Refused as refusal:
            _end(sentence(refusal), NO)
        except DefinitionError as error:
            _end(flaws(error, terminal_locale()), NO)
        except EvalflowError as error:
            _end(str(error), NO)
        except DBAPIError as error:
            if not is_away(error):
                raise
            _end(sentence_of("database_away", {}), NOT_BEGUN)
        except PermissionError as denied:
            _end(f"{denied.filename}: {denied.strerror}", NOT_BEGUN)


def _end(told: str, code: int) -> NoReturn:
    click.echo(told, err=True)
    sys.exit(code)


@click.group(cls=Polite, context_settings={"max_content_width": 110})
@click.version_option(package_name="evalflow")
@click.pass_context
def main(ctx: click.Context) -> None:
    """Voting and evaluation workflows for award seasons, with an audit log that outsiders can verify.

    Exit codes: 0 done; 1 the answer is no (a fault, a difference, a dead end, a refusal); 2 it could not begin (wrong
    arguments or settings, no installation, a port that is taken).
    """
    ctx.obj = Setting()


for _module in (server, workflows, records, rehearsing, accounts, checks):
    for _command in _module.COMMANDS:
        main.add_command(_command)
