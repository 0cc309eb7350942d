"""Serving pages with granian, and time doing its work beside them."""

import logging
import os
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

from granian import Granian
from granian.constants import Interfaces

from evalflow.audit.note import Signer
from evalflow.config import Config
from evalflow.db import Database, connect
from evalflow.engine import jobs

APP = "evalflow.app:from_environment"
log = logging.getLogger("evalflow.tick")


def serve(config: Config, signer: Signer, *, host: str, port: int, workers: int, tick_every: float) -> None:
    """Serve until interrupted. tick_every: seconds between ticks, 0 where another process does them."""
    if tick_every:
        _ticking(config, signer, tick_every).start()
    # granian's workers are processes of their own and read the configuration from the environment again
    os.environ.setdefault("EVALFLOW_INSTANCE", str(config.instance))
    server = Granian(APP, factory=True, interface=Interfaces.WSGI, address=host, port=port, workers=workers)
    server.serve()


def _ticking(config: Config, signer: Signer, seconds: float) -> threading.Thread:
    database = Database(connect(config.database_url))

    def tick() -> None:
        jobs.tick(database, now=datetime.now(UTC), signer=signer)

    return threading.Thread(target=_forever, args=(tick, seconds), daemon=True, name="tick")


def _forever(tick: Callable[[], None], seconds: float) -> None:
    """A failed tick is told and tried again: deadlines must not stop because of one."""
    while True:
        try:
            tick()
        except Exception:
            log.exception("a tick failed; trying again in %s s", seconds)
        time.sleep(seconds)
