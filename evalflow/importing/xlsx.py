"""Workbooks of Excel and WPS (.xlsx, .xlsm): what the cells of every visible sheet show.

Read as a stream, cell by cell, so that a file that names a row two thousand million is refused at that cell. Formulas
are never computed: the result they were saved with is read. ECMA-376 part 1, 18.3 (sheets), 18.4 (strings), 18.8
(number formats).
"""

import posixpath
import re
from collections.abc import Mapping

from evalflow.importing import limits
from evalflow.importing.archive import Archive, Attributes, named
from evalflow.importing.sheets import NOT_CALCULATED, Budget, Rows, Sheet, TooMuch, Unreadable
from evalflow.importing.shown import BUILT_IN, shown

WORKBOOK = "xl/workbook.xml"
_CELL = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,9})")


def sheets(archive: Archive) -> tuple[Sheet, ...]:
    """Those that are not hidden, in their order."""
    book = archive.tree(WORKBOOK)
    targets = _targets(archive)
    is_early = any(named(part.attrib, "date1904") in ("1", "true") for part in book.iter() if part.tag == "workbookPr")
    parts = [part for part in book.iter() if part.tag == "sheet"]
    if len(parts) > limits.MAX_SHEETS:
        raise TooMuch
    budget = Budget()
    strings, formats = _strings(archive), _formats(archive)
    found = []
    for part in parts:
        name = targets.get(named(part.attrib, "id"), "")
        if part.get("state", "visible") == "visible" and name in archive.names:
            reader = _Reader(strings, formats, budget, from_1904=is_early)
            archive.walk(name, reader.start, reader.end, reader.text)
            found.append(reader.rows.sheet(part.get("name", "")))
    return tuple(found)


def _targets(archive: Archive) -> dict[str, str]:
    """{relation: name of the part}."""
    found = {}
    for relation in archive.tree("xl/_rels/workbook.xml.rels"):
        target = relation.get("Target", "")
        path = target.removeprefix("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
        found[relation.get("Id", "")] = path
    return found


def _formats(archive: Archive) -> list[str]:
    """The number format of every style, in their order."""
    if "xl/styles.xml" not in archive.names:
        return []
    styles = archive.tree("xl/styles.xml")
    codes: Mapping[int, str] = BUILT_IN | {
        _number(part.get("numFmtId", "")): part.get("formatCode", "") for part in styles.iter() if part.tag == "numFmt"
    }
    lists = (part for part in styles if part.tag == "cellXfs")
    return [codes.get(_number(style.get("numFmtId", "")), "") for group in lists for style in group]


def _strings(archive: Archive) -> list[str]:
    """The texts that cells share, without the readings of characters that stand beside some."""
    found: list[str] = []
    budget, text, depth = Budget(), [""], {"t": 0, "rPh": 0}

    def start(tag: str, _attributes: Attributes) -> None:
        if tag in depth:
            depth[tag] += 1
        if tag == "si":
            text.clear()

    def end(tag: str) -> None:
        if tag in depth:
            depth[tag] -= 1
        if tag == "si":
            found.append("".join(text))
            budget.spend(1)

    def more(piece: str) -> None:
        if depth["t"] and not depth["rPh"]:
            budget.spend(len(piece))
            text.append(piece)

    if "xl/sharedStrings.xml" in archive.names:
        archive.walk("xl/sharedStrings.xml", start, end, more)
    return found


class _Reader:
    """Takes a sheet's elements one by one."""

    def __init__(self, strings: list[str], formats: list[str], budget: Budget, *, from_1904: bool) -> None:
        self.rows = Rows(budget)
        self._strings, self._formats, self._from_1904 = strings, formats, from_1904
        self._row, self._column, self._type, self._style = 0, -1, "", ""
        self._text: list[str] = []
        self._takes, self._is_reading, self._is_formula = False, False, False

    def start(self, tag: str, attributes: Attributes) -> None:
        if tag == "c":
            self._begin(attributes)
        elif tag in ("v", "t"):
            self._takes = not self._is_reading
        elif tag == "row":
            self._row, self._column = _number(attributes.get("r", "")) or self._row + 1, -1
            if attributes.get("hidden") in ("1", "true"):
                self.rows.hide(self._row)
        elif tag == "f":
            self._is_formula = True
        elif tag == "rPh":
            self._is_reading = True
        elif tag == "mergeCell":
            self._merge(attributes.get("ref", ""))

    def end(self, tag: str) -> None:
        if tag in ("v", "t"):
            self._takes = False
        elif tag == "rPh":
            self._is_reading = False
        elif tag == "c":
            text = "".join(self._text)
            if text or self._is_formula:
                self.rows.put(self._row, self._column, self._shown(text))

    def text(self, piece: str) -> None:
        if self._takes and self._column < limits.MAX_COLUMNS:
            self._text.append(piece)

    def _begin(self, attributes: Attributes) -> None:
        place = _CELL.fullmatch(attributes.get("r", ""))
        self._column = _column(place[1]) if place else self._column + 1
        self._type, self._style = attributes.get("t", "n"), attributes.get("s", "")
        self._text, self._is_formula = [], False

    def _shown(self, text: str) -> str:
        if self._type == "s":
            place = _number(text, -1)
            if not 0 <= place < len(self._strings):
                raise Unreadable
            return self._strings[place]
        if self._type == "b":
            return "TRUE" if text == "1" else "FALSE"
        if self._type == "d":
            return text[:10]
        if self._type == "n":
            return shown(text, self._format(), from_1904=self._from_1904) if text else NOT_CALCULATED
        return text

    def _format(self) -> str:
        style = _number(self._style)
        return self._formats[style] if style < len(self._formats) else ""

    def _merge(self, area: str) -> None:
        first, _colon, last = area.partition(":")
        start, end = _CELL.fullmatch(first), _CELL.fullmatch(last)
        if start and end:
            self.rows.merge(int(start[2]), int(end[2]), _column(start[1]))


def _column(letters: str) -> int:
    """A is 0."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _number(text: str, otherwise: int = 0) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else otherwise
