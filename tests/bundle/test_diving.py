"""Springboard diving at Sydney 2000 as a bundle: three rounds of five dives, each as difficult as declared.

Rules: FINA Diving Rules 2000: the sum of the middle five of seven awards, times the difficulty, times 3/5; the
preliminaries count in the semifinal, the semifinal in the final. Who comes into which round is taken from the results.
"""

import csv
from fractions import Fraction
from pathlib import Path

import pytest

from evalflow.bundle import format, recount
from evalflow.errors import BundleError
from tests.bundle.written import recounted, write_entries, write_rules, write_sheets

FOLDER = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "diving_2000"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the published results of the divers are not at hand")

ROUNDS = {"prelim": "Prelim", "semi": "Semi", "final": "Final"}
COUNTED = {"prelim": ["prelim"], "semi": ["prelim", "semi"], "final": ["semi", "final"]}
HEAD = """
format = 1
key = "springboard"
title = { zh = "三米板", en = "Springboard" }
moves = "together"

[entry]
noun = { zh = "运动员", en = "diver" }
per_owner = 2

[[stage]]
key = "list"
kind = "submission"
title = { zh = "动作表", en = "List of dives" }
review = "none"
field = [
  { key = "name", type = "text", role = "title", required = true, label = { zh = "姓名", en = "Name" } },
  FIELDS
]
"""
FIELD = '{ key = "ROUND-DIVE", type = "number", label = { zh = "难度", en = "Difficulty" } },\n'
ROUND = """
[[stage]]
key = "ROUND"
kind = "scoring"
title = { zh = "一轮", en = "ROUND" }
raters = "each_committee_member"
own_entry = "OWN"
aggregate = { by = "criterion", method = "trimmed_sum", trim_when_more_than = 2 }
criterion = [
  CRITERIA
]

[[stage]]
key = "after-ROUND"
kind = "decision"
title = { zh = "名次", en = "Ranking" }
seats = 18
combine = "sum"
component = [COMPONENTS]
"""
CRITERION = (
    '{ key = "dive-DIVE", label = { zh = "动作", en = "Dive" }, max = 10, step = "0.5", '
    'factor = "0.6", factor_from = "list.ROUND-DIVE" },\n'
)


def dives(round_name=None):
    with (FOLDER / "dives.csv").open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if round_name in (None, row["round"])]


def keys():
    """{diver: entry key}"""
    return {diver: f"d{number}" for number, diver in enumerate(sorted({row["diver"] for row in dives()}), 1)}


def rules(own):
    every = [str(number) for number in range(1, 6)]
    fields = [FIELD.replace("ROUND", name).replace("DIVE", dive) for name in ROUNDS for dive in every]
    text = HEAD.replace("FIELDS", "".join(fields))
    for name in ROUNDS:
        components = ", ".join(f'{{ from = "{one}", as = "score" }}' for one in COUNTED[name])
        criteria = "".join(CRITERION.replace("DIVE", dive) for dive in every)
        stage = ROUND.replace("CRITERIA", criteria).replace("COMPONENTS", components)
        text += stage.replace("ROUND", name).replace("OWN", own)
    return text


def awards(name):
    """(judge, diver's key, dive, award) of a round. A judge is called by place and country."""
    entry = keys()
    return [
        (f"j{place}-{country.lower()}", entry[row["diver"]], f"dive-{row['dive_no']}", row[f"J{place}"])
        for row in dives(ROUNDS[name])
        for place, country in enumerate(row["judge_countries"].split(), 1)
    ]


def write_event(folder, own="allowed"):
    """The whole event; every judge speaks for the country he or she comes from."""
    entry, rounds = keys(), {column: name for name, column in ROUNDS.items()}
    write_rules(folder, rules(own), season="sydney-2000")
    write_entries(
        folder,
        {entry[row["diver"]]: (row["country"].lower(), row["diver"]) for row in dives()},
        stage="list",
        branches={judge.rpartition("-")[2] for name in ROUNDS for judge, *_ in awards(name)},
        fields=[
            (entry[row["diver"]], f"{rounds[row['round']]}-{row['dive_no']}", row["difficulty"]) for row in dives()
        ],
    )
    for name in ROUNDS:
        given = awards(name)
        write_sheets(folder, name, given, raters={judge: judge.rpartition("-")[2] for judge, *_ in sorted(given)})
        (folder / "stages" / f"after-{name}").mkdir()
    return folder


def official(name):
    """{entry: place} of those who dived in the round."""
    return {keys()[row["diver"]]: int(row["rank_in_round"]) for row in dives(ROUNDS[name])}


def test_every_round_is_ranked_as_published_among_those_who_came_into_it(tmp_path):
    outcomes = recounted(write_event(tmp_path / "event"))
    for name in ROUNDS:
        divers = official(name)
        found = outcomes[f"after-{name}"].figures["place"]
        assert {entry: found[entry] for entry in divers} == divers


def test_every_dive_is_the_middle_five_times_difficulty_times_three_fifths(tmp_path):
    outcomes, entry = recount.recount(format.read(write_event(tmp_path / "event"))).outcomes, keys()
    for name, column in ROUNDS.items():
        for row in dives(column):
            middle = sorted(Fraction(row[f"J{place}"]) for place in range(1, 8))[1:-1]
            part = outcomes[name].facts["parts"][entry[row["diver"]]][f"dive-{row['dive_no']}"]
            assert Fraction(part["panel"]) == sum(middle)
            assert Fraction(part["part"]) == sum(middle) * Fraction(row["difficulty"]) * 3 / 5


def test_the_olympic_champions_final_is_recounted_to_the_cent(tmp_path):
    """Fu Mingxia, 609.42 points: her semifinal carried over and five dives."""
    outcomes = recount.recount(format.read(write_event(tmp_path / "event"))).outcomes
    champion = keys()["FU Mingxia"]
    assert outcomes["after-final"].figures["composite"][champion] == Fraction("609.42")
    assert outcomes["final"].facts["parts"][champion]["dive-1"]["part"] == "351/5"  # 39 × 3.0 × 0.6


def test_where_judges_may_not_score_their_own_country_the_first_who_did_is_refused_with_file_and_line(tmp_path):
    given = awards("prelim")
    country = {keys()[row["diver"]]: row["country"].lower() for row in dives()}
    line, judge, entry = next(
        (line, judge, entry)
        for line, (judge, entry, *_) in enumerate(given, 2)
        if judge.rpartition("-")[2] == country[entry]
    )
    with pytest.raises(BundleError) as refused:
        recount.recount(format.read(write_event(tmp_path / "event", own="excluded")))
    assert str(refused.value) == (
        f"stages/prelim/sheets.csv:{line}: rater '{judge}': expected no points for '{entry}', its own entry, found some"
    )
