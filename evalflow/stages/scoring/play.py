"""Simulated raters: they lean towards good work, each with a measure of their own; one comes too late."""

from sqlalchemy.orm import Session

from evalflow.access import Actor
from evalflow.kinds.rubric import Criterion
from evalflow.seasons import queries as seasons
from evalflow.seasons.incidents import Incident
from evalflow.seasons.models import StageRow
from evalflow.seasons.play import World
from evalflow.stages.scoring import commands, queries

LATE = 0.04
FEWEST = 4  # raters; of fewer, nobody forgets a sheet by plan


def before(world: World, stage: StageRow) -> None:
    """Nothing has to be done."""


def during(world: World, stage: StageRow) -> None:
    """Every rater saves half of the sheet, then the rest, and hands it in."""
    options = world.ask(lambda session: queries.options_of(seasons.stage_by_id(session, stage.id)))
    raters = list(world.secretaries.values()) if options.raters == "each_branch" else list(world.committee)
    late = world.pick(Incident.LATE_SHEET, stage, [one.login for one in raters]) if len(raters) >= FEWEST else ()
    for rater in raters:
        world.wait(minutes=world.chance.randint(5, 40))
        if rater.login in late:
            _fill_in(world, stage, rater, options.criterion, hands_in=False)
            if not world.was_told(Incident.LATE_SHEET, stage):
                world.tell(Incident.LATE_SHEET, stage, rater.login, "half of a sheet was saved and does not count")
        elif world.chance.random() >= LATE:
            _fill_in(world, stage, rater, options.criterion)


def after(world: World, stage: StageRow) -> None:
    """The organiser looks at marks far from the others and leaves them."""
    if world.ask(lambda session: queries.to_confirm(session, seasons.stage_by_id(session, stage.id))):
        world.do(commands.confirm_marks, stage.id, actor=world.organiser)


def _fill_in(
    world: World, stage: StageRow, rater: Actor, criteria: tuple[Criterion, ...], *, hands_in: bool = True
) -> None:
    def asked(session: Session) -> tuple[int, list[str]]:
        row = seasons.stage_by_id(session, stage.id)
        sheet = queries.own_sheet(session, row, rater)
        if sheet is None or queries.is_in(sheet):
            return 0, []
        return sheet.version, [entry.key for entry in queries.offered(session, row, sheet)]

    version, entries = world.ask(asked)
    if not entries:
        return
    mildness = world.chance.gauss(0, 4)
    handed_out = {one.key: list(one.given) for one in criteria}
    typed = {
        entry: {one.key: _points(world, entry, one, mildness, handed_out[one.key]) for one in criteria}
        for entry in sorted(entries, key=lambda key: -world.quality(key))
    }
    half = dict(list(typed.items())[: len(typed) // 2])
    for part in (half, typed) if hands_in else (half,):
        sheet = world.do(commands.save, stage.id, part, version=version, actor=rater)
        version = sheet.version
        world.wait(minutes=3)
    if hands_in:
        world.do(commands.hand_in, stage.id, version=version, although_void=True, actor=rater)


def _points(world: World, entry: str, criterion: Criterion, mildness: float, left: list[int]) -> str:
    """Whole points around the work's quality; where points are handed out, the best that are left."""
    if criterion.given:
        return str(left.pop(0)) if left else ""
    if entry in world.twins:
        mildness, noise = 0.0, 0.0
    else:
        noise = world.chance.gauss(0, 5)
    liking = (55 + world.quality(entry) * 0.45 + mildness + noise) / 100
    return str(min(criterion.maximum, max(criterion.minimum, round(liking * criterion.maximum))))
