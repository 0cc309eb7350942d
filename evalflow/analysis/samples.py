"""Invented evidence for rules that have none yet: so many branches, their entries, ballots and score sheets.

Not a simulation of anybody: entries differ in quality, one is far more popular than good, some raters are harsh, some
voters stay away, and it is all drawn from a seed, so that the same rules give the same sample. Whoever shows it must
say that it is invented.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType

from evalflow.analysis import sample_projects
from evalflow.bundle.format import ACCEPTED, BranchLine, Bundle, EntryLine
from evalflow.kinds.ballot import paper_of
from evalflow.kinds.ballot_rules import BallotOptions
from evalflow.kinds.inspection import InspectionOptions
from evalflow.kinds.rubric import Criterion, ScoringOptions
from evalflow.kinds.submission import SubmissionOptions
from evalflow.workflow.definition import Definition, Stage
from evalflow.workflow.outcome import Row, Tables

SEED = "sample"
VOTERS_PER_BRANCH, TURNOUT = 12, 75  # per cent
COMMITTEE = 9
SPREAD = 30  # how much voters and raters differ among themselves, in hundredths
DRAW_SEED = "00" * 16


@dataclass(frozen=True)
class _World:
    """quality, popularity: {entry: 0 to 100}. branch_of: {entry: branch}."""

    chance: random.Random
    branches: tuple[str, ...]
    branch_of: Mapping[str, str]
    quality: Mapping[str, int]
    popularity: Mapping[str, int]


def sample(definition: Definition, *, branches: int = 19, seed: str = SEED) -> Bundle:
    """A season of these rules up to its last vote or scoring, with one entry for each branch."""
    world = _world(branches, random.Random(f"{seed} {definition.digest}"))  # noqa: S311 (nothing secret is drawn)
    tables = {
        stage.key: TABLES[stage.kind](world, stage) if stage.kind in TABLES else {} for stage in definition.stages
    }
    return Bundle(
        season="sample",
        digest="",
        draw_seed=DRAW_SEED,
        definition=definition,
        branches=tuple(BranchLine(key, key) for key in world.branches),
        entries=tuple(
            EntryLine(entry, number, branch, f"{number:02}", ACCEPTED)
            for number, (entry, branch) in enumerate(world.branch_of.items(), 1)
        ),
        tables=tables,
        outcomes=None,
    )


def _world(branches: int, chance: random.Random) -> _World:
    keys = tuple(f"b{number:02}" for number in range(1, branches + 1))
    branch_of = {f"e{key[1:]}": key for key in keys}
    quality = {entry: chance.randint(45, 95) for entry in branch_of}
    popularity = {entry: max(0, min(100, good + chance.randint(-25, 25))) for entry, good in quality.items()}
    popularity[chance.choice(list(branch_of))] = 140
    return _World(chance, keys, branch_of, quality, popularity)


def _submitted(world: _World, stage: Stage) -> Tables:
    options = stage.options
    assert isinstance(options, SubmissionOptions)
    fields = [field for field in options.counted.values() if field.type == "number"]
    answers = [
        {"entry": entry, "field": field.key, "value": str(world.chance.randint(*_range(field.minimum, field.maximum)))}
        for entry in world.branch_of
        for field in fields
    ]
    return {
        "submissions": [{"entry": entry, "revision": "1", "state": ACCEPTED} for entry in world.branch_of],
        "fields": answers,
        "indicators": sample_projects.plans(world.branch_of) if _asks_indicators(options) else [],
    }


def _asks_indicators(options: SubmissionOptions) -> bool:
    return any(field.type == "indicators" for field in options.field)


def _approved(world: _World, _stage: Stage) -> Tables:
    return sample_projects.approvals(world.branch_of, COMMITTEE)


def _inspected(world: _World, stage: Stage) -> Tables:
    options = stage.options
    assert isinstance(options, InspectionOptions)
    return sample_projects.inspections(world.quality, [flag.key for flag in options.flag], world.chance)


def _range(minimum: int | None, maximum: int | None) -> tuple[int, int]:
    """Numbers that a branch might declare, inside what the form allows."""
    low = 1 if minimum is None else minimum
    return low, low + 99 if maximum is None else max(low, min(maximum, low + 99))


def _voted(world: _World, stage: Stage) -> Tables:
    options = stage.options
    assert isinstance(options, BallotOptions)
    paper = paper_of(world.branch_of, options)
    roll: list[Row] = []
    ballots: list[Row] = []
    for branch in world.branches:
        voted = sum(world.chance.randint(1, 100) <= TURNOUT for _ in range(VOTERS_PER_BRANCH))
        roll.append({"branch": branch, "electors": str(VOTERS_PER_BRANCH), "voted": str(voted)})
        for _ in range(voted):
            liked = _opinion(world, world.popularity)
            choices = paper.text(paper.code(MARKS[options.form](liked, options)))
            ballots.append({"ballot": f"{len(ballots) + 1:04}", "choices": choices, "votes": "1"})
    everybody = {"weight": "1", "electors": str(VOTERS_PER_BRANCH * len(world.branches))}
    return {"ballots": ballots, "roll": roll, "weights": [everybody] if options.weights == "roll" else []}


def _opinion(world: _World, base: Mapping[str, int], *, lean: int = 0) -> dict[str, int]:
    """{entry: 0 to 100} of one person, the best liked first."""
    found = {
        entry: max(0, min(100, value + lean + world.chance.randint(-SPREAD, SPREAD))) for entry, value in base.items()
    }
    return dict(sorted(found.items(), key=lambda pair: -pair[1]))


def _names(liked: Mapping[str, int], options: BallotOptions) -> dict[str, int]:
    """As many as may be named, of those liked well enough; at least as many as must be."""
    wanted = sum(value >= 65 for value in liked.values())
    count = max(options.bounds.minimum, min(options.bounds.maximum, wanted))
    return dict.fromkeys(list(liked)[:count], 1)


def _given(liked: Mapping[str, int], options: BallotOptions) -> dict[str, int]:
    assert options.points is not None
    if options.method != "cumulative":
        return {entry: value * options.points // 100 for entry, value in liked.items()}
    first, second = (options.points + 1) // 2, options.points // 3
    parts = (first, second, options.points - first - second)
    return {entry: part for entry, part in zip(liked, parts, strict=False) if part}


def _graded(liked: Mapping[str, int], options: BallotOptions) -> dict[str, int]:
    """Grades stand in the order of the file; the better liked gets the grade worth more."""
    by_worth = sorted(range(len(options.grade)), key=lambda index: options.grade[index].worth)
    return {entry: by_worth[value * (len(by_worth) - 1) // 100] for entry, value in liked.items()}


def _ranked(liked: Mapping[str, int], options: BallotOptions) -> dict[str, int]:
    count = len(options.ranks) or len(liked)
    return {entry: rank for rank, entry in enumerate(list(liked)[:count], 1)}


def _scored(world: _World, stage: Stage) -> Tables:
    options = stage.options
    assert isinstance(options, ScoringOptions)
    raters = [(f"m{number}", "") for number in range(1, COMMITTEE + 1)]
    if options.raters == "each_branch":
        raters = [(branch, branch) for branch in world.branches]
    sheets: list[Row] = []
    for rater, branch in raters:
        lean = world.chance.randint(-12, 12)  # harsh or lenient
        barred = {entry for entry, own in world.branch_of.items() if own == branch and options.own_entry == "excluded"}
        quality = {entry: value for entry, value in world.quality.items() if entry not in barred}
        for criterion in options.criterion:
            given = _points(_opinion(world, quality, lean=lean), criterion)
            sheets += [
                {"rater": rater, "entry": entry, "criterion": criterion.key, "points": points}
                for entry, points in given.items()
            ]
    return {"sheets": sheets, "raters": [{"rater": rater, "branch": branch} for rater, branch in raters]}


def _points(liked: Mapping[str, int], criterion: Criterion) -> dict[str, str]:
    if criterion.given:
        best_first: Sequence[int] = sorted(criterion.given, reverse=True)
        return {entry: str(points) for entry, points in zip(liked, best_first, strict=False)}
    step = Decimal(criterion.step)
    low, high = -(-criterion.minimum // Fraction(step)), criterion.maximum // Fraction(step)  # in steps
    return {entry: str(step * (low + value * (high - low) // 100)) for entry, value in liked.items()}


MARKS: Mapping[str, Callable[[Mapping[str, int], BallotOptions], dict[str, int]]] = MappingProxyType(
    {"names": _names, "points": _given, "grades": _graded, "ranks": _ranked}
)
TABLES: Mapping[str, Callable[[_World, Stage], Tables]] = MappingProxyType(
    {
        "submission": _submitted,
        "approval": _approved,
        "ballot": _voted,
        "scoring": _scored,
        "inspection": _inspected,
    }
)
