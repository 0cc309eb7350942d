"""The page on bundles says what the code does: its example is a whole bundle, its tables are those of the kinds."""

import json
import re
from pathlib import Path

import pytest

from evalflow.bundle import format, recount
from evalflow.bundle.reference import reference
from evalflow.errors import BundleError
from evalflow.kinds import KINDS
from tests.bundle.conftest import PAGE


def test_the_example_recounts_to_the_outcome_written_beside_it(example):
    recounted = recount.recount(format.read(example))
    assert recounted.differences == ()
    assert list(recounted.outcomes) == ["entries", "vote", "result"]
    assert len(format.read(example).entries) == 3


def test_a_reader_who_leaves_the_outcome_out_gets_it_printed(example):
    stated = format.read(example).outcomes
    (example / "outcome.json").unlink()
    (example / "stages" / "result").mkdir()
    assert recount.as_json(recount.recount(format.read(example))) == format.outcome_text(stated)


def test_the_change_the_page_tells_of_is_reported_in_its_words(example):
    ballots = example / "stages" / "vote" / "ballots.csv"
    ballots.write_text(ballots.read_text().replace("b2,lotus,1", "b2,pine,1"))
    (told,) = re.findall(r"^```text\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert recount.recount(format.read(example)).differences == tuple(told.splitlines())


def test_the_evidence_tables_are_those_of_the_code():
    written = PAGE.split("<!-- tables -->\n")[1].split("<!-- end of tables -->")[0]
    assert written.strip() == reference(KINDS).strip(), "run: make docs"


BLOCKS = re.compile(
    r"^### (Ranked|Scored|Graded)\n.*?^```toml\n(.*?)^```.*?^```csv\n(.*?)^```.*?^```json\n(.*?)^```", re.M | re.S
)
BALLOTS = {name: parts for name, *parts in BLOCKS.findall(PAGE)}


@pytest.mark.parametrize("how", ["Ranked", "Scored", "Graded"])
def test_ballots_that_rank_score_or_grade_are_written_by_hand_from_the_page_alone(example: Path, how: str) -> None:
    stage, ballots, told = BALLOTS[how]
    put(example, stage, ballots)
    vote = recount.recount(format.read(example)).outcomes["vote"].to_json()
    stated = json.loads(told)
    assert vote["figures"] == stated["figures"]
    assert {name: fact for name, fact in vote["facts"].items() if name != "election"} == stated["facts"]


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ("Ranked", "expected ENTRY:RANK, such as jade:1, with 1 for the best, found 'jade'"),
        ("Scored", "expected ENTRY:POINTS, such as jade:1, with 0 to 10 points, found 'jade'"),
        ("Graded", "expected ENTRY:GRADE, such as jade:good, with a grade out of good, fair, found 'jade'"),
    ],
)
def test_a_ballot_without_marks_is_told_how_one_is_written_in_its_vote(example: Path, how: str, told: str) -> None:
    put(example, BALLOTS[how][0], "ballot,choices,votes\nb1,jade,1\n")
    with pytest.raises(BundleError) as refused:
        recount.recount(format.read(example))
    assert str(refused.value) == f"stages/vote/ballots.csv:2: choices: {told}"


def put(example: Path, stage: str, ballots: str) -> None:
    """The page's bundle with another vote, of which nothing is claimed."""
    rules = (example / "definition.toml").read_text(encoding="utf-8")
    before, _, after = rules.partition('[[stage]]\nkey    = "vote"')
    (example / "definition.toml").write_text(
        f"{before}{stage}\n[[stage]]{after.partition('[[stage]]')[2]}", encoding="utf-8"
    )
    (example / "stages" / "vote" / "ballots.csv").write_text(ballots, encoding="utf-8")
    (example / "outcome.json").unlink()
