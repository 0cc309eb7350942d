"""Reading a bundle's folder: plain files only, of a bearable size, in UTF-8; JSON without doubled keys or floats."""

import json
import re
from collections.abc import Collection
from pathlib import Path
from typing import Any, NoReturn

from evalflow.errors import BundleError, choices

MAX_BYTES = 256 * 2**20  # of one file; a million ballots are about 40 MB
BESIDE = ("README.md", "README.txt")  # may stand in a bundle, are not read


def names(folder: Path, shown: str = "") -> list[str]:
    """What stands in a folder, in order, without hidden files and a README. shown: the folder's name in complaints."""
    if folder.is_symlink() or not folder.is_dir():
        raise BundleError(shown or str(folder), expected="a folder", found="none")
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith(".") and path.name not in BESIDE)


def check_names(folder: Path, known: Collection[str], shown: str = "") -> list[str]:
    """The names in a folder. BundleError for one it has no place for: a misspelt file must not be passed over."""
    found = names(folder, shown)
    for name in found:
        if name not in known:
            raise BundleError(
                f"{shown}/{name}" if shown else name,
                expected=choices(known, name),
                found="a file that has no place here",
            )
    return found


def text(folder: Path, file: str) -> str:
    """A file's text without a byte order mark. file: its name inside the folder, with forward slashes.

    BundleError: missing or a link, too large, not UTF-8, a NUL, which no text has and no database keeps.
    """
    path = folder / file
    if path.is_symlink() or not path.is_file():
        raise BundleError(file, expected="this file", found="no such file")
    if path.stat().st_size > MAX_BYTES:
        raise BundleError(file, expected=f"at most {MAX_BYTES} bytes", found=f"{path.stat().st_size}")
    content = path.read_bytes()
    if b"\0" in content:
        raise BundleError(file, expected="text", found="a NUL", line=_line_at(content, content.index(b"\0")))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        raise BundleError(
            file, expected="UTF-8", found=f"the byte {content[wrong.start]:#04x}", line=_line_at(content, wrong.start)
        ) from None


def json_object(source: str, file: str) -> dict[str, Any]:
    """A JSON object from its text. BundleError: bad JSON, a key that stands twice, a number with a point."""

    def distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            keys = [key for key, _ in pairs]
            twice = next(key for key in keys if keys.count(key) > 1)
            raise BundleError(file, expected="each key once", found=f"{twice!r} twice", line=line_of_key(source, twice))
        return found

    def no_float(written: str) -> NoReturn:
        raise BundleError(
            file,
            expected="numbers that are whole or written as text, such as '1/3'",
            found=written,
            line=_line_of_number(source, written),
        )

    try:
        tree = json.loads(source, object_pairs_hook=distinct, parse_float=no_float, parse_constant=no_float)
    except json.JSONDecodeError as wrong:
        raise BundleError(file, expected="JSON", found=wrong.msg, line=wrong.lineno) from None
    except RecursionError:
        raise BundleError(file, expected="JSON", found="brackets nested too deeply") from None
    except ValueError:  # how Python refuses a number of thousands of digits
        raise BundleError(file, expected="numbers of a bearable length", found="one of thousands of digits") from None
    if not isinstance(tree, dict):
        raise BundleError(file, expected="a JSON object", found=type(tree).__name__)
    return tree


def line_of_key(source: str, key: str) -> int:
    """The line of a JSON text on which a key of its own first stands."""
    found = re.search(rf'"{re.escape(key)}"\s*:', source)
    return source.count("\n", 0, found.start() if found else 0) + 1


def _line_of_number(source: str, written: str) -> int | None:
    """The line on which a number stands that JSON would read as one with a point."""
    found = re.search(rf"(?<![\w.+-]){re.escape(written)}(?![\w.])", source)
    return source.count("\n", 0, found.start()) + 1 if found else None


def _line_at(content: bytes, position: int) -> int:
    return content.count(b"\n", 0, position) + 1
