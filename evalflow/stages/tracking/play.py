"""Simulated branch secretaries report what their projects come to: most in time, some late, one with a slip to correct.

Where the rules expect reports by week or month and the entries have indicators, a year passes; elsewhere each branch
reports once.
"""

from datetime import timedelta
from fractions import Fraction
from random import Random

from evalflow import zone
from evalflow.files.content import Cleaned, cleaned_file, cleaned_image
from evalflow.files.covers import cover
from evalflow.seasons.incidents import Incident
from evalflow.seasons.models import StageRow
from evalflow.seasons.play import World
from evalflow.stages.tracking import commands, progress, queries, supervising
from evalflow.stages.tracking.commands import Said
from evalflow.stages.tracking.judging import IndicatorProgress
from evalflow.stages.tracking.progress import Progress
from evalflow.tally.rounding import round_half_up
from evalflow.tally.trajectory import Light
from evalflow.workflow.indicators import Indicator

TEXTS = (
    "已完成方案论证与现场调研，工程按计划推进，下月进入实施阶段。",
    "阶段目标已完成过半，重点难点已列入周督办清单。",
    "主要措施全部落实，正在整理成效数据，准备验收。",
)
ORDER = "指标严重滞后，请分析原因，提出赶工措施并报党建办。"
ANSWER = "已召开专题会，调整了人员和计划，措施见月计划。"
ANSWERED = 0.7
PLANS = (
    "完成现场调研和数据核对，备件到货，周五前报督办清单。",
    "按方案实施，每周一碰头，逐项销号；月底汇总指标。",
    "巩固成效，修订操作规程，整理台账和影像资料。",
)
CORRECTION = "上一份报告文字表述有误，现予更正，数据不变。"
STEP = {"weekly": timedelta(days=7), "monthly": timedelta(days=30)}
PACES = tuple(Fraction(pace, 100) for pace in (200, 125, 105, 100, 98, 96, 85, 60))
FAR_AHEAD = {"修旧利废价值": Fraction(13, 5), "副产品增收": Fraction(14, 5), "吨铜新水消耗": Fraction(29, 10)}  # paces
ENCLOSED, PICTURE, TABLE = 9, 0, 1  # of so many reports one has a picture, one a table
FILE_NAME = 20  # characters of a project's title
DONE = {"大修工期": "7.5"}  # of the published case: 7.5 days of 10 planned, known once the overhaul is over
COUNTS = ("项", "件", "起", "次", "人次", "课时")  # units of which there are no halves
WHOLE = Fraction(100)  # per cent: no rate is more
FORGOTTEN, SLIP, AHEAD = 0.06, 0.2, timedelta(days=25)
DECIMALS = 2


def before(world: World, stage: StageRow) -> None:
    """Nothing has to be done."""


def during(world: World, stage: StageRow) -> None:
    """Until the deadline, or until the simulated clock is told to stop, with every period a report on each entry."""
    step = STEP.get(queries.options_of(stage).reports)
    if step is None or stage.closes_at is None or not _has_plans(world, stage):
        _round(world, stage, world.ask(queries.counts, stage.id))
        return
    until = min(stage.closes_at, world.until or stage.closes_at)
    for _ in world.pass_time(until, step):
        _round(world, stage, {})
        _plan(world, stage)
        _supervise(world, stage)


def after(world: World, stage: StageRow) -> None:
    """Nothing has to be done."""


def _has_plans(world: World, stage: StageRow) -> bool:
    return any(one.indicators for one in world.ask(progress.progress_of, stage, world.clock))


def _round(world: World, stage: StageRow, done: object) -> None:
    """One report on each entry that is here, but those in `done`; now and then one is forgotten."""
    everything: tuple[Progress, ...] = world.ask(progress.progress_of, stage, world.clock)
    for one in everything:
        entry, secretary = one.entry, world.secretaries.get(one.branch)
        forgotten = bool(one.indicators) and world.chance.random() < FORGOTTEN
        if secretary is None or entry.id in done or not queries.is_here(entry, stage):  # type: ignore[operator]
            continue
        if forgotten:
            world.tell(Incident.NO_REPORT, stage, entry.key, "the period goes by without a report")
            continue
        filed = len(world.ask(queries.reports_of, stage.id, entry.id))
        said = Said(
            text=world.chance.choice(TEXTS),
            figures=_figures(world, one),
            reached=_reached(world, one),
            uploads=_files(world, one, filed + 1),
        )
        world.do(commands.report, stage.id, entry.key, said, number=filed + 1, actor=secretary)
        if filed == 1 and one.indicators and world.chance.random() < SLIP:
            again = Said(text=CORRECTION, figures=said.figures, corrects=filed + 1, reached=said.reached)
            world.do(commands.report, stage.id, entry.key, again, number=filed + 2, actor=secretary)


def _plan(world: World, stage: StageRow) -> None:
    """What each branch wants to do this month, unless it has said so already."""
    month = zone.day_of(world.clock).replace(day=1)
    written = {entry.id for plan, entry in world.ask(queries.month_plans, stage.id) if plan.month == month}
    for one in world.ask(progress.progress_of, stage, world.clock):
        secretary = world.secretaries.get(one.branch)
        if secretary is not None and one.entry.id not in written and queries.is_here(one.entry, stage):
            text = PLANS[(world.quality(one.entry.key) + month.month) % len(PLANS)]
            world.do(supervising.plan, stage.id, one.entry.key, month, text, actor=secretary)


def _supervise(world: World, stage: StageRow) -> None:
    """The organiser looks at the wall: a red project without an open order gets one; branches answer, most in time."""
    for one in world.ask(queries.open_orders, stage.id):
        secretary = world.secretaries.get(one.entry.branch.key)
        if one.answered_at is None and secretary is not None and world.chance.random() < ANSWERED:
            world.do(supervising.answer, stage.id, one.entry.key, one.number, ANSWER, actor=secretary)
            world.do(supervising.close, stage.id, one.entry.key, one.number, "", actor=world.organiser)
    ordered, _late = world.ask(supervising.counts, stage, world.clock)
    due = zone.day_of(world.clock + timedelta(days=10))
    for project in world.ask(progress.progress_of, stage, world.clock):
        if project.light is Light.RED and project.entry.id not in ordered and queries.is_here(project.entry, stage):
            number = len(world.ask(supervising.of_entry, stage.id, project.entry.id)) + 1
            world.do(
                supervising.give, stage.id, project.entry.key, ORDER, due=due, number=number, actor=world.organiser
            )


def _figures(world: World, one: Progress) -> dict[int, str]:
    """Each indicator goes its own pace from the baseline towards the work target, with some noise."""
    return {each.indicator.number: _figure(world, one, each.indicator) for each in one.indicators}


def _figure(world: World, one: Progress, indicator: Indicator) -> str:
    if indicator.name in DONE and 2 * (zone.day_of(world.clock) - one.starts) > one.ends - one.starts:
        return DONE[indicator.name]
    usual = PACES[world.quality(f"{one.entry.key}.{indicator.number}") % len(PACES)]
    pace = FAR_AHEAD.get(indicator.name, usual)
    passed = Fraction((zone.day_of(world.clock) - one.starts).days, (one.ends - one.starts).days)
    noise = Fraction(world.chance.randint(-4, 4), 100)
    way = Fraction(indicator.work) - Fraction(indicator.baseline)
    value = Fraction(indicator.baseline) + way * max(Fraction(0), passed * pace + noise * passed)
    if indicator.unit == "%":
        value = min(value, WHOLE)
    return str(round_half_up(max(value, Fraction(0)), 0 if indicator.unit in COUNTS else DECIMALS))


def _files(world: World, one: Progress, number: int) -> list[Cleaned]:
    """With some of the reports a picture, with some the figures as a table."""
    kind = world.quality(f"{one.entry.key}.report.{number}") % ENCLOSED
    name = f"{one.entry.title[:FILE_NAME]}第{number}次报告"
    if kind == PICTURE:
        return [cleaned_image(f"{name}现场（示例）.jpg", cover(Random(name)))]
    if kind == TABLE and one.indicators:
        lines = ["指标,计量单位,最近数据", *(_line(each) for each in one.indicators)]
        return [cleaned_file(f"{name}台账（示例）.csv", "\ufeff".encode() + "\r\n".join(lines).encode())]
    return []


def _line(one: IndicatorProgress) -> str:
    """Its name, unit and last figure, of a table with commas."""
    last = round_half_up(one.points[-1][1], one.indicator.places) if one.points else ""
    return f"{one.indicator.name},{one.indicator.unit},{last}"


def _reached(world: World, one: Progress) -> list[int]:
    """Milestones whose day has come or is near, most of the time."""
    today = zone.day_of(world.clock)
    return [
        number
        for number, milestone in enumerate(one.milestones, 1)
        if milestone.reached is None and milestone.due <= today + AHEAD and world.chance.random() < 0.8
    ]
