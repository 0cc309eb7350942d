"""The page on bundles says what the code does: its example is a whole bundle, its tables are those of the kinds."""

import re
from pathlib import Path

import pytest

from evalflow.bundle import format, recount
from evalflow.bundle.reference import reference
from evalflow.kinds import KINDS

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "bundle.md").read_text(encoding="utf-8")
FILE = re.compile(r"^`([\w./]+)` (?:(?!```).)*?\n\n```(?:json|toml|csv)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture
def example(tmp_path):
    """The folder that a reader would have who copied every file of the example."""
    for file, text in FILE.findall(PAGE):
        path = tmp_path / "teahouse" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path / "teahouse"


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
    assert written == reference(KINDS)
