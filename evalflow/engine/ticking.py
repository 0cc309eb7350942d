"""Time doing its work beside the pages, in a thread of the same process. Any number may run: each timer fires once."""

import logging
import threading
import time
from datetime import UTC, datetime

from evalflow.audit.note import Signer
from evalflow.db import Database
from evalflow.engine import jobs

log = logging.getLogger("evalflow.tick")


def start(database: Database, signer: Signer, *, seconds: int) -> threading.Thread:
    """A thread that ticks every so many seconds until the process ends."""
    thread = threading.Thread(target=_forever, args=(database, signer, seconds), daemon=True, name="tick")
    thread.start()
    return thread


def _forever(database: Database, signer: Signer, seconds: int) -> None:
    """A failed tick is told and tried again: deadlines must not stop because of one."""
    while True:
        time.sleep(seconds)
        try:
            jobs.tick(database, now=datetime.now(UTC), signer=signer)
        except Exception:
            log.exception("a tick failed; trying again in %s s", seconds)
