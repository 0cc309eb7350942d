"""What all benchmarks do: time one act, say one line."""

import time
from collections.abc import Callable
from typing import Any


def seconds(act: Callable[[], Any]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def say(line: str) -> None:
    print(line, flush=True)  # noqa: T201
