"""The page on bundles says what the code does: its example is a whole bundle, its tables are those of the kinds."""

import re

from evalflow.bundle import format, recount
from evalflow.bundle.reference import reference
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
