"""Real contests as bundles written by hand: every country scores the others and never itself, the public beside them.

Rules: from 2016 jury points plus televote points, ties to the higher televote; 2008 to 2015 one sum, ties to the entry
with more givers, then more 12s, more 10s and so on, then the earlier one in the running order.
"""

import csv
import json
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest

from evalflow.bundle import format, recount
from evalflow.errors import BundleError
from tests.bundle.written import recounted, write_table

FOLDER = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "eurovision"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the published results of Eurovision are not at hand")

RULES = """
format = 1
key = "song-contest"
title = { zh = "歌曲大赛", en = "Song contest" }
moves = "together"

[entry]
noun = { zh = "歌曲", en = "song" }

[[stage]]
key = "songs"
kind = "submission"
title = { zh = "报名", en = "Songs" }
review = "none"
  [[stage.field]]
  key = "country"
  type = "text"
  role = "title"
  required = true
  label = { zh = "国家", en = "Country" }
"""
SCORING = """
[[stage]]
key = "STAGE"
kind = "scoring"
title = { zh = "打分", en = "STAGE" }
raters = "each_branch"
own_entry = "excluded"
aggregate = { method = "sum" }
  [[stage.criterion]]
  key = "points"
  label = { zh = "分数", en = "Points" }
  max = 12
  given = [12, 10, 8, 7, 6, 5, 4, 3, 2, 1]
"""
RESULT = """
[[stage]]
key = "result"
kind = "decision"
title = { zh = "结果", en = "Result" }
seats = 1
combine = "sum"
tie_break = TIES
"""
COMPONENT = '  [[stage.component]]\n  from = "STAGE"\n  as = "score"\n'

ONE_SUM = {"countries": "total_points"}
JURY_AND_PUBLIC = {"jury": "jury_points", "public": "tele_points"}
CONTESTS = [
    (2014, ONE_SUM, ["countries.givers", "countries.countback", "number"]),
    (2018, JURY_AND_PUBLIC, ["public"]),
    (2023, JURY_AND_PUBLIC, ["public"]),
]


def rows_of(name, year):
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if (row["year"], row["round"]) == (str(year), "f")]


def write_final(folder, year, stages, ties):
    """One final as a folder; stages: {scoring stage: column of the votes that it sums}. Returns the official rows."""
    official, votes = rows_of("official_results.csv", year), rows_of("votes.csv", year)
    songs = [row["country"] for row in official]
    countries = sorted({*songs, *(row["from"].lower() for row in votes)})
    folder.mkdir()
    (folder / "bundle.json").write_text(
        json.dumps({"format": 1, "season": f"final-{year}", "digest": "", "draw_seed": ""})
    )
    scorings = "".join(SCORING.replace("STAGE", stage) for stage in stages)
    components = "".join(COMPONENT.replace("STAGE", stage) for stage in stages)
    rules = RULES + scorings + RESULT.replace("TIES", json.dumps(ties)) + components
    (folder / "definition.toml").write_text(rules, encoding="utf-8")
    write_table(folder / "branches.csv", ("branch", "name"), *((country, country.upper()) for country in countries))
    write_table(
        folder / "entries.csv",
        ("entry", "number", "branch", "title", "state"),
        *((row["country"], row["running_order"], row["country"], row["name"], "accepted") for row in official),
    )
    evidence = folder / "stages"
    write_table(
        evidence / "songs" / "submissions.csv", ("entry", "revision", "state"), *((s, 1, "accepted") for s in songs)
    )
    for stage, column in stages.items():
        given = [
            (row["from"].lower(), row["to"], "points", row[column]) for row in votes if row[column] not in ("", "0")
        ]
        raters = sorted({rater for rater, *_ in given})
        write_table(evidence / stage / "raters.csv", ("rater", "branch"), *((rater, rater) for rater in raters))
        write_table(evidence / stage / "sheets.csv", ("rater", "entry", "criterion", "points"), *given)
    (evidence / "result").mkdir()
    return official


def figure(official, column):
    return {row["country"]: Fraction(row[column]) for row in official}


@pytest.mark.parametrize(("year", "stages", "ties"), CONTESTS)
def test_every_total_and_place_equals_the_official_result(tmp_path, year, stages, ties):
    official = write_final(tmp_path / "final", year, stages, ties)
    outcomes = recounted(tmp_path / "final")
    assert list(outcomes) == ["songs", *stages, "result"]
    result = outcomes["result"]
    assert result.figures["composite"] == figure(official, "points")
    assert result.figures["place"] == figure(official, "place")
    assert [place["entry"] for place in result.facts["ranking"]] == [row["country"] for row in official]
    assert result.facts["decided"] == [{"entry": official[0]["country"], "place": 1}]


@pytest.mark.parametrize("year", [2018, 2023])
def test_what_juries_and_public_gave_equals_the_official_result(tmp_path, year):
    official = write_final(tmp_path / "final", year, JURY_AND_PUBLIC, ["public"])
    outcomes = recounted(tmp_path / "final")
    assert outcomes["jury"].figures["score"] == figure(official, "jury")
    assert outcomes["public"].figures["score"] == figure(official, "tele")


@pytest.mark.parametrize(("year", "stages", "ties"), CONTESTS)
def test_every_official_tie_is_broken_in_the_official_order_by_the_first_link(tmp_path, year, stages, ties):
    official = write_final(tmp_path / "final", year, stages, ties)
    pairs = [(one["country"], two["country"]) for one, two in pairwise(official) if one["points"] == two["points"]]
    broken = recount.recount(format.read(tmp_path / "final")).outcomes["result"].facts["ties"]
    assert broken == [{"link": ties[0], "groups": [[higher], [lower]]} for higher, lower in pairs]


def test_2014_had_three_ties():
    points = [row["points"] for row in rows_of("official_results.csv", 2014)]
    assert len(points) - len(set(points)) == 3


@pytest.fixture
def stored(tmp_path):
    """The final of 2018 with the outcomes it comes to."""
    write_final(tmp_path / "final", 2018, JURY_AND_PUBLIC, ["public"])
    text = recount.as_json(recount.recount(format.read(tmp_path / "final")))
    (tmp_path / "final" / "outcome.json").write_text(text, encoding="utf-8")
    return tmp_path / "final"


def test_a_bundle_with_its_own_outcomes_recounts_without_difference(stored):
    assert recount.recount(format.read(stored)).differences == ()


def test_one_changed_cell_of_the_evidence_is_reported_with_its_stage_and_entry(stored):
    sheets = stored / "stages" / "jury" / "sheets.csv"
    text = sheets.read_text(encoding="utf-8")
    assert "cy,se,points,12" in text
    sheets.write_text(text.replace("cy,se,points,12", "cy,se,points,0"), encoding="utf-8")
    assert recount.recount(format.read(stored)).differences == (
        "stage jury: score: entry se: 253 stored, 241 recounted",
        "stage jury: countback.se.0: 8 stored, 7 recounted",
        "stage jury: givers.se: 35 stored, 34 recounted",
        "stage result: composite: entry se: 274 stored, 262 recounted",
        "stage result: points.jury: entry se: 253 stored, 241 recounted",
    )


def test_one_changed_cell_of_the_outcome_is_reported_with_its_stage_and_entry(stored):
    tree = json.loads((stored / "outcome.json").read_text(encoding="utf-8"))
    assert tree["result"]["figures"]["composite"]["il"] == "529"
    tree["result"]["figures"]["composite"]["il"] = "530"
    (stored / "outcome.json").write_text(json.dumps(tree), encoding="utf-8")
    assert recount.recount(format.read(stored)).differences == (
        "stage result: composite: entry il: 530 stored, 529 recounted",
    )


def test_points_for_ones_own_song_are_refused_with_their_line(stored):
    sheets = stored / "stages" / "jury" / "sheets.csv"
    lines = sheets.read_text(encoding="utf-8").splitlines()
    sheets.write_text("\n".join([*lines, "il,il,points,0", ""]), encoding="utf-8")
    with pytest.raises(BundleError) as refused:
        recount.recount(format.read(stored))
    assert str(refused.value) == (
        f"stages/jury/sheets.csv:{len(lines) + 1}: rater 'il': expected no points for 'il', its own entry, found some"
    )
