"""The process that reads one file: bytes on its input, what the cells show as JSON on its output.

    python -m evalflow.importing.reading < FILE

It is told nothing but the file: no database, no secret, no way to write a file. It bounds itself before it reads the
first byte, so that the worst a file can do is to end this process. `bounded` starts it.
"""

import json
import os
import resource
import sys
from typing import Any

from evalflow.importing import delimited, limits, ods, xls, xlsx
from evalflow.importing.archive import Archive
from evalflow.importing.sheets import Sheet, TooMuch, Unreadable

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def sheets(content: bytes) -> tuple[Sheet, ...]:
    """Of a workbook or a CSV, told apart by its bytes; what its name claims counts for nothing."""
    if content.startswith(OLE):
        return xls.sheets(content)
    if not content.startswith(ZIP):
        return delimited.sheets(content)
    archive = Archive(content)
    if xlsx.WORKBOOK in archive.names:
        return xlsx.sheets(archive)
    if ods.CONTENT in archive.names and "mimetype" in archive.names:
        return ods.sheets(archive)
    raise Unreadable


def answer(content: bytes) -> dict[str, Any]:
    """{"sheets": …}, or {"refused": code}. Whatever a broken file makes of a reader is one refusal."""
    try:
        found = sheets(content)
    except (TooMuch, Unreadable) as refusal:
        return {"refused": refusal.code}
    except MemoryError:
        return {"refused": "workbook_too_large"}
    except Exception:  # a library that stumbles over a damaged file raises anything
        return {"refused": "file_not_readable"}
    return {"sheets": [[one.name, sorted(one.hidden), list(one.rows.items())] for one in found]}


def bound() -> None:
    """Take no more time and memory than is allowed, and write no file."""
    os.nice(10)  # pages come first
    resource.setrlimit(resource.RLIMIT_AS, (limits.MEMORY, limits.MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.SECONDS, limits.SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> None:
    bound()
    content = sys.stdin.buffer.read(limits.MAX_BYTES + 1)
    sys.stdout.buffer.write(json.dumps(answer(content), ensure_ascii=True).encode())


if __name__ == "__main__":
    main()
