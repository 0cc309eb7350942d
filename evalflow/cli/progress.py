"""How far a long act has come: on a terminal one line that is written over, elsewhere a line for each part."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

CLEARED = "\r\x1b[K"


@contextmanager
def line() -> Iterator[Callable[[str], None]]:
    """Takes steps such as `brands-2026: online_vote`, whose part is what stands before the colon."""
    if sys.stdout.isatty():
        yield lambda step: click.echo(f"{CLEARED}  {step}", nl=False)
        click.echo(CLEARED, nl=False)
        return
    parts: set[str] = set()

    def tell(step: str) -> None:
        part = step.partition(":")[0]
        if part not in parts:
            parts.add(part)
            click.echo(f"  {part}")

    yield tell
