"""Simulated branch secretaries who declare, and an organiser who reads every declaration; one has to be amended.

Where incidents are planned, one branch withdraws, one asks for more time and one comes after the deadline.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta

from sqlalchemy.orm import Session

from evalflow.access import Actor
from evalflow.errors import Conflict
from evalflow.seasons import plans, rules
from evalflow.seasons import queries as seasons
from evalflow.seasons.incidents import Incident
from evalflow.seasons.models import Entry, EntryState, Phase, StageRow
from evalflow.seasons.play import World
from evalflow.stages.submission import commands, confirming, projects, prose, queries, reviewing
from evalflow.stages.submission.confirming import Letter
from evalflow.stages.submission.models import Asked
from evalflow.workflow.fields import Answer, Field

AMENDED = 1  # the second entry handed in is returned once
UNIT = 0.25  # how often a unit takes part that is no branch
YEAR = timedelta(days=300)  # how far ahead a project plans where the rules name no day
READING = 7  # minutes the organiser spends on one
MOST = 3  # entries of one branch, where it may have so many
FEWEST = 6  # branches; of fewer, nobody comes too late or leaves
MORE_TIME = timedelta(days=1)
LETTER = "示例函〔2026〕12号"
WHY_OUT = "骨干人员调整，条件暂不具备，申请退出本次评选。"
WHY_MORE = "支部因生产检修申请顺延一天。"


def before(world: World, stage: StageRow) -> None:
    """Nothing has to be done."""


def during(world: World, stage: StageRow) -> None:
    """One branch after the other declares, well before the deadline; the organiser answers each soon."""
    _take_back(world, stage)
    wanted = [
        (branch, number)
        for place, branch in enumerate(world.secretaries)
        for number in range(_how_many(stage, branch, place))
    ]
    begun = Counter(entry.branch.key for entry in world.ask(seasons.entries, stage.season_id))
    declared = begun.total()
    late, asking, leaving = _troubled(world, stage)
    for place, (branch, number) in enumerate(wanted):
        if number < begun[branch] or branch in asking:
            continue
        _pass_time(world, stage, len(wanted) - place)
        subject = _subject(stage, branch, place, number)
        if branch in late and number == 0:
            _draft(world, stage, subject, branch)
            continue
        _declared_and_read(world, stage, subject, branch, is_amended=declared == AMENDED)
        declared += 1
        if branch in leaving and number == 0:
            _withdraw(world, stage, branch)
    for branch in asking:
        if not begun[branch]:
            _ask_for_time(world, stage, branch)


def _troubled(world: World, stage: StageRow) -> tuple[tuple[str, ...], ...]:
    """Branches that come too late, that ask for more time, and that withdraw; none where no incidents are planned."""
    branches = list(world.secretaries)
    if len(branches) < FEWEST:
        return (), (), ()
    leaving = world.pick(Incident.WITHDRAWN, stage, branches)
    others = [branch for branch in branches if branch not in leaving]
    late = world.pick(Incident.LATE_ENTRY, stage, others) if stage.closes_at else ()
    asking = world.pick(Incident.EXTENDED, stage, set(others) - {*late}) if stage.closes_at else ()
    return late, asking, leaving


def _declared_and_read(world: World, stage: StageRow, subject: prose.Subject, branch: str, *, is_amended: bool) -> None:
    entry_id = _declare(world, stage, subject, branch)
    if entry_id is None:
        return
    if is_amended and queries.options_of(stage).review == "organiser":
        _amend(world, stage, entry_id, world.secretaries[branch])
    _accept(world, stage, entry_id)


def _withdraw(world: World, stage: StageRow, branch: str) -> None:
    """What was accepted is taken out again by its branch."""
    world.wait(minutes=READING)
    own = [one for one in world.ask(seasons.entries, stage.season_id, EntryState.ACCEPTED) if one.branch.key == branch]
    for entry in own[:1]:
        _take_out(world, stage, entry, Incident.WITHDRAWN)


def _take_out(world: World, stage: StageRow, entry: Entry, incident: Incident) -> None:
    secretary = world.secretaries[entry.branch.key]
    told = {"reason": WHY_OUT, "version": entry.version, "actor": secretary}
    refused = world.attempt(commands.withdraw, stage.id, entry.id, **told)
    world.tell(incident, stage, entry.key, refused or "it is out of the season")


def _ask_for_time(world: World, stage: StageRow, branch: str) -> None:
    """More time for one is more time for all; without it, the branch is out."""
    assert stage.closes_at is not None
    if world.clock >= stage.closes_at:
        return
    if not world.extend(stage, stage.closes_at + MORE_TIME, WHY_MORE):
        world.tell(Incident.EXTENDED, stage, branch, "the deadline could not be moved; the branch is out")
        return
    world.clock = stage.closes_at + MORE_TIME / 2
    _declared_and_read(world, stage, _subject(stage, branch, 0, 0), branch, is_amended=False)
    world.tell(Incident.EXTENDED, stage, branch, "the deadline was moved by a day; the branch handed in")


def _how_many(stage: StageRow, branch: str, place: int) -> int:
    """Entries of a branch, as many as it may have: of projects those it has in mind, of others one, two or three."""
    options = queries.options_of(stage)
    most: int = rules.definition_of(stage.season).heading.entry.per_owner
    wanted = projects.how_many(branch) if queries.asks(options.field, "indicators") else 1 + place % MOST
    return min(most, wanted)


def _subject(stage: StageRow, branch: str, place: int, number: int) -> prose.Subject:
    """What the branch declares: a project where indicators are asked for, else a brand."""
    if not queries.asks(queries.options_of(stage).field, "indicators"):
        return prose.Subject(branch, prose.title_of("" if number else branch, place))
    project = projects.of_branch(branch, number)
    return prose.Subject(branch, project.heading, project)


def after(world: World, stage: StageRow) -> None:
    """Whatever still waits for the organiser's word gets it; who comes now is told that it is too late.

    Where entries move apart, a branch gives up what had gone on by itself.
    """
    late, _, _ = _troubled(world, stage)
    for entry in world.ask(seasons.entries, stage.season_id, EntryState.DRAFT):
        if entry.branch.key in late and not world.was_told(Incident.LATE_ENTRY, stage):
            _come_late(world, stage, entry)
    if stage.phase == Phase.CLOSED:
        for entry in world.ask(seasons.entries, stage.season_id, EntryState.SUBMITTED):
            _accept(world, stage, entry.id)
    _give_up(world, stage)


def _give_up(world: World, stage: StageRow) -> None:
    accepted = world.ask(seasons.entries, stage.season_id, EntryState.ACCEPTED)
    gone_on = {one.key: one for one in accepted if one.position and not one.position.startswith(f"{stage.key}.")}
    if len(gone_on) >= FEWEST:
        for key in world.pick(Incident.GIVEN_UP, stage, gone_on):
            _take_out(world, stage, gone_on[key], Incident.GIVEN_UP)


def _come_late(world: World, stage: StageRow, entry: Entry) -> None:
    world.wait(minutes=READING)
    draft = world.ask(queries.draft_of, entry)
    secretary = world.secretaries[entry.branch.key]
    refused = world.attempt(commands.submit, stage.id, entry.id, version=draft.version, actor=secretary)
    world.tell(Incident.LATE_ENTRY, stage, entry.key, refused or "it was accepted all the same")


def _pass_time(world: World, stage: StageRow, branches_left: int) -> None:
    """A fair share of what is left of the window, half an hour at least where there is no deadline."""
    if stage.closes_at is None:
        world.wait(minutes=30)
        return
    left = (stage.closes_at - world.clock).total_seconds()
    world.wait(seconds=max(0, int(left * world.chance.uniform(0.3, 0.8) / (branches_left + 1))))


def _declare(world: World, stage: StageRow, subject: prose.Subject, branch: str) -> int | None:
    """Begin, fill in, hand in; the entry's id, None where the branch has its entries already."""
    drafted = _draft(world, stage, subject, branch)
    if drafted is None:
        return None
    entry_id, version = drafted
    world.do(commands.submit, stage.id, entry_id, version=version, actor=world.secretaries[branch])
    return entry_id


def _draft(world: World, stage: StageRow, subject: prose.Subject, branch: str) -> tuple[int, int] | None:
    """Begin and fill in: the entry's id and the draft's version."""
    secretary = world.secretaries[branch]
    try:
        entry = world.do(commands.begin, stage.id, secretary.branch_id, actor=secretary)
    except Conflict:
        return None
    asked = queries.options_of(stage).field
    answered = [field for field in asked if field.required or world.chance.random() < 0.8]
    texts: dict[str, Answer] = {
        field.key: _answer(world, stage, field, subject) for field in answered if field.type not in ("image", "file")
    }
    uploads = {
        field.key: prose.files(field, title=subject.title, chance=world.chance)
        for field in answered
        if field.type in ("image", "file")
    }
    saved = world.do(commands.save, stage.id, entry.id, texts, version=0, page="", actor=secretary, uploads=uploads)
    return int(entry.id), int(saved.version)


def _answer(world: World, stage: StageRow, field: Field, subject: prose.Subject) -> Answer:
    project = subject.project
    first, last = _days(world, stage)
    match field.type:
        case "indicators" if project:
            return project.indicators(first, last)
        case "milestones":
            plan = project or projects.of_branch(subject.branch, 0)
            return plan.planned(max(first, world.clock.date()), last)
        case "partners":
            return _partners(world, subject.branch)
        case "leader":
            return str(world.chance.choice(sorted(world.ask(queries.leaders, stage.season_id))))
    return prose.answer(field, subject=subject, chance=world.chance, today=world.clock.date())


def _days(world: World, stage: StageRow) -> tuple[date, date]:
    """The first and last day that a plan is for."""
    first, last = plans.days(stage.season)
    return first, last if last < date.max else (world.clock + YEAR).date()


def _partners(world: World, branch: str) -> list[dict[str, str]]:
    """One or two other branches, now and then a unit that is no branch."""
    others = sorted(set(world.secretaries) - {branch})
    others = world.chance.sample(others, min(len(others), world.chance.randint(1, 2)))
    rows = [{"branch": other, "unit": "", "share": str(world.chance.choice((10, 20, 30)))} for other in others]
    if world.chance.random() < UNIT:
        rows.append({"branch": "", "unit": "设计院（示例）", "share": "5"})
    return rows


def _amend(world: World, stage: StageRow, entry_id: int, secretary: Actor) -> None:
    """The organiser asks for figures; the branch adds them and hands in again."""
    asked = queries.options_of(stage).field
    place = next((field for field in asked if field.type == "long_text" and field.required), None)
    version = _entry(world, entry_id).version
    remarks = {place.key if place else "": prose.REMARK}
    world.wait(minutes=READING)
    world.do(reviewing.return_entry, stage.id, entry_id, remarks, version=version, actor=world.organiser)
    world.wait(minutes=READING)
    answers = _amended(_entry(world, entry_id).answers, place)
    saved = world.do(commands.save, stage.id, entry_id, answers, version=0, page="", actor=secretary)
    world.do(commands.submit, stage.id, entry_id, version=saved.version, actor=secretary)
    world.tell(Incident.RETURNED, stage, _entry(world, entry_id).key, "it was amended and handed in again")


def _take_back(world: World, stage: StageRow) -> None:
    """What a later stage gave back is amended, handed in and accepted again."""
    place = next(
        (field for field in queries.options_of(stage).field if field.type == "long_text" and field.required), None
    )
    for entry in world.ask(seasons.entries, stage.season_id, EntryState.RETURNED):
        secretary = world.secretaries.get(entry.branch.key)
        if secretary is None or world.ask(queries.sent_back, entry) is None:
            continue
        world.wait(hours=3)
        answers = _amended(entry.answers, place)
        saved = world.do(commands.save, stage.id, entry.id, answers, version=0, page="", actor=secretary)
        world.do(commands.submit, stage.id, entry.id, version=saved.version, actor=secretary)
        _accept(world, stage, entry.id)


def _amended(answers: Mapping[str, Answer], place: Field | None) -> dict[str, Answer]:
    if place is None:
        return dict(answers)
    room = place.longest - len(prose.AMENDMENT) - 2
    return {**answers, place.key: f"{str(answers[place.key])[: max(0, room)]}\n\n{prose.AMENDMENT}"[: place.longest]}


def _accept(world: World, stage: StageRow, entry_id: int) -> None:
    entry = _entry(world, entry_id)
    if entry.state == EntryState.SUBMITTED:
        _confirm(world, stage, entry_id)
        entry = _entry(world, entry_id)
        world.wait(minutes=READING)
        world.do(reviewing.accept, stage.id, entry_id, version=entry.version, actor=world.organiser)


def _confirm(world: World, stage: StageRow, entry_id: int) -> None:
    """Whoever is named agrees within the day, units that are no branches by letter."""
    for who in (*world.leaders, *world.secretaries.values()):
        if world.ask(_is_asked, entry_id, who):
            version = _entry(world, entry_id).version
            world.wait(minutes=READING)
            world.do(confirming.answer, stage.id, entry_id, accepted=True, version=version, actor=who)
    for unit in world.ask(_units, entry_id):
        version = _entry(world, entry_id).version
        world.wait(minutes=READING)
        letter = Letter(LETTER, world.clock.date().isoformat())
        said = {"accepted": True, "version": version, "actor": world.organiser}
        world.do(confirming.record, stage.id, entry_id, unit, letter, **said)


def _is_asked(session: Session, entry_id: int, who: Actor) -> bool:
    season_id = queries.entry_of(session, entry_id).season_id
    own = confirming.concerning(confirming.of(session, entry_id), who, season_id)
    return any(row.accepted is None for row in own)


def _units(session: Session, entry_id: int) -> list[str]:
    """Those whose letters are awaited."""
    rows = confirming.of(session, entry_id)
    return [row.name for row in rows if row.what == Asked.UNIT and row.accepted is None]


def _entry(world: World, entry_id: int) -> Entry:
    def found(session: Session) -> Entry:
        return queries.entry_of(session, entry_id)

    entry: Entry = world.ask(found)
    return entry
