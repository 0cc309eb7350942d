"""The pictures of progress as plain geometry: figures and days in, places on a canvas out. Draws and words nothing.

Every place is in per cent of the canvas, x from the left and y from the top, cut to one decimal: a page stretches the
canvas to any width while dots and letters keep their size. Values are exact until the last step.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from evalflow.tally.exact import Number, exact
from evalflow.tally.rounding import round_half_up
from evalflow.tally.trajectory import Forecast, Point

WHOLE = Decimal(100)
AIR = Fraction(1, 10)  # of the height, above the highest and below the lowest value
APART = Decimal(9)  # of the height, between two labels
MOST_LABELS = 13  # on the line of months


@dataclass(frozen=True)
class Spot:
    x: Decimal
    y: Decimal


@dataclass(frozen=True)
class Month:
    """A calendar month, or the part of it that is shown. is_named: whether its name fits."""

    first: date
    x: Decimal
    width: Decimal
    is_named: bool

    @property
    def middle(self) -> Decimal:
        return self.x + self.width / 2


class Level(StrEnum):
    BASELINE = "baseline"
    WORK = "work"
    STRETCH = "stretch"


@dataclass(frozen=True)
class Line:
    """A level across the whole canvas at y. label_y: where its label hangs on, above the line or below it."""

    level: Level
    value: Number
    y: Decimal
    label_y: Decimal
    is_above: bool


@dataclass(frozen=True)
class Dot:
    """A figure that was reported."""

    day: date
    value: Number
    x: Decimal
    y: Decimal


@dataclass(frozen=True)
class Fan:
    """A forecast, from the day of the last figure to the last day: its lowest, middle and highest line."""

    low: tuple[Spot, Spot]
    middle: tuple[Spot, Spot]
    high: tuple[Spot, Spot]

    @property
    def outline(self) -> str:
        return traced((*self.low, *reversed(self.high)))

    @property
    def centre(self) -> str:
        return traced(self.middle)


@dataclass(frozen=True)
class Chart:
    """An indicator's year. expected: the way to the work target as a line; today: None where it lies outside."""

    months: tuple[Month, ...]
    lines: tuple[Line, ...]
    expected: tuple[Spot, ...]
    dots: tuple[Dot, ...]
    fan: Fan | None
    today: Decimal | None

    @property
    def way(self) -> str:
        return traced(self.expected)

    @property
    def course(self) -> str:
        return traced(self.dots)


@dataclass(frozen=True)
class Spark:
    """A trend without words: the figures in their order, the last one to be marked, the work target's height."""

    dots: tuple[Dot, ...]
    target: Decimal

    @property
    def course(self) -> str:
        return traced(self.dots)

    @property
    def last(self) -> Dot | None:
        return self.dots[-1] if self.dots else None


@dataclass(frozen=True)
class Span:
    """The days that are shown, both included; one day alone has no width and stands at the left."""

    starts: date
    ends: date

    def across(self, day: date) -> Decimal:
        """A day's place from the left; a day outside stands at the nearer edge.

        >>> year = Span(date(2026, 1, 1), date(2026, 12, 31))
        >>> [str(year.across(day)) for day in (date(2025, 1, 1), date(2026, 7, 2), date(2026, 12, 31))]
        ['0.0', '50.0', '100.0']
        """
        days = (self.ends - self.starts).days
        within = min(max((day - self.starts).days, 0), max(days, 0))
        return _cut(Fraction(within * 100, days)) if days > 0 else _cut(Fraction(0))

    def holds(self, day: date) -> bool:
        return self.starts <= day <= self.ends


@dataclass(frozen=True)
class _Scale:
    low: Fraction
    high: Fraction

    def down(self, value: Number) -> Decimal:
        """A value's place from the top: the higher the value, the nearer to it."""
        height = self.high - self.low
        air = AIR * 100
        if not height:
            return _cut(Fraction(50))
        return _cut(air + (self.high - exact(value)) / height * (100 - 2 * air))


def indicator_chart(
    points: Iterable[Point],
    *,
    baseline: Number,
    work: Number,
    stretch: Number,
    starts: date,
    ends: date,
    today: date | None,
    forecast: Forecast | None = None,
    onset: Forecast | None = None,
    expected: Sequence[Point] = (),
) -> Chart:
    """An indicator between its first and its last day.

    points: (day, figure), in any order. today: None where it does not matter any more. forecast, onset: what is said of
    the last day and of that of the last figure. expected: the way to the work target where it isn't straight, as (day,
    value); whether more or less is better shows in the targets themselves.
    """
    span, reported = Span(starts, ends), sorted(points)
    way = sorted(expected) or [(starts, baseline), (ends, work)]
    levels = {Level.BASELINE: baseline, Level.WORK: work, Level.STRETCH: stretch}
    heading = [one for one in (onset, forecast) if one and onset and forecast]
    outlook = [value for one in heading for value in (one.low, one.value, one.high)]
    told = [*levels.values(), *(value for _day, value in (*reported, *way)), *outlook]
    scale = _Scale(exact(min(told)), exact(max(told)))
    dots = tuple(Dot(day, value, span.across(day), scale.down(value)) for day, value in reported)
    return Chart(
        months=months(span),
        lines=_lines(levels, scale),
        expected=tuple(Spot(span.across(day), scale.down(value)) for day, value in way),
        dots=dots,
        fan=_fan(dots, heading, scale),
        today=span.across(today) if today and span.holds(today) else None,
    )


def spark(points: Iterable[Point], *, baseline: Number, work: Number, starts: date, ends: date) -> Spark:
    """A trend on the same days for all, so that sparks under each other can be compared."""
    span, reported = Span(starts, ends), sorted(points)
    told = [baseline, work, *(value for _day, value in reported)]
    scale = _Scale(exact(min(told)), exact(max(told)))
    dots = tuple(Dot(day, value, span.across(day), scale.down(value)) for day, value in reported)
    return Spark(dots, scale.down(work))


def months(span: Span) -> tuple[Month, ...]:
    """The months of a span from left to right; of many, or of one cut short, not every one is named."""
    firsts = [span.starts]
    while (following := _next_month(firsts[-1])) <= span.ends:
        firsts.append(following)
    every = -(-len(firsts) // MOST_LABELS)
    edges = [span.across(first) for first in firsts] + [WHOLE]
    narrow = WHOLE / MOST_LABELS * 2 / 3 if len(firsts) > 1 else Decimal(0)
    return tuple(
        Month(first, x, end - x, is_named=at % every == 0 and (end - x) * every >= narrow)
        for at, (first, x, end) in enumerate(zip(firsts, edges, edges[1:], strict=False))
    )


def traced(spots: Iterable[Spot | Dot]) -> str:
    """Places as the `points` of a polyline.

    >>> traced([Spot(Decimal("0.0"), Decimal("90.0")), Spot(Decimal(50), Decimal("12.5"))])
    '0.0,90.0 50,12.5'
    """
    return " ".join(f"{spot.x},{spot.y}" for spot in spots)


def _lines(levels: dict[Level, Number], scale: _Scale) -> tuple[Line, ...]:
    """Targets are labelled on their far side, the baseline on its near side; labels keep apart from each other."""
    rises = levels[Level.WORK] >= levels[Level.BASELINE]
    heights = {level: scale.down(value) for level, value in levels.items()}
    work, stretch = heights[Level.WORK], heights[Level.STRETCH]
    pushed = min(stretch, work - APART) if rises else max(stretch, work + APART)
    labels = {Level.BASELINE: heights[Level.BASELINE], Level.WORK: work, Level.STRETCH: pushed}
    return tuple(
        Line(level, value, heights[level], labels[level], is_above=rises == (level is not Level.BASELINE))
        for level, value in levels.items()
    )


def _fan(dots: Sequence[Dot], heading: Sequence[Forecast], scale: _Scale) -> Fan | None:
    """heading: of the day of the last figure, and of the last day; none where there is no forecast."""
    if not heading or not dots:
        return None
    (low, middle, high), ends = (
        [Spot(x, scale.down(value)) for value in (one.low, one.value, one.high)]
        for x, one in zip((dots[-1].x, WHOLE), heading, strict=True)
    )
    return Fan((low, ends[0]), (middle, ends[1]), (high, ends[2]))


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def _cut(value: Fraction) -> Decimal:
    return round_half_up(value, 1)
