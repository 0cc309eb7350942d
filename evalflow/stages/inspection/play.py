"""Simulated branches assess themselves, most of them in time and honestly; the organiser inspects every figure.

One figure turns out to be a little too good and is corrected; the last branch forgets to hand in, and its figures are
found by the inspectors.
"""

from decimal import Decimal
from fractions import Fraction

from sqlalchemy.orm import Session

from evalflow.access import Actor
from evalflow.kinds.inspection import NO
from evalflow.seasons import queries as seasons
from evalflow.seasons.incidents import Incident
from evalflow.seasons.models import Entry, EntryState, StageRow
from evalflow.seasons.play import World
from evalflow.stages.inspection import commands, inspecting, queries
from evalflow.stages.inspection.commands import Stated
from evalflow.stages.inspection.inspecting import Finding
from evalflow.stages.inspection.models import Assessment
from evalflow.tally.rounding import round_half_up
from evalflow.workflow.indicators import Indicator

TEXT = "对照年初立项书逐项自查：主要措施已落实，数据来源见附件，请核验。"
TOO_GOOD = "与台账核对，期末有一批未计入，按台账更正。"
FOUND = "支部未按时交出自评，数据由核验人员从台账取得。"
DECIMALS = 2


def before(world: World, stage: StageRow) -> None:
    """Nothing has to be done."""


def during(world: World, stage: StageRow) -> None:
    """All but the last branch hand in; the organiser inspects what is there."""
    here = [entry for entry in _entries(world, stage) if queries.is_here(entry, stage)]
    late = here[-1] if len(here) > 2 else None
    for entry in here:
        secretary = world.secretaries.get(entry.branch.key)
        if secretary is not None and entry is not late:
            _hand_in(world, stage, entry, secretary)
    for number, entry in enumerate(here):
        if entry is not late:
            _inspect(world, stage, entry, corrects=number == 1)


def after(world: World, stage: StageRow) -> None:
    """Whatever was not handed in is found by the inspectors."""
    for entry in _entries(world, stage):
        if queries.is_here(entry, stage) and _inspect(world, stage, entry, corrects=False):
            world.tell(Incident.LATE_ASSESSMENT, stage, entry.key, "the inspectors found its figures")


def _entries(world: World, stage: StageRow) -> list[Entry]:
    return list(world.ask(seasons.entries, stage.season_id, EntryState.ACCEPTED))


def _plan(world: World, entry: Entry) -> tuple[Indicator, ...]:
    def asked(session: Session) -> tuple[Indicator, ...]:
        present = seasons.entry_by_key(session, entry.season_id, entry.key)
        return queries.plans_of(session, [present])[present.id]

    found: tuple[Indicator, ...] = world.ask(asked)
    return found


def _hand_in(world: World, stage: StageRow, entry: Entry, secretary: Actor) -> None:
    """The figures reported last, where there are any."""
    reported = world.ask(lambda session: queries.reported(seasons.stage_by_id(session, stage.id), entry))
    figures = {
        one.number: str(round_half_up(reported[one.number], 6))
        if one.number in reported and entry.key not in world.twins
        else _value(world, entry, one)
        for one in _plan(world, entry)
    }
    flags = {one.key: NO for one in queries.options_of(stage).flag}
    world.wait(minutes=world.chance.randint(5, 40))
    saved = world.do(commands.save, stage.id, entry.key, Stated(figures, TEXT, flags), version=0, actor=secretary)
    world.do(commands.hand_in, stage.id, entry.key, version=saved.version, actor=secretary)


def _inspect(world: World, stage: StageRow, entry: Entry, *, corrects: bool) -> bool:
    """Accept what was stated; `corrects`: the first figure by a little; what was not stated is found.

    False where nothing was left to inspect.
    """
    found: Assessment | None = world.ask(queries.assessment_of, stage.id, entry.id)
    plan = _plan(world, entry)
    if not queries.left(stage, plan, found):
        return False
    figures = {one.number: _finding(world, entry, one, found) for one in plan}
    if corrects and plan and entry.key not in world.twins:
        world.tell(Incident.CORRECTED, stage, entry.key, f"figure {plan[0].number} was a little too good")
        figures[plan[0].number] = Finding(_worse(plan[0], figures[plan[0].number].value), TOO_GOOD)
    flags = {
        one.key: Finding(queries.declared(found, one.key) or NO, "" if queries.declared(found, one.key) else FOUND)
        for one in queries.options_of(stage).flag
    }
    version = found.version if found else 0
    world.wait(minutes=world.chance.randint(5, 20))
    world.do(inspecting.inspect, stage.id, entry.key, figures, flags=flags, version=version, actor=world.organiser)
    return True


def _finding(world: World, entry: Entry, indicator: Indicator, found: Assessment | None) -> Finding:
    stated = queries.claimed(found, indicator.number)
    return Finding(stated) if stated else Finding(_value(world, entry, indicator), FOUND)


def _value(world: World, entry: Entry, indicator: Indicator) -> str:
    """Between the baseline and a little beyond the stretch target, by the quality of the simulated work.

    What is to tie is exactly at its work targets.
    """
    if entry.key in world.twins:
        return str(indicator.work)
    way = Fraction(indicator.stretch) - Fraction(indicator.baseline)
    pace = Fraction(world.quality(f"{entry.key}.{indicator.number}") + 10, 100)
    return str(round_half_up(max(Fraction(0), Fraction(indicator.baseline) + way * pace), DECIMALS))


def _worse(indicator: Indicator, value: str) -> str:
    """A hundredth of the way to the work target less than stated."""
    step = abs(indicator.work - indicator.baseline) / 100
    worse = Decimal(value) - step if indicator.better == "more" else Decimal(value) + step
    return str(round_half_up(Fraction(worse), 6))
