"""A weighted vote explained, as a workbook, and invented: ten electors, of whom three have three votes each."""

import io
from dataclasses import replace

import openpyxl

from evalflow.analysis import samples
from evalflow.analysis.explanation import explain
from evalflow.analysis.votes_explained import Vote
from evalflow.analysis.workbook import workbook
from evalflow.bundle.format import Bundle
from evalflow.bundle.recount import outcome_of, recount
from tests.analysis.worked import TOML, worked

WEIGHTED = TOML.replace('kind = "ballot"', 'kind = "ballot"\nweights = "roll"').replace(
    "rank_points", "approvals_over_electors"
)
VOTES = ("3", "1", "1", "1", "3", "1")  # of the ballots; the second heavy one names b only


def weighted() -> Bundle:
    bundle = worked(WEIGHTED)
    vote = bundle.tables["vote"]
    ballots = [{**row, "votes": votes} for row, votes in zip(vote["ballots"], VOTES, strict=True)]
    weights = [{"weight": "1", "electors": "7"}, {"weight": "3", "electors": "3"}]
    return replace(bundle, tables={**bundle.tables, "vote": {**vote, "ballots": ballots, "weights": weights}})


def test_approvals_are_explained_over_the_votes_of_all_on_the_roll() -> None:
    bundle = weighted()
    parts = explain(bundle, recount(bundle).outcomes, "b").parts
    vote = next(part for part in parts if isinstance(part, Vote))
    assert (vote.votes, vote.cast, vote.electors, vote.roll_votes) == (9, 10, 10, 16)
    [points] = vote.points
    assert points.working is not None
    assert points.working.text() == "100 × 9 ÷ 16 = 56.25"


def test_the_workbook_divides_by_the_votes_of_all_on_the_roll_and_says_so() -> None:
    bundle = weighted()
    book = openpyxl.load_workbook(io.BytesIO(workbook(bundle, recount(bundle).outcomes, locale="en")))
    tops = [[(cell.value, sheet.cell(cell.row, 2).value) for cell in sheet["A"][:2]] for sheet in book.worksheets]
    assert [("Votes of all on the roll", 16), ("Valid votes", 9)] in tops


def test_an_invented_vote_weighs_everybody_alike() -> None:
    invented = samples.sample(weighted().definition, branches=7)
    facts = outcome_of(invented, invented.definition.stage("vote"), {}).facts
    assert facts["roll_votes"] == facts["electors"]
