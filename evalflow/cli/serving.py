"""Serving pages with granian."""

import os

from granian import Granian
from granian.constants import Interfaces

from evalflow.config import Config
from evalflow.db import THREADS

APP = "evalflow.app:from_environment"


def serve(config: Config, *, host: str, port: int, workers: int, tick_every: int) -> None:
    """Serve until interrupted. tick_every: seconds between ticks in every worker, 0 where another process does them.

    Workers read the configuration from the environment again, and each starts its own ticking: a thread started
    here would not survive the fork, and what it held would stay locked in the worker.
    """
    os.environ["EVALFLOW_INSTANCE"] = str(config.instance)
    os.environ["EVALFLOW_TICK_EVERY"] = str(tick_every)
    Granian(
        APP, factory=True, interface=Interfaces.WSGI, address=host, port=port, workers=workers, blocking_threads=THREADS
    ).serve()
