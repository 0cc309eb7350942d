"""The International Mathematical Olympiad of 2019 as a bundle: six problems, medals by cutoffs, honourable mention."""

import csv
import json
from collections import Counter
from fractions import Fraction
from pathlib import Path

import pytest

from evalflow.bundle import format, recount
from evalflow.errors import BundleError
from evalflow.kinds import KINDS
from evalflow.kinds.award import due
from tests.bundle.written import recounted, write_table

FOLDER = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "imo"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the published results of the olympiad are not at hand")

PROBLEMS = [f"p{number}" for number in range(1, 7)]
AWARDS = {"gold": "Gold medal", "silver": "Silver medal", "bronze": "Bronze medal", "mention": "Honourable mention"}
RULES = """
format = 1
key = "olympiad"
title = { zh = "国际数学奥林匹克", en = "Mathematical olympiad" }
moves = "together"

[entry]
noun = { zh = "选手", en = "contestant" }
per_owner = 6

[[stage]]
key = "registration"
kind = "submission"
title = { zh = "报名", en = "Registration" }
review = "none"
field = [{ key = "name", type = "text", role = "title", required = true, label = { zh = "编号", en = "Number" } }]

[[stage]]
key = "problems"
kind = "scoring"
title = { zh = "六道题", en = "Problems" }
raters = "each_committee_member"
aggregate = { method = "sum" }
criterion = [CRITERIA]

[[stage]]
key = "ranking"
kind = "decision"
title = { zh = "排名", en = "Ranking" }
seats = 1000
combine = "sum"
round = { decimals = 0 }
component = [{ from = "problems", as = "score" }]

[[stage]]
key = "closing"
kind = "award"
title = { zh = "闭幕式", en = "Closing ceremony" }
honour = { zh = "奖牌", en = "Medals" }
tier = [
  { key = "gold", title = { zh = "金牌", en = "Gold medal" }, at_least = "GOLD" },
  { key = "silver", title = { zh = "银牌", en = "Silver medal" }, at_least = "SILVER" },
  { key = "bronze", title = { zh = "铜牌", en = "Bronze medal" }, at_least = "BRONZE" },
  { key = "mention", title = { zh = "荣誉奖", en = "Honourable mention" }, full_mark_in = "problems" },
]
"""
BY_SHARES = {"gold": "1/12", "silver": "1/6", "bronze": "1/4"}


def official():
    with (FOLDER / "individual_results.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def cutoffs():
    return json.loads((FOLDER / "cutoffs.json").read_text(encoding="utf-8"))["2019"]


def rules():
    criteria = ", ".join(f'{{ key = "{one}", label = {{ zh = "{one}" }}, max = 7 }}' for one in PROBLEMS)
    text = RULES.replace("CRITERIA", criteria)
    for medal in ("Gold", "Silver", "Bronze"):
        text = text.replace(f'"{medal.upper()}"', f'"{cutoffs()[medal]}"')
    return text


@pytest.fixture
def olympiad(tmp_path):
    """The folder without awards: contestants under their published numbers, countries as branches c1, c2, …"""
    rows = official()
    countries = {name: f"c{number}" for number, name in enumerate(sorted({row["country"] for row in rows}), 1)}
    folder = tmp_path / "olympiad"
    folder.mkdir()
    head = {"format": 1, "season": "imo-2019", "digest": "", "draw_seed": ""}
    (folder / "bundle.json").write_text(json.dumps(head), encoding="utf-8")
    (folder / "definition.toml").write_text(rules(), encoding="utf-8")
    write_table(folder / "branches.csv", ("branch", "name"), *((key, name) for name, key in countries.items()))
    write_table(
        folder / "entries.csv",
        ("entry", "number", "branch", "title", "state"),
        *(
            (key(row), number, countries[row["country"]], row["contestant"], "accepted")
            for number, row in enumerate(rows, 1)
        ),
    )
    stages = folder / "stages"
    write_table(
        stages / "registration" / "submissions.csv",
        ("entry", "revision", "state"),
        *((key(row), 1, "accepted") for row in rows),
    )
    write_table(stages / "registration" / "fields.csv", ("entry", "field", "value"))
    write_table(stages / "problems" / "raters.csv", ("rater", "branch"), ("coordinators", ""))
    write_table(stages / "problems" / "recusals.csv", ("rater", "entry"))
    write_table(
        stages / "problems" / "sheets.csv",
        ("rater", "entry", "criterion", "points"),
        *(("coordinators", key(row), problem, row[problem]) for row in rows for problem in PROBLEMS),
    )
    for table, columns in KINDS["decision"].tables.items():
        write_table(stages / "ranking" / f"{table}.csv", columns)
    return folder


def key(row):
    return f"n{row['contestant']}"


def award(folder, awards):
    """The published awards as the ceremony's evidence. awards: {key: tier}."""
    rows = [(key(row), row["rank"], awards[key(row)]) for row in official() if key(row) in awards]
    write_table(folder / "stages" / "closing" / "awards.csv", ("entry", "place", "tier"), *rows)


def published():
    titles = {title: tier for tier, title in AWARDS.items()}
    return {key(row): titles[row["award"]] for row in official() if row["award"]}


def test_every_total_rank_and_award_equals_the_published_one(olympiad):
    award(olympiad, published())
    outcomes = recounted(olympiad)
    rows = {key(row): row for row in official()}
    ranking = outcomes["ranking"]
    assert ranking.figures["composite"] == {entry: Fraction(row["total"]) for entry, row in rows.items()}
    assert ranking.figures["place"] == {entry: Fraction(row["rank"]) for entry, row in rows.items()}
    found = outcomes["closing"].facts["awards"]
    assert {one["entry"]: one["tier"] for one in found} == published()
    counts = cutoffs()["counts"]
    assert Counter(one["tier"] for one in found) == {
        "gold": counts["Gold"],
        "silver": counts["Silver"],
        "bronze": counts["Bronze"],
        "mention": counts["Honourable"],
    }


def test_another_medal_than_the_one_due_is_refused(olympiad):
    silver = next(entry for entry, tier in published().items() if tier == "silver")
    award(olympiad, {**published(), silver: "gold"})
    with pytest.raises(BundleError, match=r"awards\.csv:\d+: tier of .*: expected 'silver', found 'gold'"):
        recount.recount(format.read(olympiad))


def test_the_jurys_cutoffs_can_not_be_derived_shares_of_the_field_give_the_same_gold_and_more_silver(olympiad):
    text = (olympiad / "definition.toml").read_text(encoding="utf-8")
    for medal, share in zip(("Gold", "Silver", "Bronze"), BY_SHARES.values(), strict=True):
        text = text.replace(f'at_least = "{cutoffs()[medal]}"', f'share = "{share}"')
    (olympiad / "definition.toml").write_text(text, encoding="utf-8")
    bundle = format.read(olympiad)
    earlier = {}
    for stage in bundle.definition.stages[:-1]:
        earlier[stage.key] = recount.outcome_of(bundle, stage, earlier)
    case = recount.case_of(bundle, bundle.definition.stages[-1], earlier)
    found = Counter(one["tier"] for one in due(case))
    assert found == {"gold": 52, "silver": 115, "bronze": 158, "mention": 122}  # by cutoffs 52, 94, 156, 144
