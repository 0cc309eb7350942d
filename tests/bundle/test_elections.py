"""Real elections as bundles written by hand, recounted by the rules of a workflow file and by the command."""

import csv
import gzip
import json
from collections import Counter
from itertools import count, cycle
from math import ceil
from pathlib import Path

import pytest
from click.testing import CliRunner

from evalflow.cli import main
from tests.bundle.elections import order, write_election
from tests.bundle.written import recounted

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the published elections are not at hand")


def sets(name):
    return sorted((DATA / name).glob("*")) if DATA.is_dir() else []


def published(path):
    return json.loads((DATA / path).read_text(encoding="utf-8"))


def ids(paths):
    return [path.stem for path in paths]


KUBERNETES = [path for path in sets("kubernetes_elections") if path.suffix == ".csv"]


@pytest.mark.parametrize("path", KUBERNETES, ids=ids(KUBERNETES))
def test_kubernetes_is_ranked_as_published_with_no_opinion_out_of_every_comparison(path, tmp_path):
    official = published("kubernetes_elections/official_results.json")[path.stem.removesuffix("_ballots")]
    with path.open(encoding="utf-8", newline="") as file:
        entries, *rows = csv.reader(file)
    marks = [
        "|".join(f"c{n}:{'?' if mark == 'No opinion' else mark}" for n, mark in enumerate(row, 1) if mark)
        for row in rows
    ]
    rules = 'method = "schulze"\nequal_ranks = true\nno_opinion = true\n'
    seats = official["seats"]
    write_election(tmp_path / "b", rules, entries, Counter(marks).items(), seats=seats, electors=len(rows))
    outcomes = recounted(tmp_path / "b")
    assert order(outcomes["vote"], entries) == official["ranking"]
    assert [entries[int(one["entry"][1:]) - 1] for one in outcomes["result"].facts["decided"]] == official["winners"]


DEBIAN = {vote["id"]: vote for vote in published("debian_votes/debian_votes.json")} if DATA.is_dir() else {}


@pytest.mark.parametrize("key", DEBIAN)
def test_debian_s_winner_beats_the_default_by_quorum_and_majority(key, tmp_path):
    vote = DEBIAN[key]
    default = vote["default_option"] - 1
    entries = [option for index, option in enumerate(vote["options"]) if index != default]
    keys = ["*" if n == default else f"c{n + 1 - (n > default)}" for n in range(len(vote["options"]))]
    ballots = [
        ("|".join(f"{k}:{int(mark, 36)}" for k, mark in zip(keys, marks, strict=True) if mark != "-"), times)
        for marks, times in vote["ballots"]
    ]
    needed = {k: ratio for k, ratio in zip(keys, vote["majority_required"], strict=True) if ratio is not None}
    rules = (
        'method = "schulze"\nequal_ranks = true\n'
        'default = { title = { zh = "继续讨论" }, majority = "nomination.number", quorum = "QUORUM" }\n'
    ).replace("QUORUM", str(ceil(vote["quorum"])))
    write_election(tmp_path / "b", rules, entries, ballots, seats=1, electors=vote["n_ballots"], numbers=needed)
    found = recounted(tmp_path / "b")
    told = found["vote"].facts["election"]
    assert told["steps"][0]["votes"] == [
        [vote["official"]["beat_matrix"][i][j] for j in _default_last(len(keys), default)]
        for i in _default_last(len(keys), default)
    ]
    [winner] = [vote["options"][number - 1] for number in vote["official"]["winners"]]
    assert order(found["vote"], entries)[:1] == [winner]
    assert vote["official"]["dropped_for_majority"] == told["out"] == []


def _default_last(size, default):
    return [index for index in range(size) if index != default] + [default]


SCOTTISH = [path for path in sets("scottish_stv") if path.suffix == ".csv"]


@pytest.mark.parametrize("path", SCOTTISH, ids=ids(SCOTTISH))
def test_scottish_wards_elect_whom_they_elected(path, tmp_path):
    official = published("scottish_stv/official_results.json")[path.stem]
    with path.open(encoding="utf-8", newline="") as file:
        (_, seats), names, *rows = csv.reader(file)
    entries = "|".join(names).split("|")
    ballots = [
        ("|".join(f"c{candidate}:{rank}" for rank, candidate in enumerate(choices.split(), 1)), int(times))
        for times, choices in rows
    ]
    valid = sum(times for _, times in ballots)
    rules = f'method = "stv"\nseats = {seats}\n'
    write_election(tmp_path / "b", rules, entries, ballots, seats=int(seats), electors=valid)
    found = recounted(tmp_path / "b")
    elected = [entries[int(one["entry"][1:]) - 1] for one in found["result"].facts["decided"]]
    assert (found["vote"].facts["valid"], sorted(elected)) == (official["valid"], sorted(official["elected"]))


PABULIB = [path for path in sets("pabulib") if path.suffix == ".pb"]
PAPER = {
    "approval": lambda choices, points: "|".join(choices),
    "ordinal": lambda choices, points: "|".join(f"{key}:{rank}" for rank, key in enumerate(choices, 1)),
    "cumulative": lambda choices, points: "|".join(
        f"{key}:{given}" for key, given in zip(choices, points, strict=True)
    ),
}
METHOD = {
    "approval": lambda meta: f'method = "approval"\nchoose = {{ min = 1, max = {meta.get("max_length", 62)} }}\n',
    "ordinal": lambda meta: 'method = "positional"\nranks = [3, 2, 1]\n',
    "cumulative": lambda meta: f'method = "cumulative"\npoints = {meta["max_sum_points"]}\n',
}


def parts(path):
    """{section: rows} of a file of the library."""
    found, section = {}, []
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.reader(file, delimiter=";"):
            if row in (["META"], ["PROJECTS"], ["VOTES"]):
                section = found.setdefault(row[0], [])
            else:
                section.append(row)
    return {name: [dict(zip(rows[0], row, strict=False)) for row in rows[1:]] for name, rows in found.items()}


@pytest.mark.parametrize("path", PABULIB, ids=ids(PABULIB))
def test_participatory_budgets_have_the_counts_that_the_city_published(path, tmp_path):
    found = parts(path)
    meta = {row["key"]: row["value"] for row in found["META"]}
    projects = [row["project_id"] for row in found["PROJECTS"]]
    key = {project: f"c{number}" for number, project in zip(count(1), projects, strict=False)}
    kind = meta["vote_type"]
    ballots = Counter(
        PAPER[kind]([key[one] for one in row["vote"].split(",")], row.get("points", "").split(","))
        for row in found["VOTES"]
    )
    rules = METHOD[kind](meta)
    write_election(tmp_path / "b", rules, projects, ballots.items(), seats=1, electors=len(found["VOTES"]))
    vote = recounted(tmp_path / "b")["vote"]
    column = "votes" if kind == "approval" else "score"
    assert vote.figures["votes"] == {key[row["project_id"]]: int(row[column]) for row in found["PROJECTS"]}
    assert vote.facts["invalid"] == 0


@pytest.mark.parametrize("path", PABULIB, ids=ids(PABULIB))
def test_participatory_budgets_fund_whom_the_city_funded(path, tmp_path):
    found = parts(path)
    meta = {row["key"]: row["value"] for row in found["META"]}
    projects = [row["project_id"] for row in found["PROJECTS"]]
    key = {project: f"c{number}" for number, project in enumerate(projects, 1)}
    ballots = Counter(
        PAPER[meta["vote_type"]]([key[one] for one in row["vote"].split(",")], row.get("points", "").split(","))
        for row in found["VOTES"]
    )
    costs = {key[row["project_id"]]: int(row["cost"]) for row in found["PROJECTS"]}
    budget = f'budget = {{ amount = {meta["budget"]}, cost = "nomination.number" }}\n'
    write_election(
        tmp_path / "b",
        METHOD[meta["vote_type"]](meta),
        projects,
        ballots.items(),
        seats=len(projects),
        electors=len(found["VOTES"]),
        numbers=costs,
        result=budget,
    )
    result = recounted(tmp_path / "b")["result"]
    funded = {one["entry"] for one in result.facts["decided"]}
    assert funded == {key[row["project_id"]] for row in found["PROJECTS"] if row["selected"] == "1"}
    assert result.facts["cut"]["left"] == str(int(meta["budget"]) - sum(costs[one] for one in funded))


LOAD = DATA / "pabulib_load"
LONGEST, EVERY = 62, 50  # entries on a paper; elections of which one is recounted


def gzipped(path):
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def sample():
    """{election: {project: votes as published}} of one in so many that fit on a paper."""
    rows = sorted(gzipped(LOAD / "published_totals.csv.gz"), key=lambda row: row["election"])
    told = {row["election"]: [part.rpartition(":") for part in row["published_votes"].split("|")] for row in rows}
    short = [name for name, parts in told.items() if len(parts) <= LONGEST][::EVERY]
    return {name: {key: int(votes or 0) for key, _, votes in told[name]} for name in short}


def test_elections_of_the_large_set_are_recounted_to_their_published_totals(tmp_path):
    wanted = sample()
    cast = {name: Counter() for name in wanted}
    for part in sorted(LOAD.glob("approval_part*.csv.gz")):
        for row in gzipped(part):
            if row["election"] in wanted:
                cast[row["election"]][row["choices"]] += int(row["ballots"])
    found = {name: recounted_votes(tmp_path / name, wanted[name], cast[name]) for name in wanted}
    assert (len(found), found) == (12, wanted)


def recounted_votes(folder, votes, cast):
    """{project: votes} of a bundle made of these ballots."""
    key = {project: f"c{number}" for number, project in enumerate(votes, 1)}
    ballots = [
        ("|".join(key[one] for one in filter(None, choices.split("|"))), times) for choices, times in cast.items()
    ]
    rules = f'method = "approval"\nchoose = {{ min = 1, max = {LONGEST} }}\n'
    write_election(folder, rules, [*votes], ballots, seats=1, electors=cast.total())
    counted = recounted(folder)["vote"].figures["votes"]
    return {project: int(counted[key[project]]) for project in votes}


PYTHON = published("python_steering_council/elections.json") if DATA.is_dir() else {}


@pytest.mark.parametrize("key", PYTHON)
def test_python_s_council_from_ballots_made_to_fit_the_counts_as_none_were_published(key, tmp_path):
    election = PYTHON[key]
    entries = list(election["votes"])
    box = [set() for _ in range(election["ballots"])]
    turn = cycle(range(len(box)))
    for number, votes in enumerate(election["votes"].values(), 1):
        for _ in range(votes):
            box[next(turn)].add(f"c{number}")
    rules = f'method = "approval"\nchoose = {{ min = 0, max = {len(entries)} }}\n'
    ballots = [("|".join(sorted(chosen)), 1) for chosen in box]
    write_election(tmp_path / "b", rules, entries, ballots, seats=election["seats"], electors=election["eligible"])
    found = recounted(tmp_path / "b")
    assert found["vote"].figures["votes"] == {f"c{n}": votes for n, votes in enumerate(election["votes"].values(), 1)}
    elected = {entries[int(one["entry"][1:]) - 1] for one in found["result"].facts["decided"]}
    assert elected == set(election["winners"])


def test_a_place_that_the_ballots_do_not_give_is_told_and_ends_with_1(tmp_path):
    write_election(tmp_path / "b", 'method = "schulze"\n', ["One", "Other"], [("c1:1|c2:2", 3)], seats=1, electors=3)
    told = {stage: outcome.to_json() for stage, outcome in recounted(tmp_path / "b").items()}
    told["vote"]["figures"]["place"] = {"c1": "2", "c2": "1"}
    (tmp_path / "b" / "outcome.json").write_text(json.dumps(told))
    again = CliRunner().invoke(main, ["recount", str(tmp_path / "b")])
    assert (again.exit_code, again.stderr.splitlines()) == (
        1,
        [
            "stage vote: place: entry c1: 2 stored, 1 recounted",
            "stage vote: place: entry c2: 1 stored, 2 recounted",
        ],
    )
