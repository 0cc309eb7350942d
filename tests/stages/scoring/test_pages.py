"""Scoring as a browser without JavaScript uses it, and what is kept when it has one."""

import re
from collections.abc import Callable

import pytest

from evalflow.access import Role
from evalflow.stages.scoring import queries
from tests.scored import GOOD, Points, Scoring
from tests.visitors import Visitor

HOME = "/s/test-2026/score/scoring/"
SAME: Points = {key: {"known": "5", "works": "50"} for key in GOOD}
SignIn = Callable[[int | None], Visitor]


def fields(visitor: Visitor, typed: Points, **more: str) -> dict[str, str]:
    """What the form shown sends, with these points."""
    assert visitor.page is not None
    hidden = {}
    for name in ("version", "page"):
        found = re.search(rf'<input[^>]*name="{name}"[^>]*value="([^"]*)"', visitor.page.text)
        assert found is not None
        hidden[name] = found.group(1)
    cells = {f"points.{entry}.{name}": text for entry, cell in typed.items() for name, text in cell.items()}
    return {**hidden, **cells, **more}


@pytest.fixture
def rater(scoring: Scoring, signed_in: SignIn) -> Visitor:
    found = signed_in(scoring.by["smelting"].person_id)
    found.get(HOME)
    return found


def test_a_draft_is_saved_and_shown_again(scoring: Scoring, rater: Visitor) -> None:
    answer = rater.send(HOME, **fields(rater, {"smelting": {"known": "9.5"}}, save="1"))
    assert scoring.points("smelting") == {"smelting": {"known": "9.5"}}
    assert re.search(r'name="points\.smelting\.known"[^>]*value="9\.5"', answer.text)


def test_a_sheet_is_handed_in_and_taken_back(scoring: Scoring, rater: Visitor) -> None:
    rater.send(HOME, **fields(rater, GOOD, hand_in="1"))
    assert scoring.sheet("smelting").handed_in_at == scoring.house.now
    assert rater.page is not None and 'name="hand_in"' not in rater.page.text
    version = re.search(r'name="version"[^>]*value="(\d+)"', rater.page.text)
    assert version is not None
    answer = rater.send(HOME + "take-back", version=version.group(1))
    assert scoring.sheet("smelting").handed_in_at is None
    assert 'name="hand_in"' in answer.text


def test_a_sheet_handed_in_with_gaps_says_how_many(scoring: Scoring, rater: Visitor) -> None:
    answer = rater.send(HOME, **fields(rater, {"smelting": GOOD["smelting"], "refining": {"known": "5"}}, hand_in="1"))
    assert queries.is_in(scoring.sheet("smelting"))
    assert [sorted(re.findall(r"\d", told)) for told in re.findall("<strong>(.*?)</strong>", answer.text)] == [
        ["1", "2"]
    ]


def test_bad_points_are_shown_again_where_they_were_typed_and_nothing_is_saved(
    scoring: Scoring, rater: Visitor
) -> None:
    answer = rater.post(HOME, **fields(rater, {"smelting": {"known": "11", "works": "40"}}, hand_in="1"))
    assert (answer.status_code, scoring.points("smelting")) == (422, {})
    assert re.search(r'name="points\.smelting\.known"[^>]*value="11"', answer.text)
    assert re.search(r'name="points\.smelting\.works"[^>]*value="40"', answer.text)
    assert 'id="points.smelting.known-error"' in answer.text


def test_a_sheet_that_would_be_void_is_kept_as_a_draft_and_the_page_says_why(scoring: Scoring, rater: Visitor) -> None:
    answer = rater.send(HOME, **fields(rater, SAME, hand_in="1"))
    assert (scoring.points("smelting"), scoring.sheet("smelting").handed_in_at) == (SAME, None)
    assert 'name="although_void"' in answer.text
    rater.send(HOME, **fields(rater, SAME, hand_in="1", although_void="y"))
    assert scoring.sheet("smelting").handed_in_at == scoring.house.now


def test_an_autosave_keeps_the_draft_and_brings_the_page_up_to_date(scoring: Scoring, rater: Visitor) -> None:
    sent = fields(rater, SAME)
    answer = rater.client.post(HOME + "autosave", data={"csrf_token": rater.token(), **sent})
    assert (answer.status_code, scoring.points("smelting")) == (200, SAME)
    version = scoring.sheet("smelting").version
    assert re.search(rf'id="version"[^>]*value="{version}"[^>]*hx-swap-oob', answer.text)
    assert 'name="although_void"' in answer.text
    again = rater.post(HOME, **{**sent, "points.smelting.known": "6"}, save="1")
    assert (again.status_code, scoring.points("smelting")["smelting"]["known"]) == (302, "6")


def test_what_a_stale_page_sends_is_refused_and_still_there(scoring: Scoring, rater: Visitor) -> None:
    sent = fields(rater, {"smelting": {"known": "3"}}, save="1")
    scoring.save("smelting", {"smelting": {"known": "8"}})
    answer = rater.post(HOME, **sent)
    assert (answer.status_code, scoring.points("smelting")) == (409, {"smelting": {"known": "8"}})
    assert re.search(r'name="points\.smelting\.known"[^>]*value="3"', answer.text)
    assert re.search(rf'name="version"[^>]*value="{scoring.sheet("smelting").version}"', answer.text)
    rater.send(HOME, **fields(rater, {"smelting": {"known": "3"}}, save="1"))  # the page was seen: now it is sent
    assert scoring.points("smelting") == {"smelting": {"known": "3"}}


def test_stepping_back_from_an_entry_keeps_what_was_typed_about_the_others(scoring: Scoring, rater: Visitor) -> None:
    typed = {"smelting": {"known": "8"}, "refining": {"known": "not points"}}
    answer = rater.send(HOME + "recuse", **fields(rater, typed, entry="refining"))
    assert scoring.points("smelting") == {"smelting": {"known": "8"}}
    assert "points.refining." not in answer.text


def test_nobody_sees_anothers_points_nor_any_mean_before_it_is_settled(scoring: Scoring, signed_in: SignIn) -> None:
    organiser = scoring.house.actor("organiser", Role.ORGANISER)
    others = [signed_in(one.person_id) for one in (organiser, scoring.by["refining"])]
    scoring.save("smelting", {key: {"known": "6.5", "works": "77"} for key in GOOD})
    scoring.hand_in("smelting", although_void=True)
    for close in (False, True):
        if close:
            scoring.house.close(scoring.season, "score")
        for other in others:
            seen = other.get(HOME).text
            assert not [text for text in ("6.5", ">77<", '"77"', "72.2", 'id="scores"') if text in seen]


def test_means_with_the_number_of_their_sheets_are_for_the_dossiers_readers(
    scoring: Scoring, signed_in: SignIn
) -> None:
    committee = signed_in(scoring.house.actor("committee", Role.COMMITTEE_MEMBER).person_id)
    rater = signed_in(scoring.by["refining"].person_id)
    scoring.save("smelting", GOOD)
    scoring.hand_in("smelting")
    scoring.house.close(scoring.season, "score")
    scoring.house.settle(scoring.season, "score")
    rows = re.findall(r'<td class="text-end">([\d.]+)</td><td class="text-end">(\d+)</td>', committee.get(HOME).text)
    assert rows == [("92", "1"), ("64", "1")]
    assert 'id="scores"' not in rater.get(HOME).text


def test_the_organiser_sees_who_is_late_and_raters_do_not(scoring: Scoring, signed_in: SignIn) -> None:
    organiser = signed_in(scoring.house.actor("organiser", Role.ORGANISER).person_id)
    scoring.save("smelting", GOOD)
    scoring.hand_in("smelting")
    assert "精炼分厂党支部" in organiser.get(HOME).text
    assert 'id="progress"' in organiser.get(HOME).text
    assert 'id="progress"' not in signed_in(scoring.by["smelting"].person_id).get(HOME).text


def test_who_is_no_rater_can_neither_see_a_form_nor_send_one(
    scoring: Scoring, visitor: Visitor, signed_in: SignIn
) -> None:
    member = signed_in(scoring.house.actor("member", Role.MEMBER).person_id)
    sent = {"version": "1", "page": "", "points.smelting.known": "10", "save": "1"}
    for one in (visitor, member):
        answer = one.get(HOME)
        assert (answer.status_code, 'name="hand_in"' in answer.text) == (200, False)
        assert one.post(HOME, **sent).status_code in (302, 401, 403)
    assert (scoring.points("smelting"), scoring.points("refining")) == ({}, {})
