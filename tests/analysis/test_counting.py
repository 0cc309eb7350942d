"""The handbook of counting rules says what the code does: it is made from it, and no rule is left out of it."""

from pathlib import Path
from typing import get_args

from evalflow.analysis import counting
from evalflow.kinds import electing
from evalflow.kinds.decision_rules import DecisionOptions
from evalflow.kinds.rubric import Aggregate
from evalflow.tally.points import VOTE_POINTS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "counting.md"


def test_the_page_is_what_the_docstrings_say() -> None:
    written = PAGE.read_text(encoding="utf-8").split("<!-- rules -->\n")[1].split("<!-- end of rules -->")[0]
    assert written.strip() == counting.reference().strip(), "run: make docs"


def test_every_rule_has_a_worked_example() -> None:
    assert [name for name, rule in counting.rules().items() if ">>>" not in (rule.__doc__ or "")] == []


def test_every_name_a_workflow_file_may_use_leads_to_a_rule() -> None:
    told = {name for names in counting.names().values() for name in names}
    assert {f'as = "{name}"' for name in VOTE_POINTS} <= told
    assert {f'method = "{name}"' for name in ("approval", "plurality", *electing.METHODS)} <= told
    methods, combining = Aggregate.model_fields["method"], DecisionOptions.model_fields["combine"]
    assert {f'aggregate.method = "{name}"' for name in get_args(methods.annotation)} <= told
    assert {f'combine = "{name}"' for name in get_args(combining.annotation)} <= told


def test_no_name_leads_to_a_rule_that_is_gone() -> None:
    assert counting.names().keys() - counting.rules().keys() == set()
