"""Simulated tellers and voters."""

from evalflow.access import Actor
from evalflow.kinds.marking import Paper
from evalflow.seasons.incidents import Incident
from evalflow.seasons.models import StageRow
from evalflow.seasons.play import World
from evalflow.stages.ballot import casting, queries, tellers
from evalflow.stages.ballot.papers import paper_of


def before(world: World, stage: StageRow) -> None:
    """As many tellers as the definition wants set their passphrases."""
    options = queries.options_of(stage)
    if options.secrecy == "sealed":
        for teller in world.tellers[: options.tellers.shares]:
            passphrase = world.passphrases[teller.person_id or 0]
            tellers.keep_key(world.database, stage.id, passphrase, actor=teller, clock=lambda: world.clock)


def during(world: World, stage: StageRow) -> None:
    """Most members vote, a few of them twice."""
    for member in world.members:
        if world.chance.random() < world.turnout:
            _vote(world, stage, member)
            if world.chance.random() < 0.03:
                _vote(world, stage, member)


def _vote(world: World, stage: StageRow, member: Actor) -> None:
    world.wait(seconds=world.chance.randint(5, 90))
    with world.database.writing() as session:
        paper = paper_of(session, stage.id)
        liking = {key: world.chance.gauss(world.quality(key), 25) for key in paper.entries}
        choice = _choice(world, paper.marking, sorted(paper.entries, key=lambda key: -liking[key]))
        if world.twins and set(world.twins) <= liking.keys():
            choice = evened(choice, paper.marking, world.twins)
        attempt = f"{world.chance.getrandbits(128):032x}"
        clock = world.clock
        casting.cast(session, paper, choice, attempt=attempt, actor=member, clock=lambda: clock)


def _choice(world: World, paper: Paper, ordered: list[str]) -> dict[str, int]:
    """A valid ballot of somebody who likes the entries in this order."""
    options, number = paper.options, len(ordered)
    if options.form == "names":
        most = min(options.bounds.maximum, number)
        return dict.fromkeys(ordered[: world.chance.randint(max(1, options.bounds.minimum), most)], 1)
    if options.form == "grades":
        best_first = sorted(range(len(options.grade)), key=lambda index: -options.grade[index].worth)
        return {key: best_first[place * len(best_first) // number] for place, key in enumerate(ordered)}
    if options.form == "ranks":
        most = min(len(options.ranks) or number, number)
        return {key: rank for rank, key in enumerate(ordered[: world.chance.randint(1, most)], 1)}
    assert options.points is not None
    if options.method == "cumulative":
        second = options.points // 3 if number > 1 else 0
        return {ordered[-1]: 0, ordered[1 % number]: second, ordered[0]: options.points - second}
    return {key: options.points * (number - place) // number for place, key in enumerate(ordered)}


def evened(choice: dict[str, int], paper: Paper, twins: tuple[str, ...]) -> dict[str, int]:
    """The same ballot of somebody who can't tell the twins apart: both have what one has, or neither has anything."""
    one, other = twins
    if paper.options.form == "grades" or (paper.options.form == "points" and paper.options.method != "cumulative"):
        return choice | {other: choice[one]}
    if (one in choice) == (other in choice) and paper.options.form == "names":
        return choice
    others = [key for key in choice if key not in twins]
    if paper.options.form == "names":
        return dict.fromkeys(_with_both(others, twins, paper), 1)
    if paper.options.form == "ranks":
        return {key: rank for rank, key in enumerate(others, 1)} or choice
    return {key: choice[key] for key in others} or choice


def _with_both(others: list[str], twins: tuple[str, ...], paper: Paper) -> list[str]:
    """Both where there is room for them, in place of a third one if need be; else somebody else."""
    most = min(paper.options.bounds.maximum, len(paper.entries))
    if most > 1:
        return [*others[: most - len(twins)], *twins]
    return [next(key for key in paper.entries if key not in twins)]


def after(world: World, stage: StageRow) -> None:
    """Just enough tellers hand their shares in."""
    options = queries.options_of(stage)
    if options.secrecy == "sealed":
        own = list(world.tellers[: options.tellers.shares])
        missing = world.pick(Incident.TELLER_AWAY, stage, [teller.login for teller in own])
        if missing and not world.was_told(Incident.TELLER_AWAY, stage):
            came = f"{options.tellers.needed} of {options.tellers.shares} shares are needed"
            world.tell(Incident.TELLER_AWAY, stage, missing[0], came)
        for teller in [one for one in own if one.login not in missing][: options.tellers.needed]:
            world.wait(minutes=3)
            passphrase = world.passphrases[teller.person_id or 0]
            tellers.hand_in(world.database, stage.id, passphrase, actor=teller, clock=lambda: world.clock)
