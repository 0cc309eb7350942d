"""What can't be taken back is asked once more, without JavaScript too; Enter in a field does nothing of the kind."""

import re
from collections.abc import Callable

import pytest
from flask import Flask

from evalflow.config import TEMPLATES
from evalflow.stages.scoring.models import SheetRecusal
from tests.builders import House
from tests.declared import declared, secretaries
from tests.scored import SCORING, Scoring
from tests.visitors import Visitor

HOME = "/s/test-2026/score/scoring/"
IRREVERSIBLE = {
    "approval.recuse",
    "approval.rule",
    "award.finalise",
    "ballot.confirm",
    "ballot.confirm_unopenable",
    "decision.decide",
    "decision.divide",
    "decision.nobody",
    "decision.order",
    "decision.recuse",
    "notice.answer",
    "notice.erase",
    "notice.withdraw",
    "scoring.recuse",
    "submission.accept",
    "submission.reject",
    "submission.withdraw",
    "web.carry_over",
    "web.deactivate_person",
}


@pytest.fixture
def scoring(house: House) -> Scoring:
    by = secretaries(house)
    season = declared(house, SCORING, by=by)
    house.open(season, "score")
    return Scoring(house, season, by)


def test_every_act_that_can_t_be_taken_back_is_asked_once_more(app: Flask) -> None:
    asked = {name for name, view in app.view_functions.items() if getattr(view, "asks_first", False)}
    assert asked == IRREVERSIBLE


def test_stepping_back_says_what_follows_and_does_nothing_before_it_is_confirmed(
    scoring: Scoring, signed_in: Callable[[int | None], Visitor]
) -> None:
    rater = signed_in(scoring.by["smelting"].person_id)
    rater.get(HOME)
    fields = {"csrf_token": rater.token(), "version": "1", "entry": "refining", "points.refining.known": "7"}
    page = rater.client.post(f"{HOME}recuse", data=fields)
    assert page.status_code == 200 and "不再为其评分" in page.text and 'name="is_sure" value="1"' in page.text
    assert 'name="points.refining.known" value="7"' in page.text
    assert scoring.house.ask(lambda session: session.query(SheetRecusal).count()) == 0


def test_enter_in_a_mark_saves_the_sheet(scoring: Scoring, signed_in: Callable[[int | None], Visitor]) -> None:
    page = signed_in(scoring.by["smelting"].person_id).get(HOME).text
    form = page.partition('<form method="post" hx-post')[2]
    first = re.search(r"<button[^>]*>", form)
    assert first is not None and 'name="save"' in first[0] and "formaction" not in first[0]


def test_in_no_form_does_enter_press_something_that_takes_anything_away() -> None:
    """Enter presses the first button of a form, without a script unasked."""
    wrong = []
    for path in sorted(TEMPLATES.rglob("*.html")):
        for form in re.findall(r'<form\s[^>]*?method="post".*?</form>', path.read_text(encoding="utf-8"), re.DOTALL):
            buttons = re.findall(r"<button[^>]*>|\{\{ forms\.submit\([^}]*\}\}", form)
            if len(buttons) > 1 and ("danger" in buttons[0] or "formaction" in buttons[0]):
                wrong.append(f"{path.relative_to(TEMPLATES)}: {buttons[0]}")
    assert wrong == []
