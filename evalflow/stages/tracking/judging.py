"""What an indicator's figures say on a day: its light, what it has attained, where it is heading. Plain values.

A level is held against the way from the baseline to the work target. A sum since the start is held against the part of
its targets that is due by the day of its last figure. What is settled, by a final figure or because tracking is over,
is held against the whole targets and has no forecast.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from evalflow.kinds import attained
from evalflow.kinds.attained import Cap
from evalflow.kinds.tracking import TrackingOptions
from evalflow.tally import trajectory
from evalflow.tally.attainment import Better, Targets, attainment
from evalflow.tally.exact import Number, exact
from evalflow.tally.rounding import round_half_up
from evalflow.tally.trajectory import Forecast, Light, Outlook
from evalflow.workflow.indicators import Indicator, Station

Points = tuple[tuple[date, Fraction], ...]


@dataclass(frozen=True)
class Terms:
    """What all indicators of a project are judged by. starts: its first day, ends: the last one that targets are for.

    is_over: whether tracking is over for it.
    """

    starts: date
    ends: date
    today: date
    options: TrackingOptions
    is_over: bool = False

    @property
    def lights_from(self) -> date:
        """The first day on which anybody can be behind."""
        return self.starts + timedelta(days=self.options.grace_days)

    @property
    def is_in_grace(self) -> bool:
        return not self.is_over and self.today < self.lights_from


@dataclass(frozen=True)
class IndicatorProgress:
    """An indicator with the targets that hold. way: where it should be on which day.

    points: (day, value) that count, in the order of the days; of amounts their sums.

    wanted: the value expected today. attainment: points by the last figure. work, stretch: whether the forecast reaches
    them. None where there are too few figures. is_settled: nothing more will come. onset: the forecast's lines on the
    day of the last figure. is_vague: whether figures differ too much for a forecast.
    """

    indicator: Indicator
    way: tuple[Station, ...]
    points: Points
    light: Light
    wanted: Fraction
    forecast: Forecast | None = None
    attainment: Fraction | None = None
    work: Outlook | None = None
    stretch: Outlook | None = None
    is_settled: bool = False
    onset: Forecast | None = None
    is_vague: bool = False

    @property
    def has_range(self) -> bool:
        """Whether the range of the forecast is more than one point, as it is written."""
        if self.forecast is None:
            return False
        places = self.indicator.places
        return round_half_up(self.forecast.low, places) != round_half_up(self.forecast.high, places)


@dataclass(frozen=True)
class _Aims:
    """What a value is held against on a day. share: of the whole time, 0 on the first day, 1 on the last."""

    baseline: Number
    work: Number
    stretch: Number
    wanted: Number
    share: Fraction = Fraction(1)


def judged(indicator: Indicator, points: Points, terms: Terms, *, is_final: bool = False) -> IndicatorProgress:
    """is_final: whether the last figure was marked so."""
    way = indicator.way(terms.starts, terms.ends)
    wanted, is_settled = trajectory.expected(way, terms.today), is_final or terms.is_over
    if not points:
        return IndicatorProgress(indicator, way, (), Light.GREY, wanted, is_settled=is_settled)
    value, aims = points[-1][1], _aims(indicator, way, points[-1][0], terms, is_settled=is_settled)
    light = _light(indicator, value, aims, terms.options, is_settled=is_settled)
    if terms.is_in_grace and not is_settled and light is not Light.GREEN:
        light = Light.GREY
    found = None if is_settled else _forecast(indicator, points, terms.ends)
    is_vague = found is not None and not trajectory.is_telling(found, _width(indicator))
    told = None if is_vague else found
    more = indicator.better == "more"
    return IndicatorProgress(
        indicator,
        way,
        points,
        light,
        wanted,
        told,
        _attainment(indicator, value, aims, terms.options),
        trajectory.outlook(told, indicator.work, more=more) if told else None,
        trajectory.outlook(told, indicator.stretch, more=more) if told else None,
        is_settled=is_settled,
        onset=_forecast(indicator, points, points[-1][0]) if told else None,
        is_vague=is_vague,
    )


def _aims(indicator: Indicator, way: tuple[Station, ...], day: date, terms: Terms, *, is_settled: bool) -> _Aims:
    whole = _Aims(indicator.baseline, indicator.work, indicator.stretch, indicator.work)
    if is_settled:
        return whole
    wanted = trajectory.expected(way, day)
    if not indicator.is_sum:
        return _Aims(indicator.baseline, indicator.work, indicator.stretch, wanted)
    passed = min(max((day - terms.starts).days, 0), (terms.ends - terms.starts).days)
    share = Fraction(passed, (terms.ends - terms.starts).days)
    worse, better = (exact(one) - exact(indicator.work) for one in (indicator.baseline, indicator.stretch))
    return _Aims(wanted + worse * share, wanted, wanted + better * share, wanted, share)


def _light(indicator: Indicator, value: Fraction, aims: _Aims, options: TrackingOptions, *, is_settled: bool) -> Light:
    more = indicator.better == "more"
    if indicator.is_sum and not more and value > indicator.work:
        return Light.RED  # a sum does not go back
    if exact(aims.baseline) == exact(aims.work):
        limit = indicator.work if indicator.is_sum and not more else aims.wanted
        return trajectory.kept(value, aims.wanted, more=more, limit=limit)
    green = 100 if is_settled else options.green
    return trajectory.light(
        value, aims.wanted, baseline=aims.baseline, work=aims.work, green=green, amber=options.amber
    )


def _attainment(indicator: Indicator, value: Fraction, aims: _Aims, options: TrackingOptions) -> Fraction | None:
    """None on the first day of a sum, of which nothing is due yet."""
    if not aims.share:
        return None
    whole = attained.targets(indicator, cap=Cap.STRETCH, stretch_points=options.stretch_points)
    stretch = None if whole.stretch is None else aims.stretch
    held = Targets(
        aims.baseline,
        aims.work,
        stretch,
        better=Better(indicator.better),
        stretch_points=options.stretch_points,
        is_kept=True,
    )
    return max(Fraction(0), attainment(value, held))


def _forecast(indicator: Indicator, points: Points, day: date) -> Forecast | None:
    """Within the indicator's bounds; a sum never falls below what it is already."""
    least = None if indicator.least is None else exact(indicator.least)
    if indicator.is_sum:
        reached = points[-1][1]
        least = reached if least is None else max(least, reached)
    return trajectory.forecast(points, day, least=least, most=indicator.most)


def _width(indicator: Indicator) -> Fraction:
    """Of the whole way to the best target."""
    first = Fraction(0) if indicator.is_sum else exact(indicator.baseline)
    return max(abs(exact(step) - first) for step in (indicator.baseline, indicator.work, indicator.stretch))
