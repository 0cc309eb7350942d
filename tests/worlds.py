"""Simulated worlds for tests of those who play in them."""

from datetime import datetime
from random import Random

from evalflow.access import SYSTEM
from evalflow.db import Database
from evalflow.seasons.play import World


def empty_world(database: Database, clock: datetime) -> World:
    """Nobody is there but time."""
    return World(
        database=database,
        clock=clock,
        chance=Random("world"),
        organiser=SYSTEM,
        secretaries={},
        members=[],
        committee=[],
        tellers=[],
        passphrases={},
    )
