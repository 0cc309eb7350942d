"""Connections: as many as the threads of a process can need at once."""

from contextlib import ExitStack

from sqlalchemy import text

from evalflow.db import THREADS, Database


def test_every_thread_of_a_process_may_read_and_write_at_once(database: Database) -> None:
    """A request keeps its snapshot while it acts; with fewer connections sixteen of them would wait for each other."""
    with ExitStack() as held:
        for _ in range(THREADS):
            held.enter_context(database.reading()).execute(text("SELECT 1"))
        with database.writing() as session:
            assert session.scalar(text("SELECT 1")) == 1
