"""What a rehearsal came to, for people and for programs: the same values as Markdown and as JSON.

Everything in it follows from the seed, so that two rehearsals can be compared line by line.
"""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from evalflow import zone
from evalflow.engine import dead_ends
from evalflow.engine.dead_ends import DeadEnd
from evalflow.seasons import queries
from evalflow.seasons.incidents import TOLD, Happening
from evalflow.seasons.models import Season, StageRow
from evalflow.seasons.play import World


@dataclass(frozen=True)
class Setup:
    """What was asked for. workflow: its key; digest: of its text."""

    workflow: str
    digest: str
    branches: int
    members: int
    seed: str


@dataclass(frozen=True)
class StageLine:
    """How far a stage came. Moments are ISO days with minutes, "" where they never came."""

    stage: str
    kind: str
    phase: str
    opened: str
    closed: str
    settled: str


@dataclass(frozen=True)
class Report:
    """entries: {state: how many}. documents: paths below the folder. bundle: its SHA-256."""

    setup: Setup
    bundle: str
    stages: tuple[StageLine, ...]
    entries: dict[str, int]
    incidents: tuple[Happening, ...]
    dead_ends: tuple[DeadEnd, ...]
    remarks: tuple[str, ...]
    documents: tuple[str, ...]


def report(
    session: Session,
    season: Season,
    world: World,
    *,
    setup: Setup,
    bundle: str,
    differences: Sequence[DeadEnd],
    documents: Iterable[str],
) -> Report:
    """Gathered once the season has been played. differences: what a recount of the bundle found."""
    states = Counter(str(entry.state) for entry in queries.entries(session, season.id))
    return Report(
        setup=setup,
        bundle=bundle,
        stages=tuple(_line(row) for row in season.stages),
        entries=dict(sorted(states.items())),
        incidents=tuple(world.happened),
        dead_ends=(*dead_ends.found(session, season, world.stuck, world.refused), *differences),
        remarks=(*dead_ends.remarks(session, season), *world.notes),
        documents=tuple(sorted(documents)),
    )


def _line(row: StageRow) -> StageLine:
    moments = (row.opened_at, row.closed_at, row.settled_at)
    opened, closed, settled = (_moment(moment) for moment in moments)
    return StageLine(row.key, row.kind, str(row.phase), opened, closed, settled)


def _moment(moment: datetime | None) -> str:
    return zone.local(moment).strftime("%Y-%m-%d %H:%M") if moment else ""


def as_json(told: Report) -> str:
    """Keys in their order, one line each."""
    value = asdict(told)
    value["incidents"] = [
        {**asdict(one), "at": _moment(one.at), "incident": str(one.incident)} for one in told.incidents
    ]
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def as_markdown(told: Report) -> str:
    """Dead ends first: they are what a rehearsal is for."""
    setup = told.setup
    lines = [
        f"# Rehearsal of {setup.workflow}",
        "",
        f"{setup.branches} branches, {setup.members} members, seed {setup.seed}; rules {setup.digest[:16]}, "
        f"bundle {told.bundle[:16]}.",
        *_section("Dead ends", [sentence(one) for one in told.dead_ends], "None."),
        *_section("What happened", [_incident(one) for one in told.incidents], "Nothing out of the ordinary."),
        *_section("Stages", [_stage(one) for one in told.stages], "None."),
        *_section("Entries", [f"{state}: {number}" for state, number in told.entries.items()], "None."),
        *_section("Remarks", told.remarks, "None."),
        *_section("Documents", told.documents, "None."),
    ]
    return "\n".join(lines) + "\n"


def sentence(one: DeadEnd) -> str:
    """One line: where, what, whom it concerns, why."""
    whom = f" ({', '.join(one.entries)})" if one.entries else ""
    return f"{one.stage or 'bundle'}: {one.end.replace('_', ' ')}{whom}: {one.reason}"


def _incident(one: Happening) -> str:
    about = f" ({one.about})" if one.about else ""
    came = f": {one.came}" if one.came else ""
    return f"{_moment(one.at)} {one.stage}: {TOLD[one.incident]}{about}{came}"


def _stage(one: StageLine) -> str:
    moments = [("opened", one.opened), ("closed", one.closed), ("settled", one.settled)]
    told = ", ".join(f"{name} {moment}" for name, moment in moments if moment)
    return f"{one.stage} ({one.kind}): {one.phase}" + (f"; {told}" if told else "")


def _section(title: str, lines: Sequence[str], nothing: str) -> list[str]:
    return ["", f"## {title}", "", *([f"- {line}" for line in lines] or [nothing])]
