"""What pages tell of comparing a box with the log: when, what was found, and who decided to go on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalflow.people.models import Person
from evalflow.seasons.models import Season, StageRow
from evalflow.stages.ballot import agreement, examining, queries, unopenable
from evalflow.stages.ballot.difference_words import sentence
from evalflow.stages.ballot.logged import logged
from evalflow.stages.ballot.models import BoxExamination, BoxStatement

MOST_SHOWN = 200


@dataclass(frozen=True)
class BoxCheck:
    """is_counted: whether the box was opened. examination: None where it was not compared (yet).

    lines: what differs, as sentences, no more than MOST_SHOWN; number: how many there are. is_stopped: whether the
    count waits for people. pending: what waits for an auditor. reason: why it was counted in spite of what differs.
    may_be_unopenable: whether it can be stated that it can't be opened.
    """

    stage: StageRow
    is_counted: bool
    examination: BoxExamination | None
    lines: Sequence[str]
    number: int
    is_stopped: bool
    pending: BoxStatement | None
    reason: str
    may_be_unopenable: bool

    @property
    def digest(self) -> str:
        """By which an auditor says which differences they have seen."""
        return agreement.digest_of(self.examination.differences) if self.examination else ""


def check_of(session: Session, stage: StageRow, *, with_names: bool = False) -> BoxCheck:
    """with_names: of people on lines of the roll, for whoever keeps it."""
    box = queries.box_of(session, stage.id)
    examination = session.get(BoxExamination, stage.id)
    differences = examination.differences if examination else []
    names = _names(session, stage) if with_names and any("line" in one["facts"] for one in differences) else {}
    decision = examining.decision(session, examination) if examination and differences else None
    return BoxCheck(
        stage=stage,
        is_counted=box is not None and box.is_counted,
        examination=examination,
        lines=[_line(one, names) for one in differences[:MOST_SHOWN]],
        number=len(differences),
        is_stopped=examining.is_stopped(session, stage.id),
        pending=examining.pending(session, stage.id),
        reason=str(decision["reason"]) if decision else "",
        may_be_unopenable=unopenable.may_be_stated(session, stage),
    )


def disputed(session: Session, season: Season) -> list[BoxCheck]:
    """The votes of a season that were counted although box and log differ."""
    checks = [check_of(session, stage) for stage in season.stages if stage.kind == "ballot"]
    return [check for check in checks if check.number and check.reason]


def _line(difference: Mapping[str, Any], names: Mapping[int, str]) -> str:
    name = names.get(difference["facts"].get("line"))
    return f"{sentence(difference)} ({name})" if name else sentence(difference)


def _names(session: Session, stage: StageRow) -> dict[int, str]:
    """{number of a line of the roll as it was fixed: the person's name}."""
    roll = logged(session, stage).roll or ()
    names = dict(session.execute(select(Person.id, Person.name).where(Person.id.in_([one[0] for one in roll]))).all())
    return {number: names[person] for number, (person, _, _) in enumerate(roll, 1) if person in names}
