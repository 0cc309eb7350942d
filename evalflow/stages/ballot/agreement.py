"""Whether the box is the one that the log speaks of: line by line, each difference with what is wrong about it.

Before the count: the rules, the key, the paper, every line of the roll and every envelope. After it, when nothing is
left to be hashed: the marks, the receipts and the ballots that the count wrote. A difference never names a voter: of
envelopes it has the receipt, of the roll the number of the line.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalflow.audit.event import canonical
from evalflow.seasons.models import StageRow
from evalflow.stages.ballot import binding, envelopes, sealing
from evalflow.stages.ballot.logged import Logged, RollLine
from evalflow.stages.ballot.models import Ballot, BallotBox, Elector, Mark


@dataclass(frozen=True)
class Difference:
    """code: of `difference_words.SENTENCES`; facts fill its sentence."""

    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {"code": self.code, "facts": dict(self.facts)}


def of_box(
    session: Session, stage: StageRow, before: Logged, again: Callable[[], Logged] | None = None
) -> list[Difference]:
    """Where a box that is not counted yet differs from the log.

    again: reads the log once more; for a box into which votes still come while it is looked at.
    """
    box = session.get_one(BallotBox, stage.id)
    if before.opening is None:
        return [Difference("opening_not_logged")]
    return [
        *_rules(stage, box, before),
        *_bound(session, box, before),
        *_roll(session, stage.id, before),
        *_envelopes(session, stage.id, before, again or (lambda: before)),
    ]


def of_count(session: Session, stage: StageRow, logged: Logged) -> list[Difference]:
    """Where what the count wrote differs from the log. Of counts before the log had more, by the rules of then."""
    box = session.get_one(BallotBox, stage.id)
    if logged.opening is None or logged.counted is None:
        return [Difference("opening_not_logged" if logged.opening is None else "count_not_logged")]
    marks = session.execute(select(Mark.person_id, Mark.receipt).where(Mark.stage_id == stage.id)).all()
    found = [*_rules(stage, box, logged), *_roll(session, stage.id, logged)]
    told = logged.counted
    found += _receipts({receipt for _, receipt in marks}, logged, logged)
    if "marks_sha256" in told and marks_digest(marks) != told["marks_sha256"]:
        found.append(Difference("marks_differ"))
    if "box_sha256" in told and box_digest(receipt for _, receipt in marks) != told["box_sha256"]:
        found.append(Difference("receipts_differ"))
    if ballots_digest(session, stage.id, with_voters="box_sha256" in told) != told["ballots_sha256"]:
        found.append(Difference("ballots_differ"))
    return found


def roll_digest(lines: Iterable[RollLine]) -> str:
    """SHA-256, hex, of the lines "person,branch,weight"."""
    text = "".join(f"{person},{branch},{weight}\n" for person, branch, weight in lines)
    return hashlib.sha256(text.encode()).hexdigest()


def box_digest(receipts: Iterable[str]) -> str:
    """SHA-256, hex, of the receipts in order, each with a line feed: the lines of `box.csv` without its heading."""
    return hashlib.sha256("".join(f"{receipt}\n" for receipt in sorted(receipts)).encode()).hexdigest()


def marks_digest(marks: Iterable[Sequence[Any]]) -> str:
    """SHA-256, hex, of who has voted with which receipt. Nobody can guess it: receipts are as good as random."""
    lines = sorted(f"{receipt},{person}\n" for person, receipt in marks)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def ballots_digest(session: Session, stage_id: int, *, with_voters: bool = True) -> str:
    """SHA-256, hex, of all ballots as counted, in the order of their ids; of an open vote with their voters.

    with_voters: False for counts of older versions, which left the voters of open votes out.
    """
    rows = [
        [one.id, one.mask if one.marks is None else one.marks.hex(), one.votes]
        + ([one.person_id] if with_voters and one.person_id is not None else [])
        for one in session.scalars(select(Ballot).where(Ballot.stage_id == stage_id).order_by(Ballot.id))
    ]
    return hashlib.sha256(canonical(rows)).hexdigest()


def digest_of(differences: Iterable[Mapping[str, Any]]) -> str:
    """SHA-256, hex, of a list of differences, by which people agree on having seen the same."""
    return hashlib.sha256(canonical(list(differences))).hexdigest()


def _rules(stage: StageRow, box: BallotBox, logged: Logged) -> Iterator[Difference]:
    opening = logged.opening or {}
    if stage.season.digest != logged.rules:
        yield Difference("rules_differ")
    if logged.openings > 1:
        yield Difference("opened_twice", {"number": logged.openings})
    if box.public_key.hex() != opening.get("public_key"):
        yield Difference("key_differs")
    if list(box.paper) != opening.get("paper"):
        yield Difference("paper_differs")


def _bound(session: Session, box: BallotBox, logged: Logged) -> Iterator[Difference]:
    """Where the log agrees with the box's key and paper: whether the pepper does, too."""
    opening = logged.opening or {}
    is_logged = (box.public_key.hex(), list(box.paper)) == (opening.get("public_key"), opening.get("paper"))
    if is_logged and binding.is_bound(session, box) is False:
        yield Difference("key_not_bound")


def _roll(session: Session, stage_id: int, logged: Logged) -> Iterator[Difference]:
    """The lines are named where the log's own copy is still there and is the one that was committed to."""
    query = select(Elector.person_id, Elector.branch_id, Elector.weight).where(Elector.stage_id == stage_id)
    found: list[RollLine] = [tuple(row) for row in session.execute(query.order_by(Elector.person_id))]  # type: ignore[misc]
    digest = (logged.opening or {}).get("roll_sha256")
    if roll_digest(found) == digest:
        return
    if logged.roll is None or roll_digest(logged.roll) != digest:
        yield Difference("roll_differs")
        return
    now = {person: (branch, weight) for person, branch, weight in found}
    for number, (person, branch, weight) in enumerate(logged.roll, 1):
        if person not in now:
            yield Difference("roll_line_removed", {"line": number})
        elif now[person][1] != weight:
            yield Difference("weight_changed", {"line": number, "was": weight, "now": now[person][1]})
        elif now[person][0] != branch:
            yield Difference("branch_changed", {"line": number})
    added = len(now.keys() - {person for person, _, _ in logged.roll})
    if added:
        yield Difference("roll_lines_added", {"number": added})


def _envelopes(session: Session, stage_id: int, before: Logged, again: Callable[[], Logged]) -> Iterator[Difference]:
    box = envelopes.table_of(stage_id)
    on_roll = (Elector.stage_id == stage_id) & (Elector.person_id == box.c.person_id)
    query = select(box.c.person_id, box.c.receipt, box.c.sealed, Elector.person_id).outerjoin(Elector, on_roll)
    there: set[str] = set()
    for person, receipt, sealed, elector in session.execute(query.order_by(box.c.receipt)):
        if receipt in there:
            yield Difference("receipt_twice", {"receipt": receipt})
        there.add(receipt)
        if elector is None:
            yield Difference("envelope_off_roll", {"receipt": receipt})
        if not sealing.is_receipt(receipt, sealed, sealing.info_of(stage_id, person)):
            yield Difference("envelope_changed", {"receipt": receipt})
    yield from _receipts(there, before, again())


def _receipts(there: set[str], before: Logged, after: Logged) -> Iterator[Difference]:
    """before: the log as it was before the box was read; after: behind it."""
    for receipt in sorted(there):
        if receipt not in after.cast:
            yield Difference("envelope_unknown", {"receipt": receipt})
        elif receipt in before.replaced:
            yield Difference("envelope_replaced", {"receipt": receipt})
    for receipt in sorted(before.standing - there - after.replaced):
        yield Difference("envelope_missing", {"receipt": receipt})
