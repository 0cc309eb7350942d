"""What an approval is: a committee goes over the applications one by one, for as long as the stage is open.

Evidence: the meeting's `attendance.csv`, `recusals.csv` and `motions.csv`; `approved.csv` every application that came
before the committee with its branch and what became of it (into: the one it was merged into); `joined.csv` who went
along with each that was merged, with the share of the award fund, in per cent, that the motion gave there;
`indicators.csv` and `partners.csv` the plans of those approved as handed in, `partners.csv` of those merged too;
`targets.csv` every change of a target, in the order of the motions that made it. What became of an application, and who
went along, is computed again from the motions.
"""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from evalflow.errors import BundleError
from evalflow.i18n import Text, phrase, say
from evalflow.kinds import award_fund, meeting, plans, quorum_rule
from evalflow.kinds.columns import check_admitted, count_of, faulty, line_of, one_of, points_of, unique
from evalflow.kinds.meeting import Meeting, Motion, Result
from evalflow.kinds.quorum_rule import QuorumRule
from evalflow.workflow import rows
from evalflow.workflow.definition import Definition, Options, Stage
from evalflow.workflow.kind import Kind, Problem
from evalflow.workflow.outcome import Case, Outcome, Row

FILE, JOINED, TARGETS = "approved.csv", "joined.csv", "targets.csv"
SUBJECTS: meeting.Subjects = {
    "approve": (1, 1),
    "reject": (1, 1),
    "return": (1, 1),
    "merge": (2, 2),
    "targets": (1, 1),
}
OPEN, APPROVED, REJECTED, MERGED = "open", "approved", "rejected", "merged"
STATES = (OPEN, APPROVED, REJECTED, MERGED)
CHANGED = ("work", "stretch")  # what a motion can change of an indicator
TOLD = (APPROVED, MERGED)  # of whom it is evidence who takes part
Fates = dict[str, tuple[str, str]]  # {entry: (its state, what it was merged into)}
Rows = list[dict[str, str]]


class ApprovalOptions(Options):
    """quorum: who must be there and agree. counter_targets: whether the committee may propose other targets, which the
    branch accepts or declines before it is approved.
    """

    quorum: QuorumRule
    counter_targets: bool = True


def words(options: ApprovalOptions, locale: str) -> list[str]:
    """What a motion can be about, and what it takes."""
    sentences = [say(locale, "Each application is approved, returned for amendment, rejected or merged by a motion.")]
    if options.counter_targets:
        sentences.append(say(locale, "The committee may propose other targets; the branch accepts or declines them."))
    sentences.append(say(locale, "Approved targets stand; changing one later takes a motion, and the old one is kept."))
    return [*sentences, *quorum_rule.words(options.quorum, locale)]


def check(definition: Definition, stage: Stage) -> Iterable[Problem]:
    if definition.heading.moves != "apart":
        yield Problem("kind", phrase("a workflow whose entries move apart"), definition.heading.moves)
    if definition.last("submission", before=stage.key) is None:
        yield Problem("kind", phrase("a submission stage before it"), phrase("none"))


def outcome(case: Case) -> Outcome:
    """What became of each application, and the plans of those approved. BundleError for what can't have been."""
    options = case.stage.options
    assert isinstance(options, ApprovalOptions)
    listed = _listed(case)
    held = meeting.read(case, options.quorum, SUBJECTS, known=[*listed])
    told = meeting.facts(held, options.quorum) if listed or held.motions else {}
    fates = fates_of(held.motions)
    for line, (entry, row) in enumerate(listed.items(), 2):
        computed = fates.get(entry, (OPEN, ""))
        if (row["state"], row["into"]) != computed:
            stated = f"{row['state']} {row['into']}".strip()
            raise BundleError(
                FILE, f"{entry}: state", expected=repr(" ".join(computed).strip()), found=f"{stated!r}", line=line
            )
    approved = sorted(entry for entry, (state, _) in fates.items() if state == APPROVED)
    check_admitted(case, approved, "approved", "approved")
    tables = {plans.FACT: _plans(case, plans.FACT, approved)}
    partners = _plans(case, award_fund.FACT, [entry for entry, (state, _) in fates.items() if state in TOLD])
    joined = joined_by(case, fates, partners, listed)
    tables[award_fund.FACT] = {entry: _with_joined(entry, partners[entry], joined) for entry in approved}
    changes = _changes(case, held, tables[plans.FACT], options)
    merged = sorted([entry, into] for entry, (state, into) in fates.items() if state == MERGED)
    return Outcome(
        {},
        {
            "approved": approved,
            "rejected": sorted(entry for entry, (state, _) in fates.items() if state == REJECTED),
            "merged": merged,
            "open": sorted(entry for entry in listed if entry not in fates),
            **{name: table for name, table in tables.items() if any(table.values())},
            "changes": changes,
            **told,
        },
    )


def fates_of(motions: Sequence[Motion]) -> Fates:
    """What carried motions made of applications. BundleError for a motion on what had been decided before.

    A merger leaves the first where it was and ends the second; of what was decided only targets can change.
    """
    fates: Fates = {}
    for motion in motions:
        if motion.result is not Result.CARRIED:
            continue
        subject, entry = meeting.subject_of(motion.about), motion.entries[-1]
        state = fates.get(entry, (OPEN, ""))[0]
        if (state == APPROVED) if subject == "targets" else (state == OPEN):
            if subject == "merge" and fates.get(motion.entries[0], (OPEN, ""))[0] not in (OPEN, APPROVED):
                raise BundleError(
                    meeting.FILE,
                    f"motion {motion.key}: {motion.entries[0]}",
                    expected="open or approved, for others to be merged into",
                    found=fates[motion.entries[0]][0],
                )
            into = motion.entries[0] if subject == "merge" else ""
            made = {"approve": APPROVED, "reject": REJECTED, "merge": MERGED}.get(subject)
            if made:
                fates[entry] = (made, into)
        else:
            raise BundleError(
                meeting.FILE,
                f"motion {motion.key}: {entry}",
                expected="approved before" if subject == "targets" else "not decided before",
                found=state,
            )
    return fates


def _listed(case: Case) -> dict[str, Row]:
    """{entry: its row}, in the order of the file."""
    lines = case.rows("approved")
    unique(lines, FILE, "entry")
    for line, row in enumerate(lines, 2):
        one_of(row, "state", FILE, line, known=STATES)
        one_of(row, "branch", FILE, line, known=case.branches)
    return {row["entry"]: row for row in lines}


def _plans(case: Case, name: str, approved: Sequence[str]) -> dict[str, Rows]:
    """{approved entry: the rows of its plan as handed in}."""
    found: dict[str, Rows] = {entry: [] for entry in approved}
    for line, row in enumerate(case.rows(name), 2):
        entry = one_of(row, "entry", f"{name}.csv", line, known=approved)
        found[entry].append(rows.cells(name, row))
    for entry, table in found.items():
        wrong = rows.faults(name, table) if table else ()
        if wrong:
            first = line_of(case.rows(name), "entry", entry)
            raise faulty(f"{name}.csv", wrong[0], table, entry=entry, line=first)
    return found


def _changes(case: Case, held: Meeting, tables: dict[str, Rows], options: ApprovalOptions) -> list[dict[str, Any]]:
    """Puts every change of a target into the plans, one after the other."""
    carried = {motion.key: motion for motion in held.motions if motion.result is Result.CARRIED}
    found: list[dict[str, Any]] = []
    last = 0
    for line, row in enumerate(case.rows("targets"), 2):
        entry = one_of(row, "entry", TARGETS, line, known=tables)
        motion = carried.get(row["motion"])
        makes = ("approve", "targets") if options.counter_targets else ("targets",)
        if motion is None or motion.about not in [f"{subject}:{entry}" for subject in makes]:
            raise BundleError(
                TARGETS, "motion", expected=f"a carried motion on {entry}", found=f"{row['motion']!r}", line=line
            )
        place = held.motions.index(motion)
        if place < last:
            raise BundleError(
                TARGETS,
                "motion",
                expected="the order of the motions",
                found=f"{row['motion']!r} after a later one",
                line=line,
            )
        last = place
        number = count_of(row, "indicator", TARGETS, line)
        if not 1 <= number <= len(tables[entry]):
            raise BundleError(
                TARGETS,
                "indicator",
                expected=f"1 to {len(tables[entry])}, as {entry} has",
                found=str(number),
                line=line,
            )
        _change(tables[entry], number, row, line)
        told = {name: row[name] for name in ("entry", "old_work", "old_stretch", *CHANGED, "motion")}
        found.append({**told, "indicator": number})
    return found


def _change(table: Rows, number: int, row: Row, line: int) -> None:
    """One change, from what stood to what the direction allows."""
    kept = table[number - 1]
    for name in CHANGED:
        if points_of(row, f"old_{name}", TARGETS, line) != Fraction(kept[name]):
            raise BundleError(
                TARGETS, f"old_{name}", expected=f"{kept[name]!r}", found=f"{row[f'old_{name}']!r}", line=line
            )
    table[number - 1] = {**kept, **{name: row[name] for name in CHANGED}}
    wrong = [fault for fault in rows.faults(plans.FACT, table) if fault.column != "way"]  # it bends to the new target
    if wrong:
        raise faulty(TARGETS, wrong[0], table, entry=row["entry"], line=line)


def _with_joined(entry: str, partners: Rows, joined: Mapping[str, Rows]) -> Rows:
    """Whoever takes part in it at last."""
    found = [dict(row) for row in rows.with_joined(partners, joined.get(entry, ()))]
    wrong = rows.faults(award_fund.FACT, found)
    if wrong:
        raise faulty(JOINED, wrong[0], found, entry=entry, line=None)
    return found


def joined_by(case: Case, fates: Fates, partners: Mapping[str, Rows], listed: Mapping[str, Row]) -> dict[str, Rows]:
    """{entry: who came with what was merged into it, each with its share}, from one motion to the next.

    BundleError unless exactly those go along who took part in what was merged.
    """
    stated = _stated(case, [entry for entry, (state, _) in fates.items() if state == MERGED])
    found: dict[str, Rows] = {}
    for entry, (state, into) in fates.items():  # in the order of the motions
        if state != MERGED:
            continue
        everybody = rows.with_joined(partners[entry], found.get(entry, ()))
        along = rows.joining(listed[entry]["branch"], everybody)
        wanted = {rows.who(row) for row in along if row["branch"] != listed[into]["branch"]}
        given = {rows.who(row) for row in stated[entry]}
        if given != wanted or len(given) < len(stated[entry]):
            raise BundleError(JOINED, entry, expected=_told(wanted), found=_told(given))
        known = {rows.who(row) for row in found.get(into, ())}
        found[into] = [*found.get(into, ()), *(row for row in stated[entry] if rows.who(row) not in known)]
    return found


def _stated(case: Case, merged: Sequence[str]) -> dict[str, Rows]:
    """{merged entry: who went along, as the file says}."""
    found: dict[str, Rows] = {entry: [] for entry in merged}
    for line, row in enumerate(case.rows("joined"), 2):
        entry = one_of(row, "entry", JOINED, line, known=merged)
        found[entry].append({column: row[column] for column in rows.COLUMNS["partners"]})
    return found


def _told(who: Iterable[tuple[str, str]]) -> str:
    return ", ".join(sorted(branch or unit for branch, unit in who)) or "nobody"


APPROVAL = Kind(
    name="approval",
    title=Text("审核立项", "Approval"),
    options=ApprovalOptions,
    words=words,
    outcome=outcome,
    tables={
        **meeting.TABLES,
        "approved": ("entry", "branch", "state", "into"),
        "joined": ("entry", *rows.COLUMNS["partners"]),
        "indicators": ("entry", *rows.COLUMNS["indicators"]),
        "partners": ("entry", *rows.COLUMNS["partners"]),
        "targets": ("entry", "indicator", "old_work", "old_stretch", "work", "stretch", "motion"),
    },
    optional=rows.OPTIONAL,
    check=check,
    admits=True,
)
