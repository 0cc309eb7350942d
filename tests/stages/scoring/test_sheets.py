"""Filling in a score sheet, handing it in, taking it back."""

import pytest

from evalflow.access import Actor, Role
from evalflow.errors import Conflict, Forbidden, Invalid
from evalflow.stages.scoring import queries
from tests.builders import House
from tests.declared import declared
from tests.scored import GOOD, SCORING, Scoring

EXCLUDED = SCORING.replace('own_entry = "allowed"', 'own_entry = "excluded"')
COMMITTEE = SCORING.replace('"each_branch"', '"each_committee_member"')
HANDED_OUT = """
[[stage]]
key = "score"
kind = "scoring"
title = { zh = "打分", en = "Points" }
closes = "opening + 5 days"
raters = "each_branch"
own_entry = "allowed"
aggregate = { method = "sum" }
criterion = [{ key = "points", label = { zh = "分", en = "Points" }, max = 3, given = [3, 1] }]
"""


def begun(house: House, by: dict[str, Actor], toml: str) -> Scoring:
    season = declared(house, toml, by=by)
    house.open(season, "score")
    return Scoring(house, season, by)


def test_every_branch_gets_an_empty_sheet_when_scoring_opens(scoring: Scoring) -> None:
    sheets = scoring.house.ask(queries.sheets, scoring.stage.id)
    assert [(one.rater, one.handed_in_at, one.scores) for one in sheets] == [
        ("smelting", None, []),
        ("refining", None, []),
    ]


def test_a_draft_is_kept_is_added_to_and_points_can_be_taken_back(scoring: Scoring) -> None:
    scoring.save("smelting", {"smelting": {"known": "９．50"}})
    scoring.save("smelting", {"refining": {"known": " 07 ", "works": "60"}})
    scoring.save("smelting", {"refining": {"works": ""}, "smelting": {"known": "8"}})
    assert scoring.points("smelting") == {"smelting": {"known": "8"}, "refining": {"known": "7"}}


def test_drafts_leave_no_trace_in_the_log(scoring: Scoring) -> None:
    before = scoring.house.log()
    scoring.save("smelting", GOOD)
    assert scoring.house.log() == before


@pytest.mark.parametrize("points", ["10.5", "9.25", "-1", "1e1", "ten", "²", "1/2", "nan", "0" * 13, "."])
def test_points_outside_the_rubric_are_refused_by_field_and_nothing_is_kept(scoring: Scoring, points: str) -> None:
    with pytest.raises(Invalid) as refused:
        scoring.save("smelting", {"smelting": {"known": points, "works": "50"}})
    assert (refused.value.code, refused.value.fields) == (
        "points_not_allowed",
        {"smelting.known": "points_not_allowed"},
    )
    assert scoring.points("smelting") == {}


def test_an_unknown_criterion_or_entry_is_refused(scoring: Scoring) -> None:
    with pytest.raises(Invalid, match="form_incomplete"):
        scoring.save("smelting", {"smelting": {"beauty": "5"}})
    with pytest.raises(Forbidden, match="entry_not_offered"):
        scoring.save("smelting", {"mining": {"known": "5"}})


def test_the_own_entry_is_neither_offered_nor_taken(house: House, by: dict[str, Actor]) -> None:
    scoring = begun(house, by, EXCLUDED)
    offered = house.ask(lambda session: queries.offered(session, scoring.stage, scoring.sheet("smelting")))
    assert [entry.key for entry in offered] == ["refining"]
    with pytest.raises(Forbidden, match="entry_not_offered"):
        scoring.save("smelting", {"smelting": {"known": "10"}})
    assert scoring.points("smelting") == {}


def test_a_save_from_another_window_is_refused_and_one_from_the_same_page_is_not(scoring: Scoring) -> None:
    seen = scoring.sheet("smelting").version
    scoring.save("smelting", {"smelting": {"known": "5"}}, version=seen, page="first")
    scoring.save("smelting", {"smelting": {"known": "6"}}, version=seen, page="first")
    for page in ("second", ""):
        with pytest.raises(Conflict, match="changed_meanwhile"):
            scoring.save("smelting", {"smelting": {"known": "7"}}, version=seen, page=page)
    assert scoring.points("smelting") == {"smelting": {"known": "6"}}


def test_a_sheet_is_handed_in_once_and_its_points_are_only_committed_to_by_the_log(scoring: Scoring) -> None:
    scoring.save("smelting", GOOD)
    scoring.hand_in("smelting")
    with pytest.raises(Conflict, match="sheet_handed_in"):
        scoring.hand_in("smelting")
    with pytest.raises(Conflict, match="sheet_handed_in"):
        scoring.save("smelting", {"smelting": {"known": "10"}})
    [(_, office, public, personal)] = scoring.house.log("sheet.handed_in")
    assert (office, public) == ("branch_secretary:smelting", {"rater": "smelting", "entries": 2})
    assert personal == {"person": scoring.by["smelting"].person_id, "sheet": GOOD}


def test_a_sheet_taken_back_is_a_draft_again(scoring: Scoring) -> None:
    with pytest.raises(Conflict, match="sheet_not_handed_in"):
        scoring.take_back("smelting")
    scoring.save("smelting", GOOD)
    scoring.hand_in("smelting")
    scoring.take_back("smelting")
    scoring.save("smelting", {"smelting": {"known": "4"}})
    assert scoring.sheet("smelting").handed_in_at is None
    assert [one[2] for one in scoring.house.log("sheet.taken_back")] == [{"rater": "smelting"}]


def test_nothing_moves_after_the_deadline(scoring: Scoring) -> None:
    scoring.save("smelting", GOOD)
    scoring.hand_in("smelting")
    scoring.save("refining", GOOD)
    closes_at = scoring.stage.closes_at
    assert closes_at is not None
    scoring.house.clock.moment = closes_at
    for act in (
        lambda: scoring.take_back("smelting"),
        lambda: scoring.save("refining", GOOD),
        lambda: scoring.hand_in("refining"),
        lambda: scoring.recuse("refining", "smelting"),
    ):
        with pytest.raises(Conflict, match="stage_not_open"):
            act()


def test_an_empty_sheet_is_not_handed_in(scoring: Scoring) -> None:
    with pytest.raises(Conflict, match="sheet_empty"):
        scoring.hand_in("smelting")


def test_where_nothing_may_be_left_out_an_incomplete_sheet_stays_a_draft(house: House, by: dict[str, Actor]) -> None:
    scoring = begun(house, by, SCORING + "missing_allowed = false\n")
    scoring.save("smelting", {**GOOD, "refining": {"known": "5"}})
    with pytest.raises(Conflict) as refused:
        scoring.hand_in("smelting")
    assert (refused.value.code, refused.value.facts) == ("sheet_incomplete", {"count": 1, "entry": "refining brand"})


def test_a_sheet_that_would_be_void_is_handed_in_only_knowingly(scoring: Scoring) -> None:
    scoring.save("smelting", {key: {"known": "5", "works": "50"} for key in ("smelting", "refining")})
    with pytest.raises(Conflict, match="sheet_would_be_void"):
        scoring.hand_in("smelting")
    assert queries.is_in(scoring.hand_in("smelting", although_void=True))


def test_points_that_are_handed_out_go_to_one_entry_each(house: House, by: dict[str, Actor]) -> None:
    scoring = begun(house, by, HANDED_OUT)
    with pytest.raises(Invalid, match="points_not_allowed"):
        scoring.save("smelting", {"smelting": {"points": "2"}})
    scoring.save("smelting", {"smelting": {"points": "3"}, "refining": {"points": "3"}})
    with pytest.raises(Conflict) as refused:
        scoring.hand_in("smelting")
    assert (refused.value.code, refused.value.facts) == ("points_given_twice", {"points": "3"})
    scoring.save("smelting", {"refining": {"points": "1"}})
    scoring.hand_in("smelting")
    house.close(scoring.season, "score")
    outcome = house.settle(scoring.season, "score").outcome
    assert outcome is not None


def test_who_steps_back_from_an_entry_scores_it_no_more(scoring: Scoring) -> None:
    scoring.save("smelting", GOOD)
    scoring.recuse("smelting", "refining")
    assert scoring.points("smelting") == {"smelting": GOOD["smelting"]}
    with pytest.raises(Forbidden, match="entry_not_offered"):
        scoring.save("smelting", {"refining": {"known": "1"}})
    with pytest.raises(Forbidden, match="entry_not_offered"):
        scoring.recuse("smelting", "refining")
    assert [one[2] for one in scoring.house.log("sheet.recused")] == [{"rater": "smelting", "entry": "refining"}]


def test_only_raters_have_a_sheet_and_secretaries_only_their_branchs(scoring: Scoring) -> None:
    stranger = scoring.house.actor("member", Role.MEMBER)
    with pytest.raises(Forbidden, match="not_a_rater"):
        Scoring(scoring.house, scoring.season, {"stranger": stranger}).save("stranger", GOOD, version=1)
    assert [scoring.sheet(rater).rater for rater in ("smelting", "refining")] == ["smelting", "refining"]


def test_committee_members_score_each_for_themselves(house: House, by: dict[str, Actor]) -> None:
    committee = {name: house.actor(name, Role.COMMITTEE_MEMBER) for name in ("first", "second")}
    season = declared(house, COMMITTEE, by=by)
    house.open(season, "score")
    scoring = Scoring(house, season, committee)
    scoring.save("first", GOOD)
    assert [scoring.points(name) for name in ("first", "second")] == [GOOD, {}]
    assert house.ask(queries.own_sheet, scoring.stage, by["smelting"]) is None
