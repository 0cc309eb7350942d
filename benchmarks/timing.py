"""What all benchmarks do: time one act, say one line."""

import time
from collections.abc import Callable
from typing import Any


def seconds(act: Callable[[], Any]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def seconds_of_work(act: Callable[[], Any]) -> float:
    """Of this process alone: for what waits for nobody, on a machine that others use too."""
    began = time.process_time()
    act()
    return time.process_time() - began


def say(line: str) -> None:
    print(line, flush=True)  # noqa: T201
