"""Reading evidence: text cells to numbers, with the file and line in every complaint."""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from fractions import Fraction
from types import MappingProxyType

from evalflow.errors import BundleError, choices
from evalflow.workflow.indicators import Fault
from evalflow.workflow.outcome import Case, Row

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+|/[1-9][0-9]*)?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
ENTRIES = "entries.csv"  # of the bundle: who takes part
EXPECTED: Mapping[str, str] = MappingProxyType(  # by the code of a fault in an entry's own tables
    {
        "answer_missing": "an answer",
        "bounds_reversed": "bounds that leave room between them",
        "branch_or_unit": "either a branch or a unit",
        "named_twice": "each once",
        "no_such_choice": "one of the choices",
        "not_a_date": "a day such as 2026-06-25",
        "not_a_number": "a number",
        "share_out_of_range": "a share from 0 to 100",
        "shares_above_100": "shares that total 100 or less",
        "stretch_not_beyond_work": "a stretch target beyond the work target",
        "target_beyond_bounds": "targets within the bounds",
        "too_long": "a shorter text",
        "too_many_table_rows": "fewer rows",
        "way_days_not_rising": "days one after the other",
        "way_turns_back": "values that lead from the baseline to the work target",
        "way_unreadable": "days with values, such as 2026-06-30: 95; 2026-09-30: 97",
        "weight_out_of_range": "a weight above 0 and up to 100",
        "weights_not_100": "weights that total 100, or none at all",
        "work_not_beyond_baseline": "a work target beyond the baseline",
    }
)
MAX_DIGITS = 18  # more than anything counted here has; Python refuses to read numbers of thousands of digits


def count_of(row: Row, column: str, file: str, line: int, *, at_least: int = 0) -> int:
    """A whole number, none below `at_least`."""
    text = row[column]
    if not (text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS):
        raise BundleError(file, column, expected="a whole number", found=f"{text!r}", line=line)
    if int(text) < at_least:
        raise BundleError(file, column, expected=f"{at_least} or more", found=text, line=line)
    return int(text)


def points_of(row: Row, column: str, file: str, line: int) -> Fraction:
    """A decimal number or a fraction, exactly as written: 85, 85.5, 171/2."""
    text = row[column]
    if not _NUMBER.fullmatch(text) or len(text) > 2 * MAX_DIGITS:
        raise BundleError(file, column, expected="a number such as 85, 85.5 or 171/2", found=f"{text!r}", line=line)
    return Fraction(text)


def unique(rows: Sequence[Row], file: str, *columns: str) -> None:
    """Refuse a second row with the same values in these columns."""
    seen: set[tuple[str, ...]] = set()
    for line, row in enumerate(rows, 2):
        name = tuple(row[column] for column in columns)
        if name in seen:
            raise BundleError(
                file, ", ".join(columns), expected="each once", found=f"{', '.join(name)} again", line=line
            )
        seen.add(name)


def one_of(row: Row, column: str, file: str, line: int, *, known: Collection[str]) -> str:
    """A name out of those known; the complaint calls it by its column."""
    text = row[column]
    if text not in known:
        raise BundleError(file, column, expected=choices(known, text), found=f"{text!r}", line=line)
    return text


def line_of(rows: Sequence[Row], column: str, text: str) -> int | None:
    """The first line that has this text in a column; None where none has."""
    return next((line for line, row in enumerate(rows, 2) if row[column] == text), None)


def check_due(due: Sequence[Mapping[str, object]], stated: Sequence[Mapping[str, object]], file: str) -> None:
    """Refuse a table of entries that is not the one due, at its first line that differs.

    due, stated: what each row says by its columns, "entry" first among them; stated in the order of the file, and no
    entry twice.
    """
    wanted = {one["entry"]: one for one in due}
    for line, one in enumerate(stated, 2):
        if one["entry"] not in wanted:
            expected = choices(map(str, wanted), str(one["entry"])) if wanted else "nobody"
            raise BundleError(file, "entry", expected=expected, found=f"{one['entry']!r}", line=line)
        for column, value in wanted[one["entry"]].items():
            if one[column] != value:
                subject = f"{column} of {one['entry']!r}"
                raise BundleError(file, subject, expected=f"{value!r}", found=f"{one[column]!r}", line=line)
    present = {one["entry"] for one in stated}
    for entry in (entry for entry in wanted if entry not in present):
        raise BundleError(file, f"entry {entry!r}", expected="a line", found="none")


def faulty(file: str, fault: Fault, table: Sequence[Row], *, entry: str, line: int | None) -> BundleError:
    """What is wrong with the table of an entry's answers. line: of the row at fault, or the first."""
    cells = [table[fault.row - 1]] if fault.row else table
    found = ", ".join(f"{row.get(fault.column, '')!r}" for row in cells) if fault.column else str(len(table))
    expected = EXPECTED.get(fault.code, fault.code.replace("_", " "))
    return BundleError(file, f"entry {entry}: {fault.column or 'rows'}", expected=expected, found=found, line=line)


def check_admitted(case: Case, admitted: Collection[str], table: str, done: str) -> None:
    """Refuse an entry that takes part without having been `done`: where the table says otherwise, or says nothing.

    Lines of entries.csv are counted here over those who take part; `bundle.recount` knows where they stand.
    """
    for number, key in enumerate(case.keys, 2):
        if key not in admitted:
            line = line_of(case.rows(table), "entry", key)
            file = ENTRIES if line is None else f"{table}.csv"
            raise BundleError(
                file, f"entry {key!r}", expected=f"{done}, as it takes part", found="otherwise", line=line or number
            )


def day_of(row: Row, column: str, file: str, line: int) -> date:
    """An ISO day such as 2026-06-25."""
    text = row[column]
    try:
        if _DAY.fullmatch(text):  # Python takes 20260625 and 2026-W26-4 for the same day
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise BundleError(file, column, expected="a day such as 2026-06-25", found=f"{text!r}", line=line)
