"""The supervisor's wall: every project as a tile, the worst first, filtered, and summed up by branch and by leader.

Reads what `progress` found; asks the database nothing itself.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from evalflow.i18n import by_pinyin
from evalflow.kinds.award_tiers import AwardTier
from evalflow.stages.tracking import charts, queries
from evalflow.stages.tracking.charts import Chart, Span, Spark
from evalflow.stages.tracking.judging import IndicatorProgress
from evalflow.stages.tracking.milestones import Mark, marks
from evalflow.stages.tracking.progress import Progress
from evalflow.tally.exact import Number
from evalflow.tally.trajectory import Light

WORST_FIRST = (Light.RED, Light.AMBER, Light.GREY, Light.GREEN)
MAIN = 2  # indicators on a tile: those that weigh most


@dataclass(frozen=True)
class Trend:
    """An indicator on a tile. last: its last figure, None before the first."""

    name: str
    unit: str
    light: Light
    last: Number | None
    work: Number
    drawn: Spark
    is_settled: bool
    is_sum: bool


@dataclass(frozen=True)
class Tile:
    """A project on the wall. branch, leader: keys to filter by, with the names beside them; leader "" where none is.
    branch_place: where its branch stands on the roster.

    attainment: in per cent, None before the first figure. days_left: until the stage closes. trends: of its main
    indicators; others: how many more it has. overdue: reports that are late; orders: follow-up orders not closed, of
    which orders_late are late. is_over: nothing more will come, so that it shows what was reached; tier: what it was
    awarded or is proposed for. is_readable: whether the reader may open its reports.
    """

    key: str
    title: str
    branch: str
    branch_name: str
    leader: str
    leader_name: str
    light: Light
    attainment: Fraction | None
    days_left: int
    trends: tuple[Trend, ...]
    others: int
    overdue: int
    orders: int
    orders_late: int
    marks: tuple[Mark, ...]
    is_over: bool = False
    tier: AwardTier | None = None
    is_readable: bool = True
    branch_place: int = 0


@dataclass(frozen=True)
class Choice:
    """What the wall is filtered by; "" lets all through."""

    branch: str = ""
    light: str = ""
    leader: str = ""

    def admits(self, tile: Tile) -> bool:
        wanted = ((self.branch, tile.branch), (self.light, tile.light), (self.leader, tile.leader))
        return all(asked in ("", held) for asked, held in wanted)


@dataclass(frozen=True)
class Rollup:
    """The projects of one branch or one leader. attainment: their mean, all weighing alike; None where none has one."""

    key: str
    name: str
    projects: int
    lights: Mapping[Light, int]
    attainment: Fraction | None
    overdue: int
    orders: int


def tile(
    progress: Progress,
    *,
    locale: str,
    orders: int = 0,
    orders_late: int = 0,
    tier: AwardTier | None = None,
    is_readable: bool = True,
) -> Tile:
    """A project as the wall has it. orders: its follow-up orders that are not closed; orders_late: those overdue."""
    entry, span = progress.entry, Span(progress.first, progress.ends)
    chosen = [progress.indicators[place] for place in main([one.indicator.weight for one in progress.indicators])]
    return Tile(
        key=entry.key,
        title=entry.title,
        branch=entry.branch.key,
        branch_name=entry.branch.name(locale),
        branch_place=entry.branch.id,
        leader=queries.leader_of(entry),
        leader_name=progress.leader,
        light=progress.light,
        attainment=progress.attainment,
        days_left=progress.days_left,
        trends=tuple(_trend(one, span) for one in chosen),
        others=len(progress.indicators) - len(chosen),
        overdue=len(progress.overdue),
        orders=orders,
        orders_late=orders_late,
        marks=marks(progress.milestones, span, progress.today),
        is_over=progress.is_over,
        tier=tier,
        is_readable=is_readable,
    )


def year_of(one: IndicatorProgress, of: Progress) -> Chart:
    """An indicator of a project, drawn on the days its targets are for."""
    indicator = one.indicator
    return charts.indicator_chart(
        one.points,
        baseline=indicator.baseline,
        work=indicator.work,
        stretch=indicator.stretch,
        starts=of.first,
        ends=of.ends,
        today=None if of.is_over else of.today,
        forecast=one.forecast,
        onset=one.onset,
        expected=one.way,
    )


def main(weights: Sequence[Number], most: int = MAIN) -> tuple[int, ...]:
    """The places of the indicators that weigh most, in the order of the plan; of equal ones those named first.

    >>> main([20, 50, 30]), main([25, 25, 25, 25])
    ((1, 2), (0, 1))
    """
    heaviest = sorted(range(len(weights)), key=lambda place: -weights[place])[:most]
    return tuple(sorted(heaviest))


def ordered(tiles: Iterable[Tile]) -> tuple[Tile, ...]:
    """The worst first: by light, then late reports, open orders, and how little was attained."""
    return tuple(sorted(tiles, key=_urgency))


def shown(tiles: Iterable[Tile], choice: Choice) -> tuple[Tile, ...]:
    return tuple(tile for tile in tiles if choice.admits(tile))


def lights(tiles: Iterable[Tile]) -> dict[Light, int]:
    """How many there are of each light, the worst first; none is 0."""
    found = Counter(tile.light for tile in tiles)
    return {light: found[light] for light in WORST_FIRST}


def branches(tiles: Iterable[Tile]) -> dict[str, str]:
    """{key: name}, in the order of the roster."""
    return {one.branch: one.branch_name for one in sorted(tiles, key=lambda tile: tile.branch_place)}


def leaders(tiles: Iterable[Tile]) -> dict[str, str]:
    """{key: name} of the leaders in command, by the sound of their names; projects without one add none."""
    names = {tile.leader: tile.leader_name for tile in tiles if tile.leader}
    return dict(sorted(names.items(), key=lambda named: (by_pinyin(named[1]), named[0])))


def by_branch(tiles: Sequence[Tile]) -> tuple[Rollup, ...]:
    return tuple(
        _rollup(key, name, [tile for tile in tiles if tile.branch == key]) for key, name in branches(tiles).items()
    )


def by_leader(tiles: Sequence[Tile]) -> tuple[Rollup, ...]:
    return tuple(
        _rollup(key, name, [tile for tile in tiles if tile.leader == key]) for key, name in leaders(tiles).items()
    )


def mean(tiles: Iterable[Tile]) -> Fraction | None:
    """Of the attainments that there are."""
    known = [tile.attainment for tile in tiles if tile.attainment is not None]
    return sum(known, Fraction(0)) / len(known) if known else None


def _trend(one: IndicatorProgress, span: Span) -> Trend:
    indicator = one.indicator
    drawn = charts.spark(
        one.points, baseline=indicator.baseline, work=indicator.work, starts=span.starts, ends=span.ends
    )
    last = one.points[-1][1] if one.points else None
    return Trend(
        indicator.name,
        indicator.unit,
        one.light,
        last,
        indicator.work,
        drawn,
        is_settled=one.is_settled,
        is_sum=indicator.is_sum,
    )


def _rollup(key: str, name: str, tiles: Sequence[Tile]) -> Rollup:
    overdue, orders = sum(tile.overdue for tile in tiles), sum(tile.orders for tile in tiles)
    return Rollup(key, name, len(tiles), lights(tiles), mean(tiles), overdue, orders)


def _urgency(tile: Tile) -> tuple[object, ...]:
    attained = tile.attainment if tile.attainment is not None else Fraction(-1)
    return (WORST_FIRST.index(tile.light), -tile.overdue, -tile.orders, attained, tile.key)
