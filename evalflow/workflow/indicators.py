"""What a project is measured by: indicators with a baseline, a work target and a stretch target, and their weights.

An answer to a field of type "indicators" is a list of rows, each a mapping of text by the names in `COLUMNS`. Faults
are told by name: which row, which column, which code. The last columns may be blank, and rows of older seasons lack
them: `way`, the interim targets on the way to the work target, such as "2026-06-30: 95; 2026-09-30: 97"; `figures`,
what its figures are (see `SUMS`); `least` and `most`, between which its values lie by nature, such as 0 and 100.

Where a work target is the best there can be, its bound, the stretch target is the work target too. What is to be kept
there, such as no accident or 100 % on time, has it as its baseline as well.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from evalflow.workflow import days, numbers

COLUMNS = (
    "name",
    "unit",
    "better",
    "baseline",
    "work",
    "stretch",
    "weight",
    "source",
    "every",
    "way",
    "figures",
    "least",
    "most",
)
OPTIONAL = ("way", "figures", "least", "most")
TOTAL, AMOUNT = "total", "amount"  # figures are a sum since the start, or the amount of each period; "" is a level
SUMS = (TOTAL, AMOUNT)
BETTER = ("more", "less")
EVERY = ("week", "month", "quarter")
FEWEST = 2  # decimals of a value that is computed
LONGEST = {"name": 60, "unit": 20, "source": 200, "way": 400}
BOUNDS = ("least", "most")
_STATION = re.compile(r"(?P<day>[^\s:：]+)[\s:：]+(?P<value>.+)")
Row = Mapping[str, str]
Station = tuple[date, Decimal]  # a value, and the day by which it is to be reached


@dataclass(frozen=True)
class Indicator:
    """One line of a plan. number: its place in the plan, 1 the first; figures are reported by it.

    better: "more" or "less", which way is good. weight: its share of the project's attainment in per cent. every: how
    often a figure is due, one of EVERY. source: where figures are taken from. stations: interim targets, in the order
    of their days; none is a straight way. figures: "" for a level, or one of SUMS: then targets are for the whole sum.
    least, most: bounds of its values, None where there are none.
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
    stations: tuple[Station, ...] = ()
    figures: str = ""
    least: Decimal | None = None
    most: Decimal | None = None

    @property
    def is_sum(self) -> bool:
        """Whether what counts is summed up from the start, so that it can never go back."""
        return self.figures in SUMS

    @property
    def is_kept(self) -> bool:
        """Whether nothing has to become better, only nothing worse."""
        return self.baseline == self.work

    @property
    def places(self) -> int:
        """Decimals that a computed value of it is written with: as many as its own figures have, at least FEWEST.

        >>> Indicator(1, "a", "t", "less", Decimal("0.0150"), Decimal("0.005"), Decimal(0), Decimal(9), "", "").places
        3
        """
        stated = (self.baseline, self.work, self.stretch, *(value for _, value in self.stations))
        return max(FEWEST, *(-int(one.normalize().as_tuple().exponent) for one in stated))

    def admits(self, value: Decimal) -> bool:
        """Whether a value lies within the bounds."""
        return (self.least is None or value >= self.least) and (self.most is None or value <= self.most)

    def way(self, starts: date, ends: date) -> tuple[Station, ...]:
        """Where it should be on which day: the baseline on the first, its interim targets, the work target on the last.

        A sum begins at 0.

        Interim targets on other days than those between are left out. When a motion changes the work target, the way
        ends at the new one: interim targets stay where they are, and one that lies beyond it now is the new target.

        >>> one = Indicator(1, "a", "t", "more", Decimal(0), Decimal(5), Decimal(9), Decimal(100), "", "month",
        ...                 stations("2026-03-31: 1; 2026-06-30: 6"))
        >>> [(day.month, str(value)) for day, value in one.way(date(2026, 1, 1), date(2026, 12, 31))]
        [(1, '0'), (3, '1'), (6, '5'), (12, '5')]
        """
        rises = self.is_sum or self.better == "more"
        nearer = min if rises else max
        between = ((day, nearer(value, self.work)) for day, value in self.stations if starts < day < ends)
        return ((starts, Decimal(0) if self.is_sum else self.baseline), *between, (ends, self.work))

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
            **({"way": told(self.stations)} if self.stations else {}),
            **({"figures": self.figures} if self.figures else {}),
            **{name: format(bound, "f") for name in BOUNDS if (bound := getattr(self, name)) is not None},
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
            stations(row.get("way", "")),
            row.get("figures", ""),
            *(Decimal(row[name]) if row.get(name) else None for name in BOUNDS),
        )
        for number, row in enumerate(rows, 1)
    )


def stations(way: str) -> tuple[Station, ...]:
    """Interim targets as written, in that order; "" is none. ValueError for what can't be read.

    >>> told(stations("2026年6月30日：９５；2026-09-30: 97"))
    '2026-06-30: 95; 2026-09-30: 97'
    """
    found = []
    for part in filter(str.strip, re.split(r"[;；\n]", way)):
        station = _STATION.fullmatch(part.strip())
        value = numbers.plain(station["value"]) if station else ""
        if station is None or not numbers.is_figure(value):
            raise ValueError(f"{part!r} is no day with a value")
        found.append((days.read(station["day"]), Decimal(value)))
    return tuple(found)


def told(way: Sequence[Station]) -> str:
    """Interim targets as rows hold them."""
    return "; ".join(f"{day.isoformat()}: {value:f}" for day, value in way)


def tidied(way: str) -> str:
    """Interim targets as rows hold them; what can't be read stays as it was typed."""
    return told(_readable(way)) or way


def _readable(way: str) -> tuple[Station, ...]:
    try:
        return stations(way)
    except ValueError:
        return ()


def faults(rows: Sequence[Row]) -> tuple[Fault, ...]:
    """Everything wrong with a plan: blanks, what is no number, targets against their direction, names used twice.

    >>> row = dict(name="Recovery", unit="%", better="more", baseline="90", work="95", stretch="94", weight="60",
    ...            source="laboratory", every="month")
    >>> [(fault.row, fault.column, fault.code) for fault in faults([row])]
    [(1, 'stretch', 'stretch_not_beyond_work'), (0, 'weight', 'weights_not_100')]
    """
    found = [fault for number, row in enumerate(rows, 1) for fault in _of_row(number, row)]
    names = [row.get("name", "").strip() for row in rows]
    found += [
        Fault(number, "name", "named_twice")
        for number, name in enumerate(names, 1)
        if name and name in names[: number - 1]
    ]
    if not found or all(fault.column not in ("weight", "") for fault in found):
        total = sum((Fraction(row["weight"]) for row in rows), Fraction(0))
        if rows and total != 100:
            found.append(Fault(0, "weight", "weights_not_100"))
    return tuple(found)


def _of_row(number: int, row: Row) -> list[Fault]:
    needed = [name for name in COLUMNS if name not in OPTIONAL]
    blank = [Fault(number, name, "answer_missing") for name in needed if not row.get(name, "").strip()]
    if blank:
        return blank
    found = [Fault(number, name, "too_long") for name, most in LONGEST.items() if len(row.get(name, "")) > most]
    if row["better"] not in BETTER:
        found.append(Fault(number, "better", "no_such_choice"))
    if row["every"] not in EVERY:
        found.append(Fault(number, "every", "no_such_choice"))
    stated = ("baseline", "work", "stretch", "weight")
    found += [Fault(number, name, "not_a_number") for name in stated if not numbers.is_figure(row[name])]
    found += [
        Fault(number, name, "not_a_number") for name in BOUNDS if row.get(name) and not numbers.is_figure(row[name])
    ]
    if row.get("figures", "") not in ("", *SUMS):
        found.append(Fault(number, "figures", "no_such_choice"))
    return found or _unbound(number, row) or _contradictions(number, row) or _astray(number, row)


def _unbound(number: int, row: Row) -> list[Fault]:
    """Bounds the wrong way round, and targets outside of them."""
    least, most = (Fraction(row[name]) if row.get(name) else None for name in BOUNDS)
    if least is not None and most is not None and least >= most:
        return [Fault(number, "most", "bounds_reversed")]
    return [
        Fault(number, name, "target_beyond_bounds")
        for name in ("baseline", "work", "stretch")
        if (least is not None and Fraction(row[name]) < least) or (most is not None and Fraction(row[name]) > most)
    ]


def _contradictions(number: int, row: Row) -> list[Fault]:
    baseline, work, stretch, weight = (Fraction(row[name]) for name in ("baseline", "work", "stretch", "weight"))
    sign = 1 if row["better"] == "more" else -1
    bound = row.get("most" if sign > 0 else "least", "")
    is_best = bool(bound) and Fraction(bound) == work
    found = []
    if sign * (work - baseline) < 0 or (work == baseline and not is_best):
        found.append(Fault(number, "work", "work_not_beyond_baseline"))
    elif sign * (stretch - work) < 0 or (stretch == work and not is_best):
        found.append(Fault(number, "stretch", "stretch_not_beyond_work"))
    if not 0 < weight <= 100:
        found.append(Fault(number, "weight", "weight_out_of_range"))
    return found


def _astray(number: int, row: Row) -> list[Fault]:
    """What is wrong with interim targets beside good ones: they lead on from the baseline to the work target."""
    try:
        way = stations(row.get("way", ""))
    except ValueError:
        return [Fault(number, "way", "way_unreadable")]
    if any(later <= earlier for (earlier, _), (later, _) in pairwise(way)):
        return [Fault(number, "way", "way_days_not_rising")]
    is_sum = row.get("figures", "") in SUMS
    sign = 1 if is_sum or row["better"] == "more" else -1
    first = Decimal(0) if is_sum else Decimal(row["baseline"])
    values = (first, *(value for _, value in way), Decimal(row["work"]))
    if any(sign * (after - before) < 0 for before, after in pairwise(values)):
        return [Fault(number, "way", "way_turns_back")]
    return []


FAR = 10  # times: as far from the last figure, or as many times it, is a slip of the keyboard more often than not


def is_far(indicator: Indicator, last: Decimal | None, value: Decimal) -> bool:
    """Whether a figure is so far from the last one that somebody should look twice: a point left out, a part for a per
    cent. Without a last figure the baseline takes its place.

    >>> one = Indicator(1, "a", "%", "more", Decimal(90), Decimal(95), Decimal(97), Decimal(100), "", "month")
    >>> [is_far(one, Decimal("96.8"), Decimal(value)) for value in ("97", "0.968", "9.68", "968", "60")]
    [False, True, True, True, False]
    """
    first = Decimal(0) if indicator.is_sum else indicator.baseline
    before = first if last is None else last
    steps = (indicator.baseline, indicator.work, indicator.stretch)
    width = max(abs(step - first) for step in steps) or max(abs(indicator.work), Decimal(1))
    if abs(value - before) > FAR * width:
        return True
    low, high = sorted((abs(before), abs(value)))
    return last is not None and low > 0 and high >= FAR * low


def outside(rows: Sequence[Row], starts: date, ends: date) -> tuple[Fault, ...]:
    """Interim targets that can be read and are not for a day between the two: a fault of its own in each season."""
    return tuple(
        Fault(number, "way", "way_outside")
        for number, row in enumerate(rows, 1)
        if any(not starts < day < ends for day, _ in _readable(row.get("way", "")))
    )
