"""Where an indicator should be on a day, whether it is there, and where it is heading. Days in, exact numbers out."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import combinations

from evalflow.tally.exact import Number, exact

GREEN, AMBER = 95, 80  # per cent of the progress expected
FEWEST = 3  # figures that a forecast needs
Point = tuple[date, Number]


class Light(enum.StrEnum):
    """GREY: nothing was reported yet. The order is from good to bad, with GREY before all."""

    GREY = "grey"
    GREEN = "green"
    AMBER = "amber"
    RED = "red"


class Outlook(enum.StrEnum):
    """Whether a target will be reached: by the whole range of a forecast, by a part of it, by none of it."""

    LIKELY = "likely"
    POSSIBLE = "possible"
    UNLIKELY = "unlikely"


@dataclass(frozen=True)
class Forecast:
    """The value to come, and the range it is expected in: low ≤ value ≤ high, whichever way is good."""

    value: Fraction
    low: Fraction
    high: Fraction


def expected(stations: Sequence[Point], day: date) -> Fraction:
    """The value on a day, on straight lines between stations; before the first its value, behind the last that one's.

    stations: in the order of their days: the baseline on the first day, stated stations, the work target on the last.
    ValueError: none, or days that do not rise.

    >>> plan = [(date(2026, 1, 1), 90), (date(2026, 12, 31), 97)]
    >>> str(expected(plan, date(2026, 4, 15))), str(expected(plan, date(2027, 2, 1)))
    ('92', '97')
    """
    days = [station for station, _ in stations]
    if not days or any(later <= earlier for earlier, later in zip(days, days[1:], strict=False)):
        raise ValueError("stations need days that rise")
    if day <= days[0]:
        return exact(stations[0][1])
    for (start, low), (end, high) in zip(stations, stations[1:], strict=False):
        if day <= end:
            return exact(low) + (exact(high) - exact(low)) * Fraction((day - start).days, (end - start).days)
    return exact(stations[-1][1])


def light(
    value: Number, wanted: Number, *, baseline: Number, work: Number, green: int = GREEN, amber: int = AMBER
) -> Light:
    """From the progress made and the progress wanted, both from the baseline towards the work target.

    green, amber: the least shares of the wanted progress in per cent. On the first day nothing is wanted, and whatever
    is not worse than the baseline is green. ValueError: a work target that is the baseline.

    >>> [light(value, 95, baseline=90, work=100).value for value in (95, 94, 93, 89)]
    ['green', 'amber', 'red', 'red']
    >>> light(9, 9, baseline=10, work=8).value
    'green'
    """
    whole = exact(work) - exact(baseline)
    if not whole:
        raise ValueError("a work target must differ from the baseline")
    made, asked = (100 * (exact(number) - exact(baseline)) / whole for number in (value, wanted))
    if 100 * made >= green * asked:
        return Light.GREEN
    return Light.AMBER if asked > 0 and 100 * made >= amber * asked else Light.RED


def kept(value: Number, wanted: Number, *, more: bool, limit: Number) -> Light:
    """Of what is to be kept: green as good as wanted, red worse than `limit`, the worst that can be put right; amber
    between.

    >>> [kept(value, 1, more=False, limit=2).value for value in (1, 2, 3)]
    ['green', 'amber', 'red']
    """
    sign = 1 if more else -1
    height, goal, end = (sign * exact(number) for number in (value, wanted, limit))
    if height >= goal:
        return Light.GREEN
    return Light.AMBER if height >= end else Light.RED


def worst(lights: Sequence[Light]) -> Light:
    """The worst of some; GREY of none.

    >>> worst([Light.GREEN, Light.GREY, Light.AMBER]).value
    'amber'
    """
    return max(lights, key=list(Light).index, default=Light.GREY)


def forecast(
    points: Sequence[Point], day: date, *, least: Number | None = None, most: Number | None = None
) -> Forecast | None:
    """The value on a day to come if it goes on like this; None for fewer than FEWEST days with figures.

    The line has the median slope of all pairs of points and the median height over them, so that it need not run
    through the last figure; the range is that of the lines with the lower and the upper quartile of the slopes. It does
    not depend on the order of the points. From five points on one wild figure moves the line no further than the slopes
    between the others reach (the median of slopes bears 29 % of wild points); the range bears one from nine points on.
    Of a day with several figures all count. least, most: where the values end by nature, the forecast ends too.
    Source: Theil (1950), Sen, Journal of the American Statistical Association 63 (1968), 1379-1389.

    >>> found = forecast([(date(2026, 1, 31), 1), (date(2026, 2, 10), 2), (date(2026, 2, 20), 3)], date(2026, 3, 2))
    >>> str(found.value), str(found.low), str(found.high)
    ('4', '4', '4')
    >>> days = [date(2026, 1, day) for day in (1, 11, 21)]
    >>> str(forecast(list(zip(days, (95, 97, 99))), date(2026, 3, 2), most=100).value)
    '100'
    """
    known = [(point.toordinal(), exact(value)) for point, value in points]
    if len({at for at, _ in known}) < FEWEST:
        return None
    slopes = sorted(
        (high - low) / (end - start) for (start, low), (end, high) in combinations(sorted(known), 2) if end > start
    )
    low, middle, high = (
        _within(_line(known, _quantile(slopes, Fraction(part, 4)), day.toordinal()), least, most) for part in (1, 2, 3)
    )
    return Forecast(middle, min(low, middle, high), max(low, middle, high))


def is_telling(of: Forecast, width: Number) -> bool:
    """Whether a forecast says anything: its range is no wider than the whole way, from the baseline to the best target.

    >>> is_telling(Forecast(Fraction(9), Fraction(-40), Fraction(60)), 7)
    False
    """
    return of.high - of.low <= abs(exact(width))


def _within(value: Fraction, least: Number | None, most: Number | None) -> Fraction:
    low = value if least is None else max(value, exact(least))
    return low if most is None else min(low, exact(most))


def outlook(of: Forecast, target: Number, *, more: bool) -> Outlook:
    """Whether a target will be reached. more: whether more is better.

    >>> outlook(Forecast(Fraction(9), Fraction(8), Fraction(10)), 9, more=False).value
    'possible'
    """
    goal = exact(target)
    best, least = (of.high, of.low) if more else (-of.low, -of.high)
    wanted = goal if more else -goal
    if least >= wanted:
        return Outlook.LIKELY
    return Outlook.POSSIBLE if best >= wanted else Outlook.UNLIKELY


def _line(known: Sequence[tuple[int, Fraction]], slope: Fraction, day: int) -> Fraction:
    return _quantile(sorted(value + slope * (day - at) for at, value in known), Fraction(1, 2))


def _quantile(ordered: Sequence[Fraction], part: Fraction) -> Fraction:
    """Between two of them in proportion (the usual definition 7 of Hyndman and Fan)."""
    place = part * (len(ordered) - 1)
    at = int(place)
    after = ordered[min(at + 1, len(ordered) - 1)]
    return ordered[at] + (after - ordered[at]) * (place - at)
