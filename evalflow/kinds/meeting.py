"""A committee's meeting from its rows: who should attend and does, who steps back from what, what was carried.

Every stated result is computed again. A recused member leaves both bases of the motions that concern the entry, and
of no other.
"""

import enum
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from evalflow.errors import BundleError
from evalflow.kinds.columns import count_of, one_of, unique
from evalflow.kinds.decision_rules import QuorumRule
from evalflow.tally import quorum
from evalflow.tally.quorum import Attendance
from evalflow.workflow.outcome import Case, Row

FILE = "motions.csv"
Recusals = frozenset[tuple[str, str]]


class Result(enum.StrEnum):
    """inquorate: too few of those who should vote on this motion were present."""

    CARRIED = "carried"
    REJECTED = "rejected"
    INQUORATE = "inquorate"


@dataclass(frozen=True)
class Base:
    """Who may vote on one motion: how many should, how many are there, how many stepped back."""

    entitled: int
    present: int
    recused: int


@dataclass(frozen=True)
class Motion:
    """about: "award:ENTRY", "tie:ENTRY>ENTRY" (best first), "list" (all that are decided) or "text"."""

    key: str
    about: str
    ayes: int
    noes: int
    abstentions: int
    base: Base
    result: Result

    @property
    def entries(self) -> tuple[str, ...]:
        return entries_of(self.about)

    def to_json(self) -> dict[str, Any]:
        counts = {"ayes": self.ayes, "noes": self.noes, "abstentions": self.abstentions}
        base = {"entitled": self.base.entitled, "present": self.base.present, "recused": self.base.recused}
        return {"motion": self.key, "about": self.about, **counts, **base, "result": self.result.value}


@dataclass(frozen=True)
class Meeting:
    attendance: Attendance
    recusals: Recusals
    motions: tuple[Motion, ...]

    def carried(self, subject: str) -> tuple[Motion, ...]:
        """Carried motions about a subject: "award", "tie", "list", "text"."""
        return tuple(
            motion
            for motion in self.motions
            if motion.result is Result.CARRIED and motion.about.partition(":")[0] == subject
        )


def entries_of(about: str) -> tuple[str, ...]:
    """The entries a motion names.

    >>> entries_of("tie:e1>e2"), entries_of("award:e3"), entries_of("list")
    (('e1', 'e2'), ('e3',), ())
    """
    names = about.partition(":")[2]
    return tuple(names.split(">")) if names else ()


def base_of(about: str, attendance: Attendance, recusals: Recusals, *, decided: Collection[str]) -> Base:
    """Who may vote on a motion. decided: the entries that "list" speaks of."""
    concerned = set(decided if about == "list" else entries_of(about))
    stepped_back = frozenset(member for member, entry in recusals if entry in concerned) & attendance.entitled
    left = attendance.without(stepped_back)
    return Base(len(left.entitled), len(left.present), len(stepped_back))


def divide(base: Base, rule: QuorumRule, *, ayes: int, noes: int, abstentions: int) -> Result:
    """What a division comes to. ValueError for more votes than members present."""
    is_carried = quorum.is_carried(
        ayes,
        noes,
        abstentions=abstentions,
        entitled=base.entitled,
        present=base.present,
        rule=quorum.parse_ayes(rule.ayes),
    )
    if not quorum.is_quorate(base.entitled, base.present, quorum.parse_presence(rule.present)):
        return Result.INQUORATE
    return Result.CARRIED if is_carried else Result.REJECTED


def read(case: Case, rule: QuorumRule) -> Meeting:
    """The meeting of a decision. BundleError for the first row that can't be true."""
    attendance, recusals = _attendance(case), _recusals(case)
    decided = [row["entry"] for row in case.rows("decided") if row["place"]]
    rows = case.rows("motions")
    unique(rows, FILE, "motion")
    motions = tuple(
        _motion(row, line, rule, base_of(_about(row, case, line), attendance, recusals, decided=decided))
        for line, row in enumerate(rows, 2)
    )
    return Meeting(attendance, recusals, motions)


def _attendance(case: Case) -> Attendance:
    rows = case.rows("attendance")
    unique(rows, "attendance.csv", "member")
    for line, row in enumerate(rows, 2):
        one_of(row, "present", "attendance.csv", line, known=("yes", "no"))
    present = frozenset(row["member"] for row in rows if row["present"] == "yes")
    return Attendance(frozenset(row["member"] for row in rows), present)


def _recusals(case: Case) -> Recusals:
    rows = case.rows("recusals")
    unique(rows, "recusals.csv", "member", "entry")
    members = {row["member"] for row in case.rows("attendance")}
    for line, row in enumerate(rows, 2):
        one_of(row, "member", "recusals.csv", line, known=members)
        one_of(row, "entry", "recusals.csv", line, known=case.keys)
    return frozenset((row["member"], row["entry"]) for row in rows)


def _about(row: Row, case: Case, line: int) -> str:
    about = row["about"]
    subject, names = about.partition(":")[0], entries_of(about)
    wanted = {"award": (1, 1), "tie": (2, len(case.keys)), "list": (0, 0), "text": (0, 0)}.get(subject)
    if wanted is None or not wanted[0] <= len(names) <= wanted[1] or len(set(names)) < len(names):
        raise BundleError(FILE, f"about: {about!r} is not award:ENTRY, tie:ENTRY>ENTRY, list or text", line=line)
    strange = next((name for name in names if name not in case.keys), None)
    if strange is not None:
        raise BundleError(FILE, f"unknown entry {strange!r}", line=line)
    return about


def _motion(row: Row, line: int, rule: QuorumRule, base: Base) -> Motion:
    counts = {name: count_of(row, name, FILE, line) for name in ("ayes", "noes", "abstentions")}
    _check_base(row, line, base)
    there = Base(base.entitled, count_of(row, "present", FILE, line), base.recused)
    try:
        result = divide(there, rule, **counts)
    except ValueError as wrong:
        raise BundleError(FILE, str(wrong), line=line) from None
    if row["result"] != result.value:
        raise BundleError(FILE, f"result: stated {row['result']!r}, computed {result.value!r}", line=line)
    return Motion(row["motion"], row["about"], **counts, base=there, result=result)


def _check_base(row: Row, line: int, base: Base) -> None:
    """Entitled and recused follow from the attendance; somebody present may have left before the division."""
    stated = {name: count_of(row, name, FILE, line) for name in ("entitled", "present", "recused")}
    for name, computed in (("entitled", base.entitled), ("recused", base.recused)):
        if stated[name] != computed:
            raise BundleError(FILE, f"{name}: stated {stated[name]}, computed {computed}", line=line)
    if stated["present"] > base.present:
        raise BundleError(FILE, f"present: stated {stated['present']}, at most {base.present}", line=line)


def beaten(ties: Mapping[str, int], motions: Collection[Motion]) -> dict[str, int]:
    """{entry: how many it goes before} by carried motions. ties: {entry: its place, shared by those it ties with}.

    Raises BundleError for a motion about entries that do not tie, and for motions that contradict each other.
    """
    pairs: set[tuple[str, str]] = set()
    for motion in motions:
        names = motion.entries
        if len({ties.get(name) for name in names}) != 1:
            raise BundleError(FILE, f"motion {motion.key}: {' and '.join(names)} do not tie")
        pairs |= {(better, worse) for at, better in enumerate(names) for worse in names[at + 1 :]}
    for better, worse in sorted(pairs):
        if (worse, better) in pairs:
            raise BundleError(FILE, f"{better} before {worse} and {worse} before {better} were both carried")
    named = {name for motion in motions for name in motion.entries}
    return {name: sum(1 for better, _ in pairs if better == name) for name in named}
