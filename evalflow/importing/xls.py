"""Workbooks of Excel 97 to 2003 (.xls): what the cells of every visible sheet show, with xlrd."""

import xlrd

from evalflow.importing import limits
from evalflow.importing.sheets import Budget, Rows, Sheet, TooMuch, Unreadable
from evalflow.importing.shown import shown

LOCKED = "EncryptedPackage".encode("utf-16-le")  # the stream of a newer workbook that has a password


def sheets(content: bytes) -> tuple[Sheet, ...]:
    """Those that are not hidden, in their order."""
    if LOCKED in content:
        raise Unreadable("file_locked")
    try:
        book = xlrd.open_workbook(file_contents=content, formatting_info=True, logfile=_Silence())
    except xlrd.XLRDError as wrong:
        raise Unreadable("file_locked" if "encrypt" in str(wrong).lower() else "file_not_readable") from wrong
    if book.nsheets > limits.MAX_SHEETS:
        raise TooMuch
    budget = Budget()
    return tuple(_sheet(book, sheet, budget) for sheet in book.sheets() if sheet.visibility == 0)


def _sheet(book: xlrd.Book, sheet: xlrd.sheet.Sheet, budget: Budget) -> Sheet:
    rows = Rows(budget)
    for number in range(sheet.nrows):
        for column in range(min(sheet.row_len(number), limits.MAX_COLUMNS)):
            rows.put(number + 1, column, _shown(book, sheet.cell(number, column)))
    for number, row in sheet.rowinfo_map.items():
        if row.hidden:
            rows.hide(number + 1)
    for first, after, column, _after in sheet.merged_cells:
        rows.merge(first + 1, after, column)
    return rows.sheet(sheet.name)


def _shown(book: xlrd.Book, cell: xlrd.sheet.Cell) -> str:
    if cell.ctype in (xlrd.XL_CELL_NUMBER, xlrd.XL_CELL_DATE):
        code = book.format_map[book.xf_list[cell.xf_index].format_key].format_str
        return shown(repr(float(cell.value)), code, from_1904=book.datemode == 1)
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return "TRUE" if cell.value else "FALSE"
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return str(xlrd.error_text_from_code.get(cell.value, "#ERR!"))
    return str(cell.value)


class _Silence:
    """Takes what xlrd says about odd files; the reader's own output is the answer."""

    def write(self, _text: str) -> None:
        """Nothing."""
