"""Where the rules led nowhere in a season that was played: what a reader of a rehearsal wants to know first.

A dead end is something no person could have done otherwise under these rules, given what happened; a remark is what is
allowed and worth a thought.
"""

import enum
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from evalflow.errors import BundleError
from evalflow.kinds import ballot_check
from evalflow.kinds.decision_rules import DecisionOptions
from evalflow.kinds.meeting import Result, entries_of, subject_of
from evalflow.meetings import queries as meetings
from evalflow.meetings.play import can_decide
from evalflow.people.models import Branch
from evalflow.seasons import queries
from evalflow.seasons.models import EntryState, Phase, Season, StageRow
from evalflow.seasons.rules import definition_of, stage_of
from evalflow.workflow import machine
from evalflow.workflow.outcome import Outcome

IN = (EntryState.SUBMITTED, EntryState.RETURNED, EntryState.ACCEPTED)  # states in which an entry waits for something


class End(enum.StrEnum):
    """not_opened, not_settled: a stage did not move. no_quorum: nothing could be carried, of all or of some entries.

    tie: entries share the last seats and no link of the chain parts them. empty_seats: there were entries enough.
    stuck_entry: one that moves by itself is at a stage when the year is over. differs: a recount gives something else.
    no_entries: when the year is over nobody takes part. full_paper: more entries may come than a ballot paper holds.
    """

    NOT_OPENED = "not_opened"
    NOT_SETTLED = "not_settled"
    NO_QUORUM = "no_quorum"
    TIE = "tie"
    EMPTY_SEATS = "empty_seats"
    STUCK_ENTRY = "stuck_entry"
    NO_ENTRIES = "no_entries"
    FULL_PAPER = "full_paper"
    DIFFERS = "differs"


@dataclass(frozen=True)
class DeadEnd:
    """stage: its key. entries: those concerned, none where it is the stage itself."""

    stage: str
    end: End
    reason: str
    entries: tuple[str, ...] = ()


def found(
    session: Session, season: Season, stuck: Mapping[str, str], refused: Mapping[str, str]
) -> tuple[DeadEnd, ...]:
    """In the order of the stages. stuck: {stage key: why it did not move}, as it was played. refused: {stage key: why
    its people could not do their part}.
    """
    ends: list[DeadEnd] = [*_crowded(session, season), *_empty(session, season, refused)]
    for row in season.stages:
        if row.key in stuck:
            end = End.NOT_OPENED if row.phase == Phase.WAITING else End.NOT_SETTLED
            ends.append(DeadEnd(row.key, end, stuck[row.key]))
        ends += _meeting(session, row)
        outcome = queries.outcome_of(row)
        if outcome is not None:
            ends += _decided(row, outcome)
    return (*ends, *_stuck_entries(session, season))


def remarks(session: Session, season: Season) -> tuple[str, ...]:
    """What is no dead end: stages never reached, more seats than entries, drafts that never came in."""
    told = []
    for row in season.stages:
        if row.phase == Phase.WAITING:
            told.append(f"{row.key}: was never reached")
        options, outcome = stage_of(row).options, queries.outcome_of(row)
        if isinstance(options, DecisionOptions) and outcome is not None and _ranked(outcome) < options.seats:
            told.append(f"{row.key}: {options.seats} seats, but only {_ranked(outcome)} entries in the ranking")
    drafts = [entry.key for entry in queries.entries(session, season.id, EntryState.DRAFT)]
    return (*told, *([f"never handed in: {', '.join(sorted(drafts))}"] if drafts else []))


def _crowded(session: Session, season: Season) -> Iterator[DeadEnd]:
    """More entries than the paper of a vote holds, where every branch makes use of what it may."""
    branches = session.scalars(select(func.count(Branch.id))).one()
    crowd = ballot_check.crowd(definition_of(season), branches)
    if crowd is not None:
        reason = (
            f"{branches} branches may hand in {crowd.each} each, {crowd.found} in all; its paper holds {crowd.most}"
        )
        yield DeadEnd(crowd.stage.key, End.FULL_PAPER, reason)


def _empty(session: Session, season: Season, refused: Mapping[str, str]) -> Iterator[DeadEnd]:
    """Nobody takes part when the year is over, whatever the stages came to."""
    declaration = next((row for row in season.stages if row.kind == "submission"), None)
    if declaration is not None and not queries.count_entries(session, season.id, EntryState.ACCEPTED):
        why = refused.get(declaration.key, "nothing that was handed in takes part")
        yield DeadEnd(declaration.key, End.NO_ENTRIES, why)


def _meeting(session: Session, row: StageRow) -> Iterator[DeadEnd]:
    """A meeting that is not over: whether it has a quorum, and whether a motion on each entry could be carried."""
    rule, there = meetings.rule_of(row), meetings.assembly(session, row)
    if rule is None or there is None or row.phase == Phase.DONE:
        return
    if not there.is_quorate:
        reason = f"{there.present} of {len(there.attendance)} are there in sitting {there.sitting.number}"
        yield DeadEnd(row.key, End.NO_QUORUM, f"{reason}, {there.needed} are needed")
        return
    keys = [one.key for one in queries.contenders(session, row.season_id)]
    bases = meetings.bases(session, row, [f"award:{key}" for key in keys])
    hopeless = tuple(
        key for key in keys if not can_decide(rule, bases[f"award:{key}"].entitled, bases[f"award:{key}"].present)
    )
    if hopeless:
        yield DeadEnd(row.key, End.NO_QUORUM, "too few are left to carry a motion after members stepped back", hopeless)


def _decided(row: StageRow, outcome: Outcome) -> Iterator[DeadEnd]:
    """What a decision that was made leaves open."""
    options = stage_of(row).options
    if not isinstance(options, DecisionOptions):
        return
    failed = [one["about"] for one in outcome.facts.get("motions", ()) if one["result"] == Result.INQUORATE]
    inquorate = tuple(
        dict.fromkeys(key for about in failed if subject_of(about) == "award" for key in entries_of(about))
    )
    if inquorate:
        yield DeadEnd(row.key, End.NO_QUORUM, "too few were left after members stepped back", inquorate)
    cut, decided = outcome.facts["cut"], outcome.facts["decided"]
    tied: Sequence[str] = cut["tied"]
    if tied and (options.quorum is None or "motion" not in options.tie_break):
        chain = " → ".join(options.tie_break) or "(none)"
        seats = "the last seat" if cut["seats_left"] == 1 else f"the last {cut['seats_left']} seats"
        yield DeadEnd(row.key, End.TIE, f"they tie for {seats}, and the chain {chain} ends there", tuple(tied))
    empty = options.seats - len(decided)
    if empty and options.budget is None and _ranked(outcome) >= options.seats:
        reason = f"{empty} of {options.seats} seats stay empty, with {_ranked(outcome)} entries in the ranking"
        yield DeadEnd(row.key, End.EMPTY_SEATS, reason)


def _ranked(outcome: Outcome) -> int:
    return sum(1 for place in outcome.facts["ranking"] if place["place"] is not None)


def _stuck_entries(session: Session, season: Season) -> list[DeadEnd]:
    """Entries that move by themselves and neither finished nor left."""
    if definition_of(season).heading.moves != "apart":
        return []
    ends = []
    for entry in queries.entries(session, season.id, *IN):
        stage, _ = machine.split(entry.position)
        if entry.position not in machine.FINAL:
            reason = f"it is {entry.state} and still at {entry.position}"
            ends.append(DeadEnd(stage, End.STUCK_ENTRY, reason, (entry.key,)))
    return ends


def differing(complaints: Sequence[str] | BundleError) -> tuple[DeadEnd, ...]:
    """Differences that a recount of the bundle found: a fault of this program, told all the same."""
    lines = [str(complaints)] if isinstance(complaints, BundleError) else complaints
    return tuple(DeadEnd("", End.DIFFERS, line) for line in lines)
