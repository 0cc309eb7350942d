"""Reading a bundle's folder: plain files only, of a bearable size, in UTF-8; JSON without doubled keys or floats."""

import json
import re
from collections.abc import Collection
from pathlib import Path
from typing import Any, NoReturn

from evalflow.errors import BundleError

MAX_BYTES = 256 * 2**20  # of one file; a million ballots are about 40 MB
BESIDE = ("README.md", "README.txt")  # may stand in a bundle, are not read


def names(folder: Path, shown: str = "") -> list[str]:
    """What stands in a folder, in order, without hidden files and a README. shown: the folder's name in complaints."""
    if folder.is_symlink() or not folder.is_dir():
        raise BundleError(shown or str(folder), "not a folder")
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith(".") and path.name not in BESIDE)


def check_names(folder: Path, known: Collection[str], shown: str = "") -> list[str]:
    """The names in a folder. BundleError for one it has no place for: a misspelt file must not be passed over."""
    found = names(folder, shown)
    for name in found:
        if name not in known:
            raise BundleError(f"{shown}/{name}" if shown else name, f"unknown, expected {', '.join(known)}")
    return found


def text(folder: Path, file: str) -> str:
    """A file's text without a byte order mark. file: its name inside the folder, with forward slashes.

    BundleError: missing or a link, too large, not UTF-8, a NUL, which no text has and no database keeps.
    """
    path = folder / file
    if path.is_symlink() or not path.is_file():
        raise BundleError(file, "no such file")
    if path.stat().st_size > MAX_BYTES:
        raise BundleError(file, f"larger than {MAX_BYTES} bytes")
    content = path.read_bytes()
    if b"\0" in content:
        raise BundleError(file, "a NUL", line=_line_at(content, content.index(b"\0")))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        raise BundleError(file, "not UTF-8", line=_line_at(content, wrong.start)) from None


def json_object(source: str, file: str) -> dict[str, Any]:
    """A JSON object from its text. BundleError: bad JSON, a key that stands twice, a number with a point."""

    def distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            keys = [key for key, _ in pairs]
            raise BundleError(file, f"key {next(key for key in keys if keys.count(key) > 1)!r} stands twice")
        return found

    def no_float(written: str) -> NoReturn:
        raise BundleError(file, f"{written}: exact numbers are whole or written as text, such as {'1/3'!r}")

    try:
        tree = json.loads(source, object_pairs_hook=distinct, parse_float=no_float, parse_constant=no_float)
    except json.JSONDecodeError as wrong:
        raise BundleError(file, f"not JSON: {wrong.msg}", line=wrong.lineno) from None
    except RecursionError:
        raise BundleError(file, "not JSON: nested too deeply") from None
    except ValueError:  # how Python refuses a number of thousands of digits
        raise BundleError(file, "a number too long to be read") from None
    if not isinstance(tree, dict):
        raise BundleError(file, "expected a JSON object")
    return tree


def line_of_key(source: str, key: str) -> int:
    """The line of a JSON text on which a key of its own first stands."""
    found = re.search(rf'"{key}"\s*:', source)
    return source.count("\n", 0, found.start() if found else 0) + 1


def _line_at(content: bytes, position: int) -> int:
    return content.count(b"\n", 0, position) + 1
