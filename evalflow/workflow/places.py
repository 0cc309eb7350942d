"""Where in a workflow file something stands: the line of every key, for complaints that name one.

`tomllib` gives values without their places. This reads only what is known to be TOML, and only for its keys.
"""

import re
from collections.abc import Mapping, Sequence

Path = tuple[str | int, ...]
_KEY = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|\'([^\']*)\'|([A-Za-z0-9_-]+))\s*(\.?)')
_BLANK = re.compile(r"(?:[\s,]|#[^\n]*)*")
_STRING = re.compile(r'"""(?:[^\\]|\\.)*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'', re.DOTALL)
_PLAIN = re.compile(r"[^\s,\]}#][^\n,\]}#]*")


def lines_of(text: str) -> Mapping[Path, int]:
    """{path to a key, a table or an element of an array: its line}, of a text that is TOML.

    >>> found = lines_of('key = "a"\\n[[stage]]\\nkey = "b"\\nsize = { min = 1,\\n max = 2 }\\n')
    >>> found["key",], found["stage", 0], found["stage", 0, "size", "max"]
    (1, 2, 5)
    """
    return _Reading(text).places()


def nearest(places: Mapping[Path, int], path: Sequence[str | int]) -> int | None:
    """The line of a path or, where nothing stands there, of what it would stand in."""
    return next((places[tuple(path[:end])] for end in range(len(path), 0, -1) if tuple(path[:end]) in places), None)


class _Reading:
    """A way through a text, from one key to the next."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0
        self.found: dict[Path, int] = {}
        self.sizes: dict[Path, int] = {}  # of arrays of tables, so far

    def places(self) -> Mapping[Path, int]:
        table: Path = ()
        self._skip(_BLANK)
        while self.at < len(self.text):
            if self.text[self.at] == "[":
                table = self._header()
            else:
                self._pair(table)
            self._skip(_BLANK)
        return self.found

    def _header(self) -> Path:
        is_array, begun = self.text.startswith("[[", self.at), self.at
        self.at += 2 if is_array else 1
        path: Path = ()
        for key in self._keys():
            path = self._last((*path, key))
        if is_array:
            path = path[:-1] if path and isinstance(path[-1], int) else path
            self._note(path, begun)
            number = self.sizes.get(path, 0)
            self.sizes[path] = number + 1
            path = (*path, number)
        self._note(path, begun)
        self.at += 2 if is_array else 1
        return path

    def _last(self, path: Path) -> Path:
        """Where a header continues: in the last table of an array."""
        return (*path, self.sizes[path] - 1) if path in self.sizes else path

    def _pair(self, table: Path) -> None:
        begun, path = self.at, table
        for key in self._keys():
            path = (*path, key)
            self._note(path, begun)
        self.at += 1  # the sign of equality
        self._value(path)

    def _value(self, path: Path) -> None:
        self._skip(_BLANK)
        if self.text[self.at] in "[{":
            self._inside(path, is_table=self.text[self.at] == "{")
        else:
            self._skip(_STRING if self.text[self.at] in "\"'" else _PLAIN)

    def _inside(self, path: Path, *, is_table: bool) -> None:
        self.at += 1
        number = 0
        self._skip(_BLANK)
        while self.text[self.at] not in "]}":
            if is_table:
                self._pair(path)
            else:
                self._note((*path, number), self.at)
                self._value((*path, number))
                number += 1
            self._skip(_BLANK)
        self.at += 1

    def _keys(self) -> list[str]:
        keys = []
        dot = "."
        while dot:
            match = _KEY.match(self.text, self.at)
            assert match is not None  # else it were no TOML
            double, single, bare, dot = match.groups()
            keys.append(next(name for name in (double, single, bare) if name is not None))
            self.at = match.end()
        return keys

    def _note(self, path: Path, at: int) -> None:
        self.found.setdefault(path, self.text.count("\n", 0, at) + 1)

    def _skip(self, pattern: re.Pattern[str]) -> None:
        match = pattern.match(self.text, self.at)
        assert match is not None
        self.at = match.end()
