"""Inspecting what was stated: every figure is accepted or corrected, every declaration confirmed or not."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from evalflow.access import Actor, Permission, require
from evalflow.errors import Conflict, Invalid
from evalflow.kinds.inspection import ACCEPTED, CORRECTED, NO, YES
from evalflow.seasons import queries as seasons
from evalflow.stages.inspection import acts, events, queries
from evalflow.stages.inspection.models import AssessedFigure, AssessedFlag, Assessment

REASON_MAX = 1000


@dataclass(frozen=True)
class Finding:
    """What an inspector found: a figure's value, or "yes" or "no". reason: needed where it is not what was stated."""

    value: str
    reason: str = ""


def inspect(
    session: Session,
    stage_id: int,
    entry_key: str,
    figures: Mapping[int, Finding],
    *,
    flags: Mapping[str, Finding] | None = None,
    version: int,
    actor: Actor,
    now: datetime,
) -> Assessment:
    """Accept or correct figures and flags, as many as there are; what was found before may be found anew.

    A figure equal to what was stated is accepted, any other corrected, which needs a reason.
    Invalid names "figure_NUMBER", "reason_NUMBER", "flag_KEY" or "reason_KEY"; nothing is kept then.
    """
    stage = seasons.locked_stage(session, stage_id)
    entry = seasons.entry_by_key(session, stage.season_id, entry_key)
    require(actor, Permission.INSPECT, season=stage.season_id)
    acts.takes_part(entry, stage)
    if not queries.can_inspect(stage, queries.assessment_of(session, stage.id, entry.id), now):
        raise Conflict("not_to_inspect", entry=entry.title)
    found, declared = acts.assessment(session, stage, entry, version=version), flags or {}
    acts.check_known(session, stage, entry, figures=figures, flags=declared)
    _check(found, figures, declared)
    for number, finding in figures.items():
        told = _find_figure(found, acts.figure(found, number), finding, now)
        if told:
            acts.log(session, events.FIGURE_INSPECTED, stage, {"entry": entry.key, **told}, actor=actor, now=now)
    for key, finding in declared.items():
        told = _find_flag(found, acts.flag(found, key), finding, now)
        if told:
            acts.log(session, events.FLAG_INSPECTED, stage, {"entry": entry.key, **told}, actor=actor, now=now)
    found.version += 1
    session.flush()
    return found


def _check(found: Assessment, figures: Mapping[int, Finding], flags: Mapping[str, Finding]) -> None:
    faults: dict[str, str] = {}
    for number, finding in figures.items():
        if not acts.is_number(finding.value):
            faults[f"figure_{number}"] = "not_a_number"
        elif acts.plain(finding.value) != queries.claimed(found, number):
            faults |= _reason_fault(str(number), finding)
    for key, finding in flags.items():
        if finding.value not in (YES, NO):
            faults[f"flag_{key}"] = "answer_missing"
        elif finding.value != queries.declared(found, key):
            faults |= _reason_fault(key, finding)
    if faults:
        raise Invalid("answers_faulty", fields=faults)


def _reason_fault(name: str, finding: Finding) -> dict[str, str]:
    if not finding.reason.strip():
        return {f"reason_{name}": "reason_needed"}
    return {f"reason_{name}": "too_long"} if len(finding.reason) > REASON_MAX else {}


def _find_figure(found: Assessment, figure: AssessedFigure, finding: Finding, now: datetime) -> dict[str, object]:
    """Writes it, and gives what the log says; nothing where it was found just so before."""
    value, claimed = acts.plain(finding.value), queries.claimed(found, figure.indicator)
    state, reason = (ACCEPTED, "") if value == claimed else (CORRECTED, finding.reason.strip())
    if (figure.value, figure.state, figure.reason) == (value, state, reason):
        return {}
    figure.value, figure.state, figure.reason, figure.inspected_at = value, state, reason, now
    return {"indicator": figure.indicator, "claimed": claimed, "value": value, "state": state, "reason": reason}


def _find_flag(found: Assessment, flag: AssessedFlag, finding: Finding, now: datetime) -> dict[str, object]:
    declared = queries.declared(found, flag.flag)
    reason = "" if finding.value == declared else finding.reason.strip()
    if (flag.found, flag.reason) == (finding.value, reason):
        return {}
    flag.found, flag.reason, flag.inspected_at = finding.value, reason, now
    return {"flag": flag.flag, "declared": declared, "found": finding.value, "reason": reason}
