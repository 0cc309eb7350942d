"""What a project is measured by: indicators with a baseline, a work target and a stretch target, and their weights.

An answer to a field of type "indicators" is a list of rows, each a mapping of text by the names in `COLUMNS`. Faults
are told by name: which row, which column, which code.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

COLUMNS = ("name", "unit", "better", "baseline", "work", "stretch", "weight", "source", "every")
BETTER = ("more", "less")
EVERY = ("week", "month", "quarter")
FEWEST = 2  # decimals of a value that is computed
LONGEST = {"name": 60, "unit": 20, "source": 200}
_NUMBER = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,6})?")
Row = Mapping[str, str]


@dataclass(frozen=True)
class Indicator:
    """One line of a plan. number: its place in the plan, 1 the first; figures are reported by it.

    better: "more" or "less", which way is good. weight: its share of the project's attainment in per cent. every: how
    often a figure is due, one of EVERY. source: where figures are taken from.
    """

    number: int
    name: str
    unit: str
    better: str
    baseline: Decimal
    work: Decimal
    stretch: Decimal
    weight: Decimal
    source: str
    every: str

    @property
    def places(self) -> int:
        """Decimals that a computed value of it is written with: as many as its own figures have, at least FEWEST.

        >>> Indicator(1, "a", "t", "less", Decimal("0.0150"), Decimal("0.005"), Decimal(0), Decimal(9), "", "").places
        3
        """
        stated = (self.baseline, self.work, self.stretch)
        return max(FEWEST, *(-int(one.normalize().as_tuple().exponent) for one in stated))

    def to_json(self) -> dict[str, str]:
        """The row it was read from, numbers written plainly."""
        numbers = {name: format(getattr(self, name), "f") for name in ("baseline", "work", "stretch", "weight")}
        return {
            "name": self.name,
            "unit": self.unit,
            "better": self.better,
            **numbers,
            "source": self.source,
            "every": self.every,
        }


@dataclass(frozen=True)
class Fault:
    """What is wrong with a plan. row: 1 the first, 0 for the plan as a whole; column: "" where it is the whole row."""

    row: int
    column: str
    code: str


def indicators(rows: Sequence[Row]) -> tuple[Indicator, ...]:
    """The rows of a plan without faults, in their order."""
    return tuple(
        Indicator(
            number,
            row["name"],
            row["unit"],
            row["better"],
            Decimal(row["baseline"]),
            Decimal(row["work"]),
            Decimal(row["stretch"]),
            Decimal(row["weight"]),
            row["source"],
            row["every"],
        )
        for number, row in enumerate(rows, 1)
    )


def faults(rows: Sequence[Row]) -> tuple[Fault, ...]:
    """Everything wrong with a plan, in its order: blanks, what is no number, targets that contradict their direction.

    >>> row = dict(name="Recovery", unit="%", better="more", baseline="90", work="95", stretch="94", weight="60",
    ...            source="laboratory", every="month")
    >>> [(fault.row, fault.column, fault.code) for fault in faults([row])]
    [(1, 'stretch', 'stretch_not_beyond_work'), (0, 'weight', 'weights_not_100')]
    """
    found = [fault for number, row in enumerate(rows, 1) for fault in _of_row(number, row)]
    if not found or all(fault.column not in ("weight", "") for fault in found):
        total = sum((Fraction(row["weight"]) for row in rows), Fraction(0))
        if rows and total != 100:
            found.append(Fault(0, "weight", "weights_not_100"))
    return tuple(found)


def _of_row(number: int, row: Row) -> list[Fault]:
    blank = [Fault(number, name, "answer_missing") for name in COLUMNS if not row.get(name, "").strip()]
    if blank:
        return blank
    found = [Fault(number, name, "too_long") for name, most in LONGEST.items() if len(row[name]) > most]
    if row["better"] not in BETTER:
        found.append(Fault(number, "better", "no_such_choice"))
    if row["every"] not in EVERY:
        found.append(Fault(number, "every", "no_such_choice"))
    numbers = ("baseline", "work", "stretch", "weight")
    found += [Fault(number, name, "not_a_number") for name in numbers if not _NUMBER.fullmatch(row[name])]
    return found or _contradictions(number, row)


def _contradictions(number: int, row: Row) -> list[Fault]:
    baseline, work, stretch, weight = (Fraction(row[name]) for name in ("baseline", "work", "stretch", "weight"))
    sign = 1 if row["better"] == "more" else -1
    found = []
    if sign * (work - baseline) <= 0:
        found.append(Fault(number, "work", "work_not_beyond_baseline"))
    elif sign * (stretch - work) <= 0:
        found.append(Fault(number, "stretch", "stretch_not_beyond_work"))
    if not 0 < weight <= 100:
        found.append(Fault(number, "weight", "weight_out_of_range"))
    return found
