"""What every command may need: the configuration, the database, the clock and the signer, made on first use."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

from evalflow.access import SYSTEM, Actor, Grant, Role
from evalflow.audit.signing import Signer
from evalflow.config import Config
from evalflow.db import Database, connect

OPERATOR = Actor(None, "", "system", grants=SYSTEM.grants | {Grant(Role.ADMINISTRATOR)})


@dataclass
class Setting:
    """Whoever can run these commands can read the whole machine: they act as the system."""

    config: Config

    @cached_property
    def database(self) -> Database:
        return Database(connect(self.config.database_url))

    @cached_property
    def signer(self) -> Signer:
        return Signer(self.config.instance, self.config.log_origin)

    def now(self) -> datetime:
        return datetime.now(UTC)
