"""A vote as a worksheet: votes typed in, and points by every rule a decision asks for, as formulas."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from types import MappingProxyType

from evalflow.analysis.blocks import Names
from evalflow.analysis.grid import Grid, cell, down
from evalflow.i18n import N_
from evalflow.kinds.ballot import counted
from evalflow.kinds.component_words import POINTS
from evalflow.kinds.decision_rules import DecisionOptions
from evalflow.tally.points import VOTE_POINTS
from evalflow.tally.voting import Count
from evalflow.workflow.outcome import Case, Outcome

ELECTORS, VALID, TOP = "$B$1", "$B$2", "$B$3"
HEAD = 4  # row of the headings; entries begin below
VOTES, PLACE, OPINIONS, HEADS, FIRST_RULE = 1, 2, 3, 4, 5  # columns


def write(grid: Grid, case: Case, outcome: Outcome, *, names: Names) -> dict[str, dict[str, str]]:
    """Fills a worksheet; gives {"votes" or a rule: {entry: where it stands}}."""
    count = counted(outcome)
    _top(grid, count, names, is_weighted="roll_votes" in outcome.facts)
    words = (
        N_("Entry"),
        N_("Votes"),
        N_("Place by the vote"),
        N_("Ballots with an opinion"),
        N_("Heads of the branch"),
    )
    grid.headings(HEAD, [names.word(word) for word in words])
    found: dict[str, dict[str, str]] = {"votes": {}}
    for row, entry in enumerate(names.entries, HEAD + 1):
        found["votes"][entry] = _entry(grid, row, entry, count=count, names=names)
    for column, rule in enumerate(_rules(case), FIRST_RULE):
        grid.headings(HEAD, [names.word(POINTS.get(rule, rule))], start=column)
        found[rule] = _points(grid, column, rule, count=count, names=names)
    grid.sheet.set_column(0, 0, 28)
    grid.sheet.freeze_panes(HEAD + 1, 1)
    return found


def _top(grid: Grid, count: Count, names: Names, *, is_weighted: bool) -> None:
    entitled, valid = N_("Entitled to vote"), N_("Valid ballots")
    if is_weighted:
        entitled, valid = N_("Votes of all on the roll"), N_("Valid votes")
    figures = ((entitled, count.electors or 0), (valid, count.valid))
    for row, (word, number) in enumerate(figures):
        grid.text(row, 0, names.word(word), grid.styles.heading)
        grid.number(row, 1, number)
    if count.top:
        grid.text(2, 0, names.word(N_("Most points of one ballot")), grid.styles.heading)
        grid.number(2, 1, count.top)


def _rules(case: Case) -> list[str]:
    """Every rule by which a decision turns these votes into points, each once."""
    decisions = [stage.options for stage in case.definition.stages if isinstance(stage.options, DecisionOptions)]
    parts = [part for options in decisions for part in options.component if part.source == case.stage.key]
    return list(dict.fromkeys(part.points for part in parts if part.points in VOTE_POINTS))


def _entry(grid: Grid, row: int, entry: str, *, count: Count, names: Names) -> str:
    """One entry's counts; gives where its votes stand."""
    votes = Fraction(count.votes[entry])
    grid.text(row, 0, names.entries[entry])
    stands = grid.number(row, VOTES, votes)
    if count.places is None:
        place = 1 + sum(Fraction(other) > votes for other in count.votes.values())
        grid.formula(row, PLACE, f"RANK({cell(row, VOTES)},{_column(VOTES, count)})", value=place)
    elif entry in count.places:
        grid.number(row, PLACE, count.places[entry])
    if count.givers is None:
        grid.formula(row, OPINIONS, VALID, value=count.valid)
    else:
        grid.number(row, OPINIONS, count.givers[entry])
    if count.heads is not None and entry in count.heads:
        grid.number(row, HEADS, count.heads[entry])
    return stands


def _points(grid: Grid, column: int, rule: str, *, count: Count, names: Names) -> dict[str, str]:
    found, points = {}, VOTE_POINTS[rule](count)
    for row, entry in enumerate(names.entries, HEAD + 1):
        if entry not in points:
            continue
        if rule in FORMULAS:
            found[entry] = grid.formula(row, column, FORMULAS[rule](row, count), value=points[entry])
        else:
            found[entry] = grid.number(row, column, points[entry])
    return found


def _column(column: int, count: Count) -> str:
    return down(column, HEAD + 1, HEAD + len(count.votes))


def _share(of: Callable[[Count], str]) -> Callable[[int, Count], str]:
    def formula(row: int, count: Count) -> str:
        return f"IF({of(count)}=0,0,100*{cell(row, VOTES)}/{of(count)})"

    return formula


def _rank_points(row: int, _count: Count) -> str:
    return f'IF({cell(row, PLACE)}="","",MAX(0,101-{cell(row, PLACE)}))'


def _mean(row: int, _count: Count) -> str:
    return f"IF({cell(row, OPINIONS)}=0,0,{cell(row, VOTES)}/{cell(row, OPINIONS)})"


def _full_marks(row: int, _count: Count) -> str:
    return f"IF({cell(row, OPINIONS)}=0,0,100*{cell(row, VOTES)}/{cell(row, OPINIONS)}/{TOP})"


def _head_count(row: int, _count: Count) -> str:
    heads, votes = cell(row, HEADS), cell(row, VOTES)
    return f"IF({heads}=0,50,50*MIN(1,{votes}/(2*{heads})))+MAX(0,101-{cell(row, PLACE)})/2"


def _given(row: int, _count: Count) -> str:
    return cell(row, VOTES)


FORMULAS: Mapping[str, Callable[[int, Count], str]] = MappingProxyType(
    {
        "rank_points": _rank_points,
        "share_of_votes": _share(lambda count: f"SUM({_column(VOTES, count)})"),
        "approvals_over_electors": _share(lambda _count: ELECTORS),
        "share_of_maximum": _share(lambda count: f"MAX({_column(VOTES, count)})"),
        "mean_of_grades": _mean,
        "share_of_full_marks": _full_marks,
        "head_count_fair": _head_count,
        "given_points": _given,
    }
)
