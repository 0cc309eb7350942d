"""Days as people write them."""

import re
from datetime import date

from evalflow.workflow import numbers

_WRITTEN = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?")


def read(written: str) -> date:
    """2026-07-01, 2026/7/1, 2026.7.1 or 2026年7月1日, in digits of either width. ValueError for anything else.

    >>> read("2026年7月1日"), read("２０２６－０７－０１")
    (datetime.date(2026, 7, 1), datetime.date(2026, 7, 1))
    """
    found = _WRITTEN.fullmatch(numbers.narrow(written))
    if found is None:
        raise ValueError(f"{written!r} is no day")
    return date(*(int(part) for part in found.groups()))
