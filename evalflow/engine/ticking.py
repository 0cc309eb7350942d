"""Time doing its work beside the pages, in a thread of the same process. Any number may run: each timer fires once."""

import logging
import threading
import time
from datetime import UTC, datetime

from evalflow.audit.note import Signer
from evalflow.config import Config
from evalflow.db import Database
from evalflow.engine import jobs, reminders

log = logging.getLogger("evalflow.tick")


def start(database: Database, signer: Signer, config: Config) -> threading.Thread:
    """A thread that ticks every so many seconds (`config.tick_every`) until the process ends."""
    thread = threading.Thread(target=_forever, args=(database, signer, config), daemon=True, name="tick")
    thread.start()
    return thread


def _forever(database: Database, signer: Signer, config: Config) -> None:
    """A failed tick is told and tried again: deadlines must not stop because of one."""
    while True:
        time.sleep(config.tick_every)
        try:
            jobs.tick(database, now=datetime.now(UTC), signer=signer)
            reminders.remind(database, config, now=datetime.now(UTC))
        except Exception:
            log.exception("a tick failed; trying again in %s s", config.tick_every)
