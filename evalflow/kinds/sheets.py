"""Reading a scoring's evidence: rows to sheets, with every reason why a row can't have been handed in."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from evalflow.errors import BundleError, choices
from evalflow.kinds.columns import one_of, points_of, unique
from evalflow.kinds.rubric import ScoringOptions
from evalflow.tally import scoring
from evalflow.workflow.outcome import Case

FILE = "sheets.csv"
Points = Mapping[str, Fraction]


@dataclass(frozen=True)
class Sheets:
    """asked: {rater: the branch he speaks for}. given: {rater: {entry: {criterion: points}}}, only what was handed in.

    recused: {(rater, entry)}.
    """

    asked: Mapping[str, str]
    given: Mapping[str, Mapping[str, Points]]
    recused: frozenset[tuple[str, str]]


def read(case: Case, options: ScoringOptions) -> Sheets:
    """The sheets handed in. BundleError for the first row that can't be true."""
    unique(case.rows("sheets"), FILE, "rater", "entry", "criterion")
    asked = _asked(case, options)
    recused = _recused(case, asked)
    own = {entry.key: entry.branch for entry in case.contenders} if options.own_entry == "excluded" else {}
    given: dict[str, dict[str, dict[str, Fraction]]] = {}
    for line, row in enumerate(case.rows("sheets"), 2):
        rater = one_of(row, "rater", FILE, line, known=asked)
        entry = one_of(row, "entry", FILE, line, known=case.keys)
        if (rater, entry) in recused:
            raise BundleError(
                FILE, f"rater {rater!r}", expected=f"no points for {entry!r}, as it is recused", found="some", line=line
            )
        if own.get(entry) == asked[rater]:
            raise BundleError(
                FILE, f"rater {rater!r}", expected=f"no points for {entry!r}, its own entry", found="some", line=line
            )
        criterion = options.criterion_by_key(row["criterion"])
        if criterion is None:
            raise BundleError(
                FILE,
                "criterion",
                expected=choices([one.key for one in options.criterion], row["criterion"]),
                found=f"{row['criterion']!r}",
                line=line,
            )
        points = points_of(row, "points", FILE, line)
        if not criterion.allows(points):
            raise BundleError(FILE, "points", expected=criterion.allowed, found=row["points"], line=line)
        given.setdefault(rater, {}).setdefault(entry, {})[criterion.key] = points
    sheets = Sheets(asked, given, recused)
    _check_handed_out(case, options)
    if not options.missing_allowed:
        _check_complete(sheets, case, options)
    return sheets


def offered(sheets: Sheets, case: Case, options: ScoringOptions, *, rater: str) -> tuple[str, ...]:
    """The entries a rater is asked about: not its own where that is excluded, none it is recused from."""
    barred = {entry.key for entry in case.contenders if entry.branch == sheets.asked[rater]}
    if options.own_entry == "allowed":
        barred = set()
    return tuple(key for key in case.keys if key not in barred and (rater, key) not in sheets.recused)


def mark(points: Points, options: ScoringOptions) -> Fraction | None:
    """What one sheet says of one entry: 0 to 100 by the rubric's weights, or the plain sum of the points given."""
    if options.adds_up:
        return scoring.total(list(points.values())) if points else None
    rubric = [scoring.Criterion(one.key, one.weight or 0, one.maximum) for one in options.criterion]
    return scoring.weighted_score(points, rubric)


def marks(points: Mapping[str, Points], options: ScoringOptions) -> dict[str, Fraction]:
    """{entry: mark} of one rater's sheet; entries without any points are absent."""
    found = {entry: mark(given, options) for entry, given in points.items()}
    return {entry: value for entry, value in found.items() if value is not None}


def _asked(case: Case, options: ScoringOptions) -> dict[str, str]:
    rows = case.rows("raters")
    unique(rows, "raters.csv", "rater")
    if options.raters == "each_branch" and not rows:
        return {branch: branch for branch in case.branches}
    for line, row in enumerate(rows, 2):
        if row["branch"]:  # a committee member may belong to no branch
            one_of(row, "branch", "raters.csv", line, known=case.branches)
    return {row["rater"]: row["branch"] for row in rows}


def _recused(case: Case, asked: Mapping[str, str]) -> frozenset[tuple[str, str]]:
    rows = case.rows("recusals")
    unique(rows, "recusals.csv", "rater", "entry")
    for line, row in enumerate(rows, 2):
        one_of(row, "rater", "recusals.csv", line, known=asked)
        one_of(row, "entry", "recusals.csv", line, known=case.keys)
    return frozenset((row["rater"], row["entry"]) for row in rows)


def _check_handed_out(case: Case, options: ScoringOptions) -> None:
    """Where the points to hand out are named, each goes to one entry."""
    named = {criterion.key for criterion in options.criterion if criterion.given}
    used: set[tuple[str, str, Fraction]] = set()
    for line, row in enumerate(case.rows("sheets"), 2):
        points = points_of(row, "points", FILE, line)
        once = (row["rater"], row["criterion"], points)
        if once in used:
            raise BundleError(
                FILE, f"rater {row['rater']!r}: {row['criterion']}", expected=f"{points} once", found="twice", line=line
            )
        if points and row["criterion"] in named:
            used.add(once)


def _check_complete(sheets: Sheets, case: Case, options: ScoringOptions) -> None:
    """The line named is the last of the sheet that lacks something."""
    last = {row["rater"]: line for line, row in enumerate(case.rows("sheets"), 2)}
    for rater, entries in sheets.given.items():
        for entry in offered(sheets, case, options, rater=rater):
            for criterion in options.criterion:
                if criterion.key not in entries.get(entry, {}):
                    raise BundleError(
                        FILE,
                        f"rater {rater!r}",
                        expected=f"points for {entry!r} {criterion.key!r}",
                        found="none",
                        line=last[rater],
                    )
