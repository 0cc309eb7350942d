"""A file that somebody sent, read in a process of its own that can be ended: bounded in time, memory and output.

Only a few are read at once; whoever comes while they are busy is told so at once, so that pages go on being answered.
The process is started anew for each file (about a tenth of a second) and never forked, since those who serve pages
have threads.
"""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import evalflow
from evalflow.errors import Invalid, TooMany
from evalflow.importing import limits
from evalflow.importing.sheets import Book, Sheet, digest

COMMAND = (sys.executable, "-P", "-m", "evalflow.importing.reading")
_WAITED = 5.0  # seconds for one of those that are being read to end
_places = threading.BoundedSemaphore(limits.AT_ONCE + limits.WAITING)
_free = threading.BoundedSemaphore(limits.AT_ONCE)


def read(content: bytes) -> Book:
    """What the cells of a workbook or CSV show.

    Invalid: file_too_large, file_not_readable, file_locked, workbook_too_large, too_many_rows. TooMany("reading_busy").
    """
    if len(content) > limits.MAX_BYTES:
        raise Invalid("file_too_large", megabytes=limits.MAX_BYTES // 1024**2)
    found = _in_turn(content)
    if "refused" in found:
        facts: dict[str, Any] = {"most": limits.MAX_ROWS} if found["refused"] == "too_many_rows" else {}
        raise Invalid(found["refused"], **facts)
    sheets = (
        Sheet(name, {number: tuple(cells) for number, cells in rows}, frozenset(hidden))
        for name, hidden, rows in found["sheets"]
    )
    return Book(tuple(sheets), digest(content))


def _in_turn(content: bytes) -> dict[str, Any]:
    """Once there is room. Few wait for it: a thread that waits answers nobody else."""
    if not _places.acquire(blocking=False):
        raise TooMany("reading_busy")
    try:
        if not _free.acquire(timeout=_WAITED):
            raise TooMany("reading_busy")
        try:
            return _answer(content)
        finally:
            _free.release()
    finally:
        _places.release()


def _answer(content: bytes) -> dict[str, Any]:
    """The child's word; one that was ended, or ended itself, was given too much to do."""
    root = str(Path(evalflow.__file__).parent.parent)
    known = {"PYTHONPATH": os.pathsep.join([root, *filter(None, sys.path)]), "PYTHONUTF8": "1"}
    with subprocess.Popen(  # noqa: S603
        COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=known, cwd="/"
    ) as child:
        try:
            told, _ = child.communicate(content, timeout=limits.PATIENCE)
        except subprocess.TimeoutExpired:
            child.kill()
            told, _ = child.communicate()
    try:
        found: dict[str, Any] = json.loads(told)
    except ValueError:
        return {"refused": "workbook_too_large"}
    return found
