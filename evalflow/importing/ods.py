"""Workbooks of LibreOffice and others (.ods): what the cells of every visible sheet show.

An OpenDocument file holds beside each value the text that it shows. OpenDocument 1.3 part 3, 9 (tables) and 19.
"""

from evalflow.importing import limits
from evalflow.importing.archive import Archive, Attributes, named
from evalflow.importing.sheets import Budget, Rows, Sheet, TooMuch, Unreadable
from evalflow.importing.shown import shown
from evalflow.workflow import numbers

CONTENT = "content.xml"
_NOT_OF_THE_CELL = ("annotation", "shape", "frame", "custom-shape")


def sheets(archive: Archive) -> tuple[Sheet, ...]:
    """Those that are not hidden, in their order."""
    if "META-INF/manifest.xml" in archive.names:
        manifest = archive.tree("META-INF/manifest.xml")
        if any(part.tag == "encryption-data" for part in manifest.iter()):
            raise Unreadable("file_locked")
    reader = _Reader()
    archive.walk(CONTENT, reader.start, reader.end, reader.text)
    return tuple(reader.found)


class _Reader:
    """Takes the elements of the content one by one."""

    def __init__(self) -> None:
        self.found: list[Sheet] = []
        self._budget = Budget()
        self._hidden_styles: set[str] = set()
        self._style = ""
        self._rows: Rows | None = None
        self._name, self._is_hidden = "", False
        self._row, self._repeated = 1, 1
        self._cells: list[tuple[int, str]] = []
        self._column = 0
        self._cell: Attributes | None = None
        self._lines: list[str] = []
        self._beside = 0

    def start(self, tag: str, attributes: Attributes) -> None:
        if tag in _NOT_OF_THE_CELL:
            self._beside += 1
        elif tag == "style":
            self._style = named(attributes, "name")
        elif tag == "table-properties" and named(attributes, "display") == "false":
            self._hidden_styles.add(self._style)
        elif tag == "table" and not self._beside:
            self._begin_table(attributes)
        elif tag == "table-row":
            self._repeated = _count(named(attributes, "number-rows-repeated"))
            self._cells, self._column = [], 0
            if named(attributes, "visibility") in ("collapse", "filter") and self._rows is not None:
                for row in range(self._row, min(self._row + self._repeated, limits.MAX_ROW + 1)):
                    self._rows.hide(row)
        elif tag in ("table-cell", "covered-table-cell"):
            self._cell, self._lines = attributes, []
        elif self._cell is not None and not self._beside:
            self._begin_text(tag, attributes)

    def end(self, tag: str) -> None:
        if tag in _NOT_OF_THE_CELL:
            self._beside -= 1
        elif tag in ("table-cell", "covered-table-cell"):
            self._end_cell()
        elif tag == "table-row":
            self._end_row()
        elif tag == "table" and self._rows is not None and not self._beside:
            if not self._is_hidden:
                self.found.append(self._rows.sheet(self._name))
            self._rows = None

    def text(self, piece: str) -> None:
        if self._lines and not self._beside:
            self._lines[-1] += piece

    def _begin_table(self, attributes: Attributes) -> None:
        if len(self.found) >= limits.MAX_SHEETS:
            raise TooMuch
        self._rows, self._row, self._name = Rows(self._budget), 1, named(attributes, "name")
        self._is_hidden = named(attributes, "style-name") in self._hidden_styles

    def _begin_text(self, tag: str, attributes: Attributes) -> None:
        if tag == "p" or (self._lines and tag == "line-break"):
            self._lines.append("")
        elif self._lines and tag == "s":
            self._lines[-1] += " " * min(_count(named(attributes, "c")), 100)
        elif self._lines and tag == "tab":
            self._lines[-1] += " "

    def _end_cell(self) -> None:
        cell = self._cell or {}
        text = _shown(cell, "\n".join(self._lines))
        times = _count(named(cell, "number-columns-repeated"))
        rows = _count(named(cell, "number-rows-spanned"))
        if rows > 1 and self._rows is not None:
            self._rows.merge(self._row, self._row + rows - 1, self._column)
        if text:
            places = range(self._column, min(self._column + times, limits.MAX_COLUMNS))
            self._cells += [(place, text) for place in places]
        self._column = min(self._column + times, limits.MAX_COLUMNS)
        self._cell, self._lines = None, []

    def _end_row(self) -> None:
        for row in range(self._row, self._row + self._repeated) if self._cells else ():
            for column, text in self._cells:
                assert self._rows is not None
                self._rows.put(row, column, text)
        self._row += self._repeated


def _shown(cell: Attributes, text: str) -> str:
    """Days as ISO has them, numbers without groups, everything else as it stands there."""
    kind, value = named(cell, "value-type"), named(cell, "value")
    if kind == "date":
        return named(cell, "date-value")[:10]
    if kind in ("float", "currency"):
        number = text.replace(",", "")
        return number if numbers.is_number(number) else shown(value)
    if kind == "percentage":
        number = numbers.plain(text.strip().removesuffix("%"))
        return f"{number}%" if numbers.is_number(number) else shown(value, "0.##########%")
    return text


def _count(text: str) -> int:
    """How often or how far; 1 where nothing is said."""
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) < 12 else 1
