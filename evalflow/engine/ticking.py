"""Time doing its work beside the pages, in threads of the same process. Any number may run: each timer fires once.

Deadlines, explanations, sealing, writing reminders and posting letters each have a loop of their own, so that a slow
mail server holds up no deadline.
"""

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

from evalflow.audit.signing import Signer
from evalflow.config import Config
from evalflow.db import Database
from evalflow.engine import jobs, reminders
from evalflow.engine.explaining import explain_settled

log = logging.getLogger("evalflow.tick")
KEEP_UP_EVERY = 10  # seconds; a count whose process is silent for a minute is taken for lost
Work = Callable[[datetime], object]


def start(database: Database, signer: Signer, config: Config) -> tuple[threading.Thread, ...]:
    """Threads that work every so many seconds (`config.tick_every`) until the process ends.

    Where another process ticks (0) one is left: a share may have been handed in here, so the key of its count is here.
    """
    loops: dict[str, Work] = {
        "deadlines": lambda now: jobs.fire(database, now=now),
        "explanations": lambda now: explain_settled(database, now=now),
        "sealing": lambda now: jobs.seal(database, signer, now=now),
        "reminders": lambda now: reminders.make(database, now=now),
        "letters": lambda now: reminders.send(database, config, now=now),
    }
    threads = tuple(
        threading.Thread(target=_forever, args=(name, work, every), daemon=True, name=f"tick-{name}")
        for name, work, every in (
            ("boxes", lambda now: jobs.keep_up(database, now=now), KEEP_UP_EVERY),
            *((name, work, config.tick_every) for name, work in loops.items() if config.tick_every),
        )
    )
    for thread in threads:
        thread.start()
    return threads


def _forever(name: str, work: Work, every: int) -> None:
    """What failed is logged and done again: deadlines must not stop because of one error."""
    while True:
        time.sleep(every)
        try:
            work(datetime.now(UTC))
        except Exception:
            log.exception("%s: failed; trying again in %s s", name, every)
