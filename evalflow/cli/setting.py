"""What every command may need: the configuration, the database, the clock and the signer, made on first use."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import IO, Any

import click

from evalflow import zone
from evalflow.access import SYSTEM, Actor, Grant, Role
from evalflow.audit import ledger
from evalflow.audit.signing import Signer
from evalflow.config import Config
from evalflow.db import Database
from evalflow.engine import installation

OPERATOR = Actor(None, "", "system", grants=SYSTEM.grants | {Grant(Role.ADMINISTRATOR)})


class WrongSetting(click.ClickException):
    """A variable of the environment says what can't be."""

    exit_code = 2

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(self.format_message(), err=True, file=file)


@dataclass
class Setting:
    """Whoever can run these commands can read the whole machine: they act as the system.

    A command that asks for the database or the signer needs an installation that is there (NotReady else). Two may
    make one, and say so by calling `found` or `found_where_none` first: `db upgrade` and `demo`.
    """

    @cached_property
    def config(self) -> Config:
        try:
            found = Config.from_environment()
        except ValueError as wrong:
            raise WrongSetting(str(wrong)) from None
        zone.use(found.timezone)
        return found

    def found(self) -> None:
        installation.found(self.config)

    def found_where_none(self) -> None:
        if not installation.is_there(self.config):
            installation.found(self.config)

    @cached_property
    def database(self) -> Database:
        found = installation.opened(self.config)
        ledger.entrust(found, self._signer)
        return found

    @property
    def signer(self) -> Signer:
        assert self.database  # in the wrong folder that is told, not that a key is missing
        return self._signer

    @cached_property
    def _signer(self) -> Signer:
        return Signer(self.config.instance, self.config.log_origin)

    def now(self) -> datetime:
        return datetime.now(UTC)
