"""What an auditor may want to look at in the sheets of a scoring that is over. Hints, never proof.

Every hint compares a mark with what the other raters gave the same entry (the median of theirs), and is given only
where the distance is beyond `far`: five points, or three times the usual distance in this scoring, whichever is more.
So a field that quarrels honestly gives few hints. Two branches that think well of each other may simply be right.
"""

import enum
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations

from evalflow.bundle.format import Bundle
from evalflow.bundle.recount import case_of
from evalflow.kinds import sheets
from evalflow.kinds.rubric import ScoringOptions
from evalflow.tally.agreement import kendall_w, krippendorff_alpha
from evalflow.tally.ranking import rank
from evalflow.tally.scoring import median
from evalflow.workflow.definition import Stage
from evalflow.workflow.outcome import Outcome

LEAST, TIMES = Fraction(5), 3  # points out of 100, and how often the usual distance
NEAR = 3  # places from the line within which an entry is a rival
FEW = 3  # a rater with fewer marks says too little about himself
Marks = Mapping[str, Mapping[str, Fraction]]  # {entry: {rater: mark}}


class Hint(enum.StrEnum):
    """reciprocal: two give each other clearly more than others do. rivals: whoever stands near the line marks those
    beside it down, and not the rest. straight: one mark for all, or for all criteria of each. distant: usually far from
    the others."""

    RECIPROCAL = "reciprocal"
    RIVALS = "rivals"
    STRAIGHT = "straight"
    DISTANT = "distant"


@dataclass(frozen=True)
class Look:
    """One thing to look at. raters, entries: whom it concerns. by: how far, in points; 0 where that says nothing."""

    hint: Hint
    raters: tuple[str, ...]
    entries: tuple[str, ...]
    by: Fraction = Fraction(0)


@dataclass(frozen=True)
class Integrity:
    """far: what counts as far in this scoring. w, alpha: agreement among raters, None where nothing can be compared."""

    raters: int
    far: Fraction
    w: Fraction | None
    alpha: Fraction | None
    looks: tuple[Look, ...]


def integrity(bundle: Bundle, stage: Stage, outcomes: Mapping[str, Outcome], *, seats: int) -> Integrity:
    """Of one scoring that is done. outcomes: up to it and its own. BundleError: evidence that can't be."""
    options = stage.options
    assert isinstance(options, ScoringOptions)
    read = sheets.read(case_of(bundle, stage, outcomes), options)
    marks = _by_entry({rater: sheets.marks(given, options) for rater, given in read.given.items()})
    off = _distances(marks)
    usual = median([abs(value) for value in off.values()]) if off else Fraction(0)
    far = max(LEAST, TIMES * usual)
    owner = {entry.key: entry.branch for entry in bundle.entries}
    scores = outcomes[stage.key].figures["score"]
    places = {one.entry: one.place for one in rank(scores) if one.place is not None}
    found = [
        *_reciprocal(off, owner, read.asked, far),
        *_rivals(off, owner, read.asked, places, seats=seats, far=far),
        *_straight(read.given),
        *_distant(off, far),
    ]
    return Integrity(len(read.given), far, kendall_w(marks), krippendorff_alpha(marks), tuple(found))


def _by_entry(by_rater: Mapping[str, Mapping[str, Fraction]]) -> dict[str, dict[str, Fraction]]:
    found: dict[str, dict[str, Fraction]] = {}
    for rater, marks in by_rater.items():
        for entry, mark in marks.items():
            found.setdefault(entry, {})[rater] = mark
    return found


def _distances(marks: Marks) -> dict[tuple[str, str], Fraction]:
    """{(rater, entry): mark less the median of the others'}; nothing where nobody else gave one."""
    return {
        (rater, entry): mark - median([other for name, other in given.items() if name != rater])
        for entry, given in marks.items()
        for rater, mark in given.items()
        if len(given) > 1
    }


def _reciprocal(
    off: Mapping[tuple[str, str], Fraction], owner: Mapping[str, str], speaks: Mapping[str, str], far: Fraction
) -> Iterator[Look]:
    """For each two branches the entries of the other that each gave far more than the others did."""
    raters = sorted({rater for rater, _ in off if speaks.get(rater)})
    for one, other in combinations(raters, 2):
        high = {
            giver: [
                (by, entry) for (rater, entry), by in off.items() if rater == giver and owner[entry] == speaks[taker]
            ]
            for giver, taker in ((one, other), (other, one))
        }
        best = [max(found, default=(Fraction(0), "")) for found in high.values()]
        if speaks[one] != speaks[other] and all(by > far for by, _ in best):
            yield Look(Hint.RECIPROCAL, (one, other), tuple(entry for _, entry in best), min(by for by, _ in best))


def _rivals(
    off: Mapping[tuple[str, str], Fraction],
    owner: Mapping[str, str],
    speaks: Mapping[str, str],
    places: Mapping[str, int],
    *,
    seats: int,
    far: Fraction,
) -> Iterator[Look]:
    """Raters whose own entry stands near the line and who mark those beside it down by far, and the others not."""
    near = {entry for entry, place in places.items() if seats - NEAR < place <= seats + NEAR}
    for rater in sorted({rater for rater, _ in off}):
        own = {entry for entry in near if speaks.get(rater) and owner[entry] == speaks[rater]}
        rivals = {entry: by for (name, entry), by in off.items() if name == rater and entry in near - own}
        rest = [by for (name, entry), by in off.items() if name == rater and entry not in near]
        if not own or not rivals or not rest:
            continue
        low = median(list(rest)) - median(list(rivals.values()))
        if low > far:
            marked_down = sorted((entry for entry, by in rivals.items() if by < 0), key=lambda entry: rivals[entry])
            yield Look(Hint.RIVALS, (rater,), tuple(marked_down), low)


def _straight(given: Mapping[str, Mapping[str, sheets.Points]]) -> Iterator[Look]:
    for rater, of in sorted(given.items()):
        rows = [tuple(sorted(points.items())) for points in of.values()]
        alike = len(set(rows)) == 1
        flat = all(len({value for _, value in row}) == 1 for row in rows) and max(map(len, rows), default=0) > 1
        if len(rows) >= FEW and (alike or flat):
            yield Look(Hint.STRAIGHT, (rater,), tuple(sorted(of)))


def _distant(off: Mapping[tuple[str, str], Fraction], far: Fraction) -> Iterator[Look]:
    by_rater: dict[str, list[Fraction]] = {}
    for (rater, _), by in off.items():
        by_rater.setdefault(rater, []).append(abs(by))
    for rater, distances in sorted(by_rater.items()):
        usual = median(distances)
        if len(distances) >= FEW and usual > far:
            yield Look(Hint.DISTANT, (rater,), (), usual)


def named(looks: Sequence[Look], hint: Hint) -> tuple[Look, ...]:
    """Those of one sort, the farthest first."""
    return tuple(sorted((one for one in looks if one.hint is hint), key=lambda one: (-one.by, one.raters)))
