"""Answers that are tables: indicators, milestones, partners. A row is a mapping of text by the names of its columns."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from evalflow.workflow import days, indicators, numbers
from evalflow.workflow.indicators import Fault, Row

MOST_ROWS = 20
COLUMNS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"indicators": indicators.COLUMNS, "milestones": ("name", "due"), "partners": ("branch", "unit", "share")}
)
OPTIONAL: Mapping[str, tuple[str, ...]] = MappingProxyType({"indicators": indicators.OPTIONAL})
LONGEST_NAME = 60


def faults(field_type: str, rows: Sequence[Row]) -> tuple[Fault, ...]:
    """Everything wrong with a table, in its order. KeyError: this type is no table.

    >>> faults("partners", [dict(branch="power", unit="", share="70"), dict(branch="power", unit="", share="40")])
    (Fault(row=2, column='branch', code='named_twice'), Fault(row=0, column='share', code='shares_above_100'))
    """
    if len(rows) > MOST_ROWS:
        return (Fault(0, "", "too_many_table_rows"),)
    return _CHECKS[field_type](rows)


def outside(field_type: str, rows: Sequence[Row], starts: date, ends: date) -> tuple[Fault, ...]:
    """What a table says of days that are not in a season.

    >>> outside("milestones", [dict(name="Trial", due="2025-12-31")], date(2026, 1, 5), date(2026, 12, 20))
    (Fault(row=1, column='due', code='milestone_outside'),)
    """
    check = {"indicators": indicators.outside, "milestones": _misdated}.get(field_type)
    return check(rows, starts, ends) if check else ()


def kept(field_type: str, rows: Sequence[Row]) -> list[dict[str, str]]:
    """The rows as a draft keeps them: the columns there are, in their order, and no row that is blank throughout."""
    found = [cells(field_type, _tidied(row)) for row in rows]
    return [row for row in found if any(text for name, text in row.items() if name not in GIVEN)]


def _tidied(row: Row) -> dict[str, str]:
    """Numbers, interim targets and days as they are kept; what can't be read stays as it was typed."""
    stripped = {name: str(text).strip() for name, text in row.items()}
    tidied = {name: _TIDY[name](text) if name in _TIDY else text for name, text in stripped.items()}
    return tidied | {name: numbers.in_unit(tidied[name], tidied.get("unit", "")) for name in TARGETS if name in tidied}


def _tidied_day(text: str) -> str:
    try:
        return days.read(text).isoformat()
    except ValueError:
        return text


def _tidied_share(text: str) -> str:
    return numbers.in_unit(text, "%")


def cells(field_type: str, row: Row) -> dict[str, str]:
    """A row's columns in their order, those left out that may be blank and are: as rows were before they had them.

    >>> cells("milestones", {"due": "2026-06-30", "note": "?"})
    {'name': '', 'due': '2026-06-30'}
    """
    found = {name: row.get(name, "") for name in COLUMNS[field_type]}
    return {name: text for name, text in found.items() if text or name not in OPTIONAL.get(field_type, ())}


def with_joined(partners: Sequence[Row], joined: Sequence[Row]) -> tuple[Row, ...]:
    """Partners, and those who joined later and are not among them, each with the share it was given then.

    >>> with_joined([dict(branch="power", unit="", share="30")],
    ...             [dict(branch="retired", unit="", share="20"), dict(branch="power", unit="", share="0")])
    ({'branch': 'power', 'unit': '', 'share': '30'}, {'branch': 'retired', 'unit': '', 'share': '20'})
    """
    named = {who(row) for row in partners}
    return (*partners, *(row for row in sorted(joined, key=who) if who(row) not in named))


def joining(lead: str, partners: Sequence[Row]) -> tuple[Row, ...]:
    """Who goes along when a project is merged into another one: its lead branch, then whoever takes part in it.

    Nobody has a share there yet.

    >>> joining("power", [dict(branch="", unit="institute", share="5")])
    ({'branch': 'power', 'unit': '', 'share': '0'}, {'branch': '', 'unit': 'institute', 'share': '0'})
    """
    everybody = ({"branch": lead, "unit": ""}, *partners)
    return tuple({"branch": row["branch"], "unit": row["unit"], "share": "0"} for row in everybody)


def who(partner: Row) -> tuple[str, str]:
    """(branch, unit) of one who takes part; one of the two is ""."""
    return partner["branch"], partner["unit"]


GIVEN = ("better", "every")  # columns that a browser always sends something for


def _milestones(rows: Sequence[Row]) -> tuple[Fault, ...]:
    return tuple(fault for number, row in enumerate(rows, 1) for fault in _milestone(number, row))


def _milestone(number: int, row: Row) -> list[Fault]:
    blank = [Fault(number, name, "answer_missing") for name in COLUMNS["milestones"] if not row.get(name)]
    if blank:
        return blank
    found = [Fault(number, "name", "too_long")] if len(row["name"]) > LONGEST_NAME else []
    try:
        date.fromisoformat(row["due"])
    except ValueError:
        found.append(Fault(number, "due", "not_a_date"))
    return found


def _misdated(rows: Sequence[Row], starts: date, ends: date) -> tuple[Fault, ...]:
    """Milestones that are not between the two; a day that can't be read is another fault."""
    return tuple(
        Fault(number, "due", "milestone_outside")
        for number, row in enumerate(rows, 1)
        if not _milestone(number, row) and not starts <= date.fromisoformat(row["due"]) <= ends
    )


def _partners(rows: Sequence[Row]) -> tuple[Fault, ...]:
    """Each a branch or a unit, named once, with its share of the award fund; the lead branch has the rest."""
    found = [fault for number, row in enumerate(rows, 1) for fault in _partner(number, row)]
    names = [(row.get("branch", ""), row.get("unit", "")) for row in rows]
    found += [
        Fault(number, "branch" if names[number - 1][0] else "unit", "named_twice")
        for number in range(2, len(rows) + 1)
        if names[number - 1] in names[: number - 1]
    ]
    if all(fault.column != "share" for fault in found) and sum(Decimal(row["share"]) for row in rows) > WHOLE:
        found.append(Fault(0, "share", "shares_above_100"))
    return tuple(found)


def _partner(number: int, row: Row) -> list[Fault]:
    found = []
    if bool(row.get("branch")) == bool(row.get("unit")):
        found.append(Fault(number, "branch", "branch_or_unit"))
    elif len(row.get("unit", "")) > LONGEST_NAME:
        found.append(Fault(number, "unit", "too_long"))
    if not _is_share(row.get("share", "")):
        found.append(Fault(number, "share", "share_out_of_range"))
    return found


def _is_share(text: str) -> bool:
    return numbers.is_number(text) and len(text) <= LONGEST_SHARE and 0 <= Decimal(text) <= WHOLE


TARGETS = ("baseline", "work", "stretch")  # in the unit of their indicator
_TIDY: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {"way": indicators.tidied, "due": _tidied_day, "weight": _tidied_share, "share": _tidied_share}
)
WHOLE = Decimal(100)
LONGEST_SHARE = 6
_CHECKS: Mapping[str, Callable[[Sequence[Row]], tuple[Fault, ...]]] = MappingProxyType(
    {"indicators": indicators.faults, "milestones": _milestones, "partners": _partners}
)
