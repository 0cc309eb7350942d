"""Cells of a CSV that no spreadsheet takes for a formula, and that read back as they were. Pure.

A formula in a file that somebody else opens runs in their spreadsheet. An apostrophe before it makes text of it; which
apostrophes are ours is told by what follows them, so that none is lost that was typed.
"""

import re

_FORMULA = re.compile(r"[=+\-@\t\r\n\0＝＋－＠]")  # of either width: spreadsheets level them
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+|/[0-9]+)?")
_MARKED = re.compile(rf"'+(?={_FORMULA.pattern})")


def harmless(cell: str) -> str:
    """The cell so that no spreadsheet takes it for a formula; numbers stay as they are.

    >>> harmless("=1+1"), harmless("-3.5"), harmless("'=1"), harmless("'tis")
    ("'=1+1", '-3.5', "''=1", "'tis")
    """
    is_formula = _FORMULA.match(cell) and not _NUMBER.fullmatch(cell)
    return f"'{cell}" if is_formula or _MARKED.match(cell) else cell


def original(cell: str) -> str:
    """The pair of `harmless`.

    >>> original("'=1+1"), original("''=1"), original("'tis")
    ('=1+1', "'=1", "'tis")
    """
    return cell[1:] if _MARKED.match(cell) else cell
