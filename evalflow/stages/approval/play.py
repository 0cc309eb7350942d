"""A simulated committee: too few come first; then most applications are approved.

One is returned and amended, one rejected, one merged into another; the first two are asked for other targets, of which
one branch accepts and one declines. When amended applications come back, another sitting takes them up and changes a
target that had been approved. Where incidents are planned, one waits until the stage is opened again.
"""

from decimal import Decimal

from sqlalchemy.orm import Session

from evalflow.meetings import play as meeting
from evalflow.meetings import queries as held
from evalflow.seasons import plans
from evalflow.seasons import queries as seasons
from evalflow.seasons.incidents import Incident
from evalflow.seasons.models import Entry, StageRow
from evalflow.seasons.play import World
from evalflow.seasons.rules import stage_of
from evalflow.stages.approval import commands, queries, ruling
from evalflow.stages.approval.models import ProposalState
from evalflow.stages.approval.ruling import Target
from evalflow.workflow.indicators import Indicator

SHARE = "10"  # per cent, of the branch whose application is merged
ENOUGH = 6  # of so many applications one is returned, one rejected, one merged
COMMENT = "请补充量化指标的数据来源和上年实际值。"
WISH = "对照上年完成情况，目标还有提升空间。"
REJECTED = "与本单位年度重点工作关联不强，建议列入支部日常工作推进。"
MERGED = "内容相近，合并实施，经费统筹使用。"
CHANGED = "年中工艺条件变化，经论证调整目标。"


def before(world: World, stage: StageRow) -> None:
    """Nothing has to be done."""


def during(world: World, stage: StageRow) -> None:
    """The committee sits until every application that is before it has its word."""
    here = _waiting(world, stage)
    if not here:
        return
    is_first = not world.ask(held.motions, stage.id)
    if is_first:
        _propose(world, stage, here[:2])
    _sit(world, stage, is_first=is_first)
    if is_first and len(here) >= ENOUGH:
        returned, rejected, merged = here[2:5]
        last = next((one for one in reversed(world.committee)), None)
        if last is not None and len(world.committee) > 3:  # noqa: PLR2004
            meeting.step_back(world, stage, last, here[0].key)
        world.do(commands.comment, stage.id, returned.key, "", COMMENT, actor=world.committee[0])
        _rule(world, stage, f"return:{returned.key}")
        _rule(world, stage, f"reject:{rejected.key}", REJECTED)
        _rule(world, stage, f"merge:{here[0].key}>{merged.key}", MERGED, shares=(_share(world, merged, here[0]),))
        world.tell(Incident.RETURNED, stage, returned.key, "it goes back to its branch to be amended")
        world.tell(Incident.REJECTED, stage, rejected.key, "it is out of the season")
        world.tell(Incident.MERGED, stage, merged.key, f"it goes on in {here[0].key}")
    late = _left_for_later(world, stage, here, is_first=is_first)
    for entry in _waiting(world, stage):
        if entry.key not in late:
            _rule(world, stage, f"approve:{entry.key}")
    if not is_first:
        _change(world, stage)


def _left_for_later(world: World, stage: StageRow, here: list[Entry], *, is_first: bool) -> set[str]:
    """Keys of those that the committee takes up only when the stage is opened again after its deadline."""
    if is_first and stage_of(stage).rule.reopen:
        for key in world.pick(Incident.LATE_APPROVAL, stage, [one.key for one in here[ENOUGH:]]):
            world.tell(Incident.LATE_APPROVAL, stage, key, "the stage is opened again for it")
    return set() if stage.key in world.over else world.befell(Incident.LATE_APPROVAL, stage)


def after(world: World, stage: StageRow) -> None:
    """Nothing has to be done."""


def _waiting(world: World, stage: StageRow) -> list[Entry]:
    def waiting(session: Session) -> list[Entry]:
        return queries.waiting(session, seasons.stage_by_id(session, stage.id))

    found: list[Entry] = world.ask(waiting)
    return found


def _propose(world: World, stage: StageRow, entries: list[Entry]) -> None:
    """The committee asks for more; the first branch agrees, the second does not."""
    if not queries.options_of(stage).counter_targets:
        return
    for entry, answer in zip(entries, (ProposalState.ACCEPTED, ProposalState.DECLINED), strict=False):
        plan = _plan(world, entry)
        secretary = world.secretaries.get(entry.branch.key)
        if not plan or secretary is None:
            continue
        world.wait(minutes=20)
        work, stretch = _further(plan[0])
        wanted = {"indicator": plan[0].number, "work": work, "stretch": stretch}
        proposal = world.do(commands.propose, stage.id, entry.key, **wanted, reason=WISH, actor=world.organiser)
        world.wait(hours=5)
        world.do(commands.answer, stage.id, proposal.id, answer, actor=secretary)


def _plan(world: World, entry: Entry) -> tuple[Indicator, ...]:
    def found(session: Session) -> tuple[Indicator, ...]:
        return commands.standing(session, seasons.entry_by_key(session, entry.season_id, entry.key))

    plan: tuple[Indicator, ...] = world.ask(found)
    return plan


def _further(one: Indicator) -> tuple[str, str]:
    """A little beyond both targets, in the direction that is good."""
    step = abs(one.stretch - one.work) / Decimal(10)
    sign = 1 if one.better == "more" else -1
    return _plain(one.work + sign * step), _plain(one.stretch + sign * step)


def _plain(number: Decimal) -> str:
    """
    >>> _plain(Decimal("8.9000000"))
    '8.9'
    """
    return format(round(number, 6).normalize(), "f")


def _sit(world: World, stage: StageRow, *, is_first: bool) -> None:
    """Before the first sitting that can decide there is one that can't; nobody is missing later."""
    world.wait(hours=4)
    if is_first and world.ask(held.assembly, stage).sitting.held_at is None:
        meeting.come_too_few(world, stage)
    meeting.begin(world, stage, absent=meeting.away(world))


def _rule(
    world: World,
    stage: StageRow,
    about: str,
    reason: str = "",
    targets: tuple[Target, ...] = (),
    shares: tuple[str, ...] = (),
) -> None:
    world.wait(minutes=6)
    world.do(
        ruling.rule,
        stage.id,
        meeting.division(world, stage, about),
        reason=reason,
        targets=targets,
        shares=shares,
        version=meeting.version(world, stage),
        actor=world.organiser,
    )


def _share(world: World, entry: Entry, into: Entry) -> str:
    """What the branch of an entry is to have where it joins; nothing beyond what it has there already."""

    def there(session: Session) -> set[str]:
        return {row["branch"] for row in plans.partners(seasons.entry_by_key(session, into.season_id, into.key))}

    return "" if entry.branch.key in {into.branch.key, *world.ask(there)} else SHARE


def _change(world: World, stage: StageRow) -> None:
    """A target of the application approved first is changed, where it has any."""
    approved = [one for one in world.ask(queries.rulings, stage.id) if one.state == "approved"]
    entry = approved[0].entry
    plan = _plan(world, entry)
    if plan and queries.is_in(entry):
        target = Target(plan[-1].number, *_further(plan[-1]))
        _rule(world, stage, f"targets:{entry.key}", CHANGED, (target,))
