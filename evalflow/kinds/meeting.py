"""A committee's meeting from its rows: who should attend and does, who steps back from what, what was carried.

A committee may sit more than once: each sitting has its own attendance, and a motion its base in the sitting that took
it. A recused member leaves both bases of the motions that concern the entry, from the sitting named on, and of no
other. Every stated result is computed again.
"""

import enum
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from evalflow.errors import BundleError, choices
from evalflow.kinds.columns import count_of, one_of, unique
from evalflow.kinds.quorum_rule import QuorumRule
from evalflow.tally import quorum
from evalflow.tally.quorum import Attendance
from evalflow.workflow.outcome import Case, Row

FILE = "motions.csv"
FIRST = 1  # the number of the first sitting
Subjects = Mapping[str, tuple[int, int]]  # {what a motion may be about: the fewest and the most entries it names}
Sittings = Mapping[int, Attendance]
TABLES = {
    "attendance": ("sitting", "member", "present"),
    "recusals": ("sitting", "member", "entry"),
    "motions": (
        "motion",
        "sitting",
        "about",
        "ayes",
        "noes",
        "abstentions",
        "recused",
        "entitled",
        "present",
        "result",
    ),
}


@dataclass(frozen=True, order=True)
class Recusal:
    """A member stepped back from an entry; it holds from this sitting on."""

    member: str
    entry: str
    sitting: int = FIRST


Recusals = frozenset[Recusal]


class Result(enum.StrEnum):
    """inquorate: too few of those who should vote on this motion were present. annulled: it was recorded by mistake and
    says nothing; another division may follow.
    """

    CARRIED = "carried"
    REJECTED = "rejected"
    INQUORATE = "inquorate"
    ANNULLED = "annulled"


@dataclass(frozen=True)
class Base:
    """Who may vote on one motion: how many should, how many are there, how many stepped back."""

    entitled: int
    present: int
    recused: int


@dataclass(frozen=True)
class Motion:
    """about: a subject and the entries it names, such as "award:ENTRY" or "tie:ENTRY>ENTRY"; see `Subjects`."""

    key: str
    sitting: int
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
        return {
            "motion": self.key,
            "sitting": self.sitting,
            "about": self.about,
            **counts,
            **base,
            "result": self.result.value,
        }


@dataclass(frozen=True)
class Meeting:
    sittings: Sittings
    recusals: Recusals
    motions: tuple[Motion, ...]

    def carried(self, subject: str) -> tuple[Motion, ...]:
        """Carried motions about a subject, in their order."""
        return tuple(
            motion for motion in self.motions if motion.result is Result.CARRIED and subject_of(motion.about) == subject
        )


def entries_of(about: str) -> tuple[str, ...]:
    """The entries a motion names.

    >>> entries_of("tie:e1>e2"), entries_of("award:e3"), entries_of("list")
    (('e1', 'e2'), ('e3',), ())
    """
    names = about.partition(":")[2]
    return tuple(names.split(">")) if names else ()


def subject_of(about: str) -> str:
    """What a motion is about, without the entries it names.

    >>> subject_of("tie:e1>e2")
    'tie'
    """
    return about.partition(":")[0]


def fits(about: str, subjects: Subjects) -> bool:
    """Whether a motion names as many entries as its subject wants, each once.

    >>> fits("tie:e1>e2", {"tie": (2, 9)}), fits("tie:e1", {"tie": (2, 9)}), fits("list", {"tie": (2, 9)})
    (True, False, False)
    """
    names = entries_of(about)
    fewest, most = subjects.get(subject_of(about), (1, 0))
    return fewest <= len(names) <= most and len(set(names)) == len(names) and all(names)


def base_of(about: str, sitting: int, sittings: Sittings, recusals: Recusals, *, decided: Collection[str] = ()) -> Base:
    """Who may vote on a motion in a sitting. decided: the entries that "list" speaks of."""
    concerned = set(decided if about == "list" else entries_of(about))
    attendance = sittings[sitting]
    stepped_back = frozenset(one.member for one in recusals if one.entry in concerned and one.sitting <= sitting)
    stepped_back &= attendance.entitled
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


def read(
    case: Case, rule: QuorumRule, subjects: Subjects, *, known: Collection[str] = (), decided: Collection[str] = ()
) -> Meeting:
    """The meeting of a stage. BundleError for the first row that can't be true.

    known: the entries a motion may name, those that take part unless said otherwise. decided: what "list" speaks of.
    """
    known = known or case.keys
    sittings = _sittings(case)
    recusals = _recusals(case, sittings, known)
    rows = case.rows("motions")
    unique(rows, FILE, "motion")
    motions: list[Motion] = []
    for line, row in enumerate(rows, 2):
        about = _about(row, subjects, known, line)
        sitting = _sitting(row, sittings, motions[-1].sitting if motions else FIRST, line)
        base = base_of(about, sitting, sittings, recusals, decided=decided)
        motions.append(_motion(row, line, rule, base, sitting))
    return Meeting(sittings, recusals, tuple(motions))


def facts(held: Meeting, rule: QuorumRule) -> dict[str, Any]:
    """What an outcome tells of a meeting. quorum: that of the last sitting that had one.

    BundleError where a sitting divided without a quorum, and where none ever had one.
    """
    told = {
        number: {
            "entitled": len(there.entitled),
            "present": len(there.present),
            "needed": rule.needed(len(there.entitled)),
        }
        for number, there in held.sittings.items()
    }
    valid = [number for number, one in told.items() if one["present"] >= one["needed"]]
    divided = {motion.sitting for motion in held.motions if motion.result is not Result.ANNULLED}
    without = next((number for number in told if number in divided and number not in valid), None)
    if without is not None or not valid:
        wrong = without or max(told, default=0)
        counts = told.get(wrong, {"entitled": 0, "present": 0, "needed": 1})
        place = f" in sitting {wrong}" if len(told) > 1 else ""
        raise BundleError(
            "attendance.csv",
            f"quorum{place}",
            expected=f"at least {counts['needed']} present of {counts['entitled']}",
            found=str(counts["present"]),
        )
    return {
        "quorum": told[valid[-1]],
        "sittings": [{"sitting": number, **one} for number, one in told.items()],
        "motions": [motion.to_json() for motion in held.motions],
        "recused": sorted([one.member, one.entry] for one in held.recusals),
    }


def _sittings(case: Case) -> dict[int, Attendance]:
    """{number: who should attend and does}; sittings are numbered from 1 without gaps, in their order."""
    rows = case.rows("attendance")
    unique(rows, "attendance.csv", "sitting", "member")
    found: dict[int, list[Row]] = {}
    for line, row in enumerate(rows, 2):
        number = count_of(row, "sitting", "attendance.csv", line)
        one_of(row, "present", "attendance.csv", line, known=("yes", "no"))
        if number not in (len(found) or FIRST, len(found) + 1):
            raise BundleError(
                "attendance.csv", "sitting", expected=f"{len(found) or FIRST} or the next", found=str(number), line=line
            )
        found.setdefault(number, []).append(row)
    return {
        number: Attendance(
            frozenset(row["member"] for row in there),
            frozenset(row["member"] for row in there if row["present"] == "yes"),
        )
        for number, there in found.items()
    }


def _recusals(case: Case, sittings: Sittings, known: Collection[str]) -> Recusals:
    rows = case.rows("recusals")
    unique(rows, "recusals.csv", "member", "entry")
    found = set()
    for line, row in enumerate(rows, 2):
        number = count_of(row, "sitting", "recusals.csv", line)
        members = sittings[number].entitled if number in sittings else ()
        if not members:
            raise BundleError(
                "recusals.csv",
                "sitting",
                expected=choices(map(str, sittings), str(number)),
                found=str(number),
                line=line,
            )
        one_of(row, "member", "recusals.csv", line, known=members)
        one_of(row, "entry", "recusals.csv", line, known=known)
        found.add(Recusal(row["member"], row["entry"], number))
    return frozenset(found)


def _about(row: Row, subjects: Subjects, known: Collection[str], line: int) -> str:
    about = row["about"]
    if not fits(about, subjects):
        raise BundleError(FILE, "about", expected=_grammar(subjects), found=f"{about!r}", line=line)
    strange = next((name for name in entries_of(about) if name not in known), None)
    if strange is not None:
        raise BundleError(FILE, "about: entry", expected=choices(known, strange), found=f"{strange!r}", line=line)
    return about


def _grammar(subjects: Subjects) -> str:
    """ "award:ENTRY, tie:ENTRY>ENTRY, list or text"."""
    shapes = {0: "", 1: ":ENTRY"}
    written = [name + shapes.get(fewest, ":ENTRY>ENTRY") for name, (fewest, _) in subjects.items()]
    return " or ".join([", ".join(written[:-1]), written[-1]] if written[1:] else written)


def _sitting(row: Row, sittings: Sittings, last: int, line: int) -> int:
    """Motions stand in the order in which they were taken."""
    number = count_of(row, "sitting", FILE, line)
    if number not in sittings:
        raise BundleError(
            FILE, "sitting", expected=choices(map(str, sittings), str(number)), found=str(number), line=line
        )
    if number < last:
        raise BundleError(
            FILE, "sitting", expected=f"{last} or later, in the order of the motions", found=str(number), line=line
        )
    return number


def _motion(row: Row, line: int, rule: QuorumRule, base: Base, sitting: int) -> Motion:
    counts = {name: count_of(row, name, FILE, line) for name in ("ayes", "noes", "abstentions")}
    if row["result"] == Result.ANNULLED:
        stated = Base(*(count_of(row, name, FILE, line) for name in ("entitled", "present", "recused")))
        return Motion(row["motion"], sitting, row["about"], **counts, base=stated, result=Result.ANNULLED)
    _check_base(row, line, base)
    there = Base(base.entitled, count_of(row, "present", FILE, line), base.recused)
    try:
        result = divide(there, rule, **counts)
    except ValueError as wrong:
        raise BundleError(
            FILE, expected="no more votes than are present, nor more present than entitled", found=str(wrong), line=line
        ) from None
    if row["result"] != result.value:
        raise BundleError(FILE, "result", expected=f"{result.value!r}", found=f"{row['result']!r}", line=line)
    return Motion(row["motion"], sitting, row["about"], **counts, base=there, result=result)


def _check_base(row: Row, line: int, base: Base) -> None:
    """Entitled and recused follow from the attendance; somebody present may have left before the division."""
    stated = {name: count_of(row, name, FILE, line) for name in ("entitled", "present", "recused")}
    for name, computed in (("entitled", base.entitled), ("recused", base.recused)):
        if stated[name] != computed:
            raise BundleError(FILE, name, expected=str(computed), found=str(stated[name]), line=line)
    if stated["present"] > base.present:
        raise BundleError(FILE, "present", expected=f"at most {base.present}", found=str(stated["present"]), line=line)


def beaten(ties: Mapping[str, int], motions: Collection[Motion]) -> dict[str, int]:
    """{entry: how many it goes before} by carried motions. ties: {entry: its place, shared by those it ties with}.

    Raises BundleError for a motion about entries that do not tie, and for motions that contradict each other.
    """
    pairs: set[tuple[str, str]] = set()
    for motion in motions:
        names = motion.entries
        if len({ties.get(name) for name in names}) != 1:
            raise BundleError(FILE, f"motion {motion.key}", expected="entries that tie", found=" and ".join(names))
        pairs |= {(better, worse) for at, better in enumerate(names) for worse in names[at + 1 :]}
    for better, worse in sorted(pairs):
        if (worse, better) in pairs:
            raise BundleError(FILE, expected=f"one order of {better} and {worse}", found="both carried")
    named = {name for motion in motions for name in motion.entries}
    return {name: sum(1 for better, _ in pairs if better == name) for name in named}
