"""The handbook says what the code does: tables made from the code stand in it word for word."""

from pathlib import Path

from evalflow.kinds import KINDS
from evalflow.workflow.reference import reference

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_the_option_tables_are_those_of_the_code() -> None:
    text = (DOCS / "workflow-files.md").read_text()
    written = text.split("<!-- reference -->\n")[1].split("<!-- end of reference -->")[0]
    assert written.strip() == reference(KINDS).strip(), "run: make docs"
