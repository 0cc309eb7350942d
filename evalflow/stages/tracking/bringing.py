"""A year's figures from a workbook: a row for each indicator of a project, a column for each month.

The figures of one project and month become one ordinary report.
"""

import calendar
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from evalflow import zone
from evalflow.access import Actor, Permission, may
from evalflow.i18n import Text
from evalflow.importing.blank import BlankSheet, workbook
from evalflow.importing.rows import Flawed, Preview, sift
from evalflow.importing.sheets import Book
from evalflow.importing.table import Column, Table, read
from evalflow.seasons import plans
from evalflow.seasons import queries as seasons
from evalflow.seasons.models import Entry, EntryState, StageRow
from evalflow.stages.tracking import commands, drafts, queries
from evalflow.stages.tracking.commands import Said
from evalflow.stages.tracking.models import ProgressReport
from evalflow.workflow import indicators, numbers
from evalflow.workflow.indicators import Indicator

PROJECT, INDICATOR = Column("project", ("名称", "Title", "工程名称")), Column("indicator", ("指标", "Indicator"))
MONTHS = tuple(
    Column(str(month), (f"{month}月", calendar.month_abbr[month], calendar.month_name[month]), is_required=False)
    for month in range(1, 13)
)
COLUMNS = (PROJECT, INDICATOR, *MONTHS)
NOTES = (
    Text(
        "每项指标一行，每月一列，没有数据的月份留空。",
        "A row for each indicator, a column for each month; leave blank what is unknown.",
    ),
    Text("同一工程同一月份的数据合成一份报告。", "The figures of a project in a month become one report."),
    Text(
        "已报送的数据不能覆盖，有误请提交更正报告。",
        "What was reported stays; a mistake is mended by a report that corrects it.",
    ),
)


@dataclass(frozen=True)
class Figures:
    """One row. indicator: its number in the plan. values: {day reported on: decimal text}.

    last: {such a day: the figure before it, or that whose place it takes}, where there is one. far: the days whose
    figure is far from that. project: number and branch, as people read them.
    """

    row: int
    entry_id: int
    entry: str
    title: str
    indicator: int
    name: str
    values: Mapping[date, str]
    last: Mapping[date, str] = field(default_factory=dict)
    far: tuple[date, ...] = ()
    project: tuple[str, str] = ("", "")


Values = Mapping[int, Mapping[date, str]]  # {indicator: {day: figure}}


@dataclass(frozen=True)
class Known:
    """What there is of an entry. reported: stays as it is. waiting: the month's next figure takes its place.

    ended: indicators of which nothing more comes.
    """

    reported: Values = field(default_factory=dict)
    waiting: Values = field(default_factory=dict)
    ended: Collection[int] = ()


def template(session: Session, stage: StageRow, *, actor: Actor, locale: str) -> bytes:
    """An .xlsx that names every indicator the actor may report on, its months still blank."""
    lines = [[entry.title, one.name] for entry in _own(session, stage, actor) for one in plans.declared(entry)]
    sheet = BlankSheet(Text("指标数据", "Figures").to(locale), COLUMNS, lines)
    notes = [note.to(locale) for note in NOTES]
    return workbook([sheet], notes=notes, notes_name=Text("说明", "Notes").to(locale), locale=locale)


def _own(session: Session, stage: StageRow, actor: Actor) -> list[Entry]:
    """What the actor may report on now."""
    found = seasons.entries(session, stage.season_id, EntryState.ACCEPTED)
    mine = [one for one in found if may(actor, Permission.DECLARE, season=stage.season_id, branch=one.branch_id)]
    return [one for one in mine if queries.is_here(one, stage)]


def preview(
    session: Session, stage: StageRow, book: Book, *, actor: Actor, now: datetime, locale: str
) -> Preview[Figures]:
    """Every row of the file; one with a single cell that can't be is left out whole."""
    table = read(book, COLUMNS)
    own = _own(session, stage, actor)
    there = {entry.id: known(queries.standing(queries.reports_of(session, stage.id, entry.id))) for entry in own}
    return sifted(table, stage, lambda row: _named(own, row["project"]), there, now=now, locale=locale)


def sifted(
    table: Table,
    stage: StageRow,
    find: Callable[[Mapping[str, str]], Entry],
    there: Mapping[int, Known],
    *,
    now: datetime,
    locale: str,
) -> Preview[Figures]:
    """find: the entry that a row names, Flawed where there is none. there: {entry id: what there is of it}."""
    today = zone.day_of(now)
    seen: dict[tuple[int, int], int] = {}

    def accept(number: int, row: Mapping[str, str]) -> Figures:
        entry = find(row)
        indicator = next((one for one in plans.declared(entry) if one.name == row["indicator"]), None)
        if indicator is None:
            raise Flawed("indicator_unknown", indicator=row["indicator"])
        project = (str(entry.number or ""), entry.branch.name(locale))
        if (entry.id, indicator.number) in seen:
            first = seen[entry.id, indicator.number]
            raise Flawed("figures_twice", value=f"{entry.title} · {indicator.name}", first=first)
        seen[entry.id, indicator.number] = number
        values = _values(row, indicator, stage.season.starts_on, today, locale)
        values = _new(values, there[entry.id].reported.get(indicator.number, {}), locale)
        last = _checked(values, indicator, there[entry.id], locale)
        far = tuple(day for day, value in values.items() if _is_far(indicator, last.get(day), value))
        named = (entry.id, entry.key, entry.title, indicator.number, indicator.name)
        return Figures(number, *named, values, last, far, project)

    good, bad = sift(table, accept)
    return Preview(good, bad, table.sha256, {"": table})


def _new(values: Mapping[date, str], reported: Mapping[date, str], locale: str) -> dict[date, str]:
    """Without the figures that were reported just so for the same month; Flawed where there is no other."""
    found = {
        day: value
        for day, value in values.items()
        if not any(
            drafts.is_same_month(day, other) and Decimal(value) == Decimal(old) for other, old in reported.items()
        )
    }
    if not found:
        raise Flawed("figure_there_already", month=_heading(min(values).month, locale))
    return found


def _checked(values: Mapping[date, str], indicator: Indicator, there: Known, locale: str) -> dict[date, str]:
    """{day: the figure before it, or that whose place it takes}. Flawed where there can be no other."""
    if indicator.number in there.ended:
        raise Flawed("figure_after_final")
    reported = there.reported.get(indicator.number, {})
    waiting = there.waiting.get(indicator.number, {})
    for day in values:
        if any(drafts.is_same_month(day, other) for other in reported):
            raise Flawed("figure_there_already", month=_heading(day.month, locale))
    replaced = {day: old for day in values for other, old in waiting.items() if drafts.is_same_month(day, other)}
    return {**_last(values, {**waiting, **reported}), **replaced}


def _named(own: Sequence[Entry], title: str) -> Entry:
    """The one of them that is called so."""
    found = [entry for entry in own if entry.title == title]
    if len(found) > 1:
        raise Flawed("project_ambiguous", project=title)
    if not found:
        raise Flawed("project_unknown", project=title)
    return found[0]


def known(standing: Sequence[ProgressReport]) -> Known:
    """What reports that count say."""
    found: dict[int, dict[date, str]] = {}
    for report in standing:
        for figure in report.figures:
            found.setdefault(figure.indicator, {})[report.day] = figure.value
    return Known(found, ended=queries.final(standing))


def _last(values: Mapping[date, str], reported: Mapping[date, str]) -> dict[date, str]:
    """{day: the figure before it}, reported or in the same row."""
    known = {**reported, **values}
    earlier = {day: max((one for one in known if one < day), default=None) for day in values}
    return {day: known[before] for day, before in earlier.items() if before}


def _is_far(indicator: Indicator, last: str | None, value: str) -> bool:
    return indicators.is_far(indicator, Decimal(last) if last else None, Decimal(value))


def _values(row: Mapping[str, str], indicator: Indicator, starts: date, today: date, locale: str) -> dict[date, str]:
    found = {}
    for column in MONTHS:
        cell = row.get(column.name, "")
        heading = _heading(int(column.name), locale)
        if not cell:
            continue
        day = _day_of(int(column.name), starts, today)
        try:
            value = figure_of(cell, indicator.unit)
        except ValueError:
            if numbers.narrow(cell).endswith("%"):
                raise Flawed("figure_other_unit", figure=cell, month=heading, unit=indicator.unit) from None
            raise Flawed("figure_malformed", figure=cell, month=heading) from None
        if not indicator.admits(Decimal(value)):
            raise Flawed("month_beyond_bounds", figure=cell, month=heading)
        if not starts <= day <= today:
            raise Flawed("month_not_reportable", month=heading)
        found[day] = value
    if not found:
        raise Flawed("figures_missing")
    return found


def figure_of(cell: str, unit: str) -> str:
    """A cell as the figure it shows, rounded to the decimals that figures have. ValueError where it shows none.

    >>> figure_of("96.8%", "%"), figure_of("33.3333333333333", "t")
    ('96.8', '33.333333')
    """
    value = numbers.in_unit(cell, unit)
    figure = numbers.rounded(value) if numbers.is_number(value) else value
    if not numbers.is_figure(figure):
        raise ValueError(f"{cell!r} is no figure")
    return figure


def _heading(month: int, locale: str) -> str:
    return MONTHS[month - 1].headings[locale.startswith("en")]


def _day_of(month: int, starts: date, today: date) -> date:
    """The last day of a month of the year that begins with a season; today for the month that is not over.

    >>> _day_of(2, date(2026, 1, 5), date(2026, 8, 31)), _day_of(8, date(2026, 1, 5), date(2026, 8, 12))
    (datetime.date(2026, 2, 28), datetime.date(2026, 8, 12))
    """
    year = starts.year + (month < starts.month)
    if (year, month) == (today.year, today.month):
        return today
    return date(year, month, calendar.monthrange(year, month)[1])


def by_day(seen: Preview[Figures]) -> list[tuple[tuple[str, int, date], dict[int, str]]]:
    """((entry key, entry id, day), {indicator: figure}) of each report that the rows make, by entry and day."""
    found: dict[tuple[str, int, date], dict[int, str]] = {}
    for row in seen.good:
        for day, value in row.values.items():
            found.setdefault((row.entry, row.entry_id, day), {})[row.indicator] = value
    return sorted(found.items())


def write(
    session: Session,
    stage_id: int,
    seen: Preview[Figures],
    told: Callable[[date], str],
    *,
    actor: Actor,
    now: datetime,
) -> int:
    """File the reports, by project and day; how many rows. All or none: the caller's transaction. told: their text."""
    for (key, entry_id, day), figures in by_day(seen):
        number = queries.next_number(session, stage_id, entry_id)
        commands.report(session, stage_id, key, Said(told(day), day, figures), number=number, actor=actor, now=now)
    return len(seen.good)
