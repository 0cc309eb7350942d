"""Serving pages with granian."""

import errno
import logging
import multiprocessing
import os
import signal
import socket
import time
import urllib.request
from collections.abc import Callable

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from evalflow.config import Config
from evalflow.db import THREADS
from evalflow.errors import NotReady

APP = "evalflow.app:from_environment"
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104 - where such a server is asked
PATIENCE = 120  # seconds in which a worker has loaded the program, on the slowest machine


def serve(
    config: Config, *, host: str, port: int, workers: int, tick_every: int, ready: Callable[[str], object]
) -> None:
    """Serve until interrupted. tick_every: seconds between ticks in every worker, 0 where another process does them.

    ready: is told the address once a page answers there.

    Workers read the configuration from the environment again, and each starts its own ticking: a thread started
    here would not survive the fork, and what it held would stay locked in the worker.
    """
    os.environ["EVALFLOW_INSTANCE"] = str(config.instance)
    os.environ["EVALFLOW_TICK_EVERY"] = str(tick_every)
    server = Granian(
        APP,
        factory=True,
        interface=Interfaces.WSGI,
        address=host,
        port=port,
        workers=workers,
        blocking_threads=THREADS,
        respawn_failed_workers=True,  # a worker that dies is replaced; without it the server would go on with fewer
        websockets=False,
        log_level=LogLevels.warning,
    )
    # It warns of the number of threads, which is meant: they wait for the disk and for passwords.
    logging.getLogger("_granian").addFilter(_is_worth_saying)
    # A process, not a thread: workers are forked, and what a thread holds at that moment they would wait for for ever.
    forked = multiprocessing.get_context("fork")
    forked.Process(target=_announce, args=(host, port, ready), daemon=True).start()
    os.register_at_fork(after_in_child=_stop_when_told)
    server.serve()


def look_at(host: str, port: int) -> None:
    """NotReady where the port is taken, or where this machine has no such address.

    granian listens with SO_REUSEPORT, by which two servers of one user share a port and answer in turns. Here the
    socket is bound without it, so that any listener there is in the way.
    """
    try:
        places = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        for family, kind, protocol, _, address in places:
            with socket.socket(family, kind, protocol) as tried:
                tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # those that have hung up don't count
                if family == socket.AF_INET6:
                    tried.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                tried.bind(address)
                tried.listen(1)
    except OSError as error:
        code = "port_taken" if error.errno == errno.EADDRINUSE else "port_refused"
        raise NotReady(code, host=host, port=port, reason=error.strerror or str(error)) from None


def _stop_when_told() -> None:
    """A worker that still loads the program ends at once when the server ends it.

    It inherits the server's own handlers, which would only note in the worker that the server is to stop: the worker
    would go on, and the server wait for it for ever. Once it has loaded the program granian gives it handlers.
    """
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the server too, which then ends its workers


def _announce(host: str, port: int, ready: Callable[[str], object]) -> None:
    """Ask for a page until it comes."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C reaches it too
    asked = EVERYWHERE.get(host, host)
    address = f"http://[{asked}]:{port}" if ":" in asked else f"http://{asked}:{port}"
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            opener.open(f"{address}/sign-in", timeout=10).close()
        except OSError:
            time.sleep(0.2)
        else:
            ready(address)
            return


def _is_worth_saying(record: logging.LogRecord) -> bool:
    return not record.getMessage().startswith("Configuration allows spawning up to")
