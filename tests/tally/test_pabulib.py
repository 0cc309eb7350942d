"""Participatory budgets of Polish cities: three million ballots counted, and whom the money went to."""

import csv
import gzip
from collections import defaultdict
from pathlib import Path

import pytest

from evalflow.tally.budget import greedy
from evalflow.tally.voting import approval

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the published ballots are not at hand")
CITIES = sorted((DATA / "pabulib").glob("*.pb")) if DATA.is_dir() else []


def rows_of(path):
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def test_607_elections_have_the_totals_that_were_published_but_for_a_name_that_one_ballot_has_twice():
    ballots = defaultdict(list)
    for part in sorted((DATA / "pabulib_load").glob("approval_part*.csv.gz")):
        for row in rows_of(part):
            ballots[row["election"]].append((set(filter(None, row["choices"].split("|"))), int(row["ballots"])))
    cast, differences = 0, {}
    totals = list(rows_of(DATA / "pabulib_load" / "published_totals.csv.gz"))
    for row in totals:
        told = (part.rpartition(":") for part in row["published_votes"].split("|"))
        published = {key: int(votes or 0) for key, _, votes in told}
        box = ballots[row["election"]]
        count = approval(box, tuple(published), minimum=0, maximum=len(published))
        assert (count.cast, count.invalid) == (int(row["ballots"]), 0), row["election"]
        cast += count.cast
        more = {key: votes - count.votes[key] for key, votes in published.items() if votes != count.votes[key]}
        differences |= {row["election"]: more} if more else {}
    assert (len(totals), cast, differences) == (607, 3_015_181, {"poland_warszawa_2022_wola": {"1040": 1}})


@pytest.mark.parametrize("path", CITIES, ids=[path.stem for path in CITIES])
def test_the_money_goes_to_whom_the_city_funded_by_votes_or_points_as_it_ranked_them(path):
    with path.open(encoding="utf-8", newline="") as file:
        lines = list(csv.reader(file, delimiter=";"))
    starts = {name: lines.index([name]) for name in ("META", "PROJECTS", "VOTES")}
    meta = dict(line[:2] for line in lines[starts["META"] + 2 : starts["PROJECTS"]])
    header, *projects = lines[starts["PROJECTS"] + 1 : starts["VOTES"]]
    projects = [dict(zip(header, line, strict=False)) for line in projects]
    ranked_by = "votes" if meta["vote_type"] == "approval" else "score"
    votes = {project["project_id"]: int(project[ranked_by]) for project in projects}
    costs = {project["project_id"]: int(project["cost"]) for project in projects}
    funded = greedy(votes, costs, int(meta["budget"]))
    selected = {project["project_id"] for project in projects if project["selected"] == "1"}
    assert (set(funded.chosen), funded.tied) == (selected, ())
