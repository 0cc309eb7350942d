"""Follow-up orders are given, answered and closed; monthly plans are written for this month and the next."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from evalflow.access import Actor, Role
from evalflow.audit.signing import Signer
from evalflow.db import Database
from evalflow.engine import doctor
from evalflow.errors import Conflict, Forbidden, Invalid
from evalflow.seasons.models import EntryState, Season
from evalflow.stages.tracking import lifecycle, queries, supervising
from evalflow.stages.tracking.models import FollowUp, MonthlyPlan
from tests.builders import House, entrusted
from tests.databases import fresh_postgresql, fresh_sqlite, modelled
from tests.declared import PLAN, PROJECT, declared, secretaries
from tests.stages.tracking.test_progress import TRACKING
from tests.visitors import Visitor

PAGE = "/s/test-2026/progress/tracking/smelting/supervision"
DUE = date(2026, 5, 1)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path, signer: Signer) -> Iterator[Database]:
    """Both kinds, one after the other."""
    server = request.getfixturevalue("server") if request.param == "postgresql" else ""
    with fresh_postgresql(server, modelled) if server else fresh_sqlite(tmp_path, modelled) as engine:
        yield (kept := entrusted(engine, signer))
        if request.node.get_closest_marker("breaks_the_database") is None:
            with kept.reading() as session:
                assert doctor.faults(session, signer) == []


@pytest.fixture
def by(house: House) -> dict[str, Actor]:
    return secretaries(house)


@pytest.fixture
def organiser(house: House) -> Actor:
    return house.actor("organiser", Role.ORGANISER)


@pytest.fixture
def season(house: House, by: dict[str, Actor]) -> Season:
    """On the 9th of April 2026."""
    season = declared(house, TRACKING, by=by, answers=PLAN, form=PROJECT)
    house.open(season, "progress")
    return season


def act(house: House, season: Season, command, *told: object, actor: Actor, **named: object):  # type: ignore[no-untyped-def]
    return house.act(command, house.stage(season, "progress").id, "smelting", *told, actor=actor, **named)


def tasks(house: House, season: Season, actor: Actor) -> list[str]:
    found = house.ask(queries.tasks, house.stage(season, "progress"), actor, house.now)
    return [task.title for task in found if "follow-up" in task.title]


def test_an_order_is_given_answered_and_closed_and_the_log_tells_it(
    house: House, season: Season, by: dict[str, Actor], organiser: Actor
) -> None:
    act(house, season, supervising.give, "补交检修记录", due=DUE, number=1, actor=organiser)
    assert (tasks(house, season, by["smelting"]), tasks(house, season, organiser)) == (["Answer a follow-up order"], [])
    act(house, season, supervising.answer, 1, "已补交", actor=by["smelting"])
    assert tasks(house, season, by["smelting"]) == []
    assert tasks(house, season, organiser) == ["Close a follow-up order that was answered"]
    act(house, season, supervising.close, 1, "", actor=organiser)
    assert tasks(house, season, organiser) == []
    types = ("follow_up.given", "follow_up.answered", "follow_up.closed")
    assert [[(public["entry"], public["number"]) for _, _, public, _ in house.log(name)] for name in types] == [
        [("smelting", 1)]
    ] * 3


def test_what_is_closed_stays_closed(house: House, season: Season, by: dict[str, Actor], organiser: Actor) -> None:
    act(house, season, supervising.give, "补交检修记录", due=DUE, number=1, actor=organiser)
    act(house, season, supervising.close, 1, "已另行处理", actor=organiser)
    for command, who in ((supervising.answer, by["smelting"]), (supervising.close, organiser)):
        with pytest.raises(Conflict, match="order_closed"):
            act(house, season, command, 1, "again", actor=who)


@pytest.mark.parametrize(
    ("text", "due", "wrong"),
    [
        (" ", DUE, {"text": "answer_missing"}),
        ("x" * 2001, DUE, {"text": "too_long"}),
        ("查", date(2026, 4, 8), {"due": "due_day_passed"}),
        ("查", None, {"due": "due_day_passed"}),
    ],
)
def test_an_order_says_what_and_by_when(
    house: House, season: Season, organiser: Actor, text: str, due: date | None, wrong: dict[str, str]
) -> None:
    with pytest.raises(Invalid) as refused:
        act(house, season, supervising.give, text, due=due, number=1, actor=organiser)
    assert refused.value.fields == wrong


def test_an_order_without_an_answer_is_closed_with_a_reason_only(
    house: House, season: Season, organiser: Actor
) -> None:
    act(house, season, supervising.give, "补交检修记录", due=DUE, number=1, actor=organiser)
    with pytest.raises(Invalid) as refused:
        act(house, season, supervising.close, 1, " ", actor=organiser)
    assert refused.value.fields == {"text": "reason_needed"}


def test_only_supervisors_give_and_close_orders_and_only_the_branch_answers(
    house: House, season: Season, by: dict[str, Actor], organiser: Actor
) -> None:
    act(house, season, supervising.give, "补交检修记录", due=DUE, number=1, actor=organiser)
    with pytest.raises(Forbidden):
        act(house, season, supervising.give, "查", due=DUE, number=2, actor=by["smelting"])
    for stranger in (by["refining"], organiser):
        with pytest.raises(Forbidden):
            act(house, season, supervising.answer, 1, "好", actor=stranger)
    with pytest.raises(Forbidden):
        act(house, season, supervising.close, 1, "好", actor=by["smelting"])


def test_a_plan_is_written_for_this_month_or_the_next_and_can_be_written_again(
    house: House, season: Season, by: dict[str, Actor]
) -> None:
    april, may = date(2026, 4, 1), date(2026, 5, 1)
    for month, text in ((april, "备件"), (may, "停炉"), (april, "备件和方案")):
        act(house, season, supervising.plan, month, text, actor=by["smelting"])
    stage = house.stage(season, "progress")
    found = house.ask(lambda session: [(one.month, one.text) for one in _plans(session, stage.id)])
    assert found == [(may, "停炉"), (april, "备件和方案")]
    assert len(house.log("report.month_planned")) == 3
    for month in (date(2026, 3, 1), date(2026, 6, 1), date(2026, 4, 2)):
        with pytest.raises(Invalid) as refused:
            act(house, season, supervising.plan, month, "晚了", actor=by["smelting"])
        assert refused.value.fields == {"month": "month_not_open"}


def _plans(session, stage_id):  # type: ignore[no-untyped-def]
    entry = next(one for one in session.query(queries.Entry) if one.key == "smelting")
    return supervising.plans_of(session, stage_id, entry.id)


def test_on_the_page_a_refused_order_is_shown_again_as_it_was_typed(
    house: House, season: Season, by: dict[str, Actor], organiser: Actor, signed_in
) -> None:
    desk: Visitor = signed_in(organiser.person_id)
    desk.get(PAGE)
    refused = desk.post(f"{PAGE}/orders", text="<补交>", due="2020-01-01", number="1")
    assert (refused.status_code, "&lt;补交&gt;" in refused.text, 'value="2020-01-01"' in refused.text) == (
        422,
        True,
        True,
    )
    desk.get(PAGE)
    assert desk.send(f"{PAGE}/orders", text="补交检修记录", due="2026-05-01", number="1").status_code == 200
    branch: Visitor = signed_in(by["smelting"].person_id)
    assert "补交检修记录" in branch.get(PAGE).text
    assert "已补交" in branch.send(f"{PAGE}/orders/1/answer", text="已补交").text
    desk.get(PAGE)
    assert desk.send(f"{PAGE}/orders/1/close", text="").status_code == 200
    assert branch.get(PAGE).text.count("已补交") == 1
    assert signed_in(by["refining"].person_id).get(PAGE).status_code == 403


@pytest.mark.breaks_the_database
def test_an_order_on_a_project_that_went_on_is_nobodys_task_any_more(
    house: House, season: Season, by: dict[str, Actor], organiser: Actor
) -> None:
    act(house, season, supervising.give, "补交检修记录", due=DUE, number=1, actor=organiser)
    house.act(_go_on, actor=organiser)
    assert tasks(house, season, by["smelting"]) == []
    with pytest.raises(Conflict, match="entry_not_here"):
        act(house, season, supervising.answer, 1, "已补交", actor=by["smelting"])


def _go_on(session, *, actor, now):  # type: ignore[no-untyped-def]
    entry = next(one for one in session.query(queries.Entry) if one.key == "smelting")
    entry.position = "inspection.open"


def listed(desk: Visitor) -> list[tuple[str, str]]:
    """(the project, the order's state) of each line on the page of all orders."""
    lines = desk.get("/s/test-2026/progress/tracking/all/orders").text.partition("<tbody>")[2].split("<tr>")[1:]
    return [(re.search("([a-z]+) brand", line)[1], re.search(r"tone-[a-z]+\">([^<]+)", line)[1]) for line in lines]


@pytest.mark.breaks_the_database
@pytest.mark.parametrize("lose", ["given up", "gone on"])
def test_an_order_on_a_project_that_left_the_stage_is_never_overdue_and_stands_last(
    house: House, season: Season, organiser: Actor, signed_in, lose: str
) -> None:
    desk: Visitor = signed_in(organiser.person_id)
    act(house, season, supervising.give, "补交检修记录", due=date(2026, 4, 20), number=1, actor=organiser)
    stage = house.stage(season, "progress")
    house.act(supervising.give, stage.id, "refining", "补交方案", due=DUE, number=1, actor=organiser)
    house.clock.moment = datetime(2026, 5, 10, tzinfo=UTC)
    assert listed(desk) == [("smelting", "已逾期"), ("refining", "已逾期")]
    house.act(_go_on if lose == "gone on" else _give_up, actor=organiser)
    assert listed(desk) == [("refining", "已逾期"), ("smelting", "已终止，未办结")]
    assert "已终止，未办结" in desk.get(PAGE).text


def test_an_overdue_order_looks_overdue_among_the_tasks_on_the_wall_and_before_closed_ones(
    house: House, season: Season, by: dict[str, Actor], organiser: Actor, signed_in
) -> None:
    act(house, season, supervising.give, "报送总结", due=date(2026, 4, 18), number=1, actor=organiser)
    act(house, season, supervising.give, "补交检修记录", due=date(2026, 4, 20), number=2, actor=organiser)
    act(house, season, supervising.close, 1, "已另行处理", actor=organiser)
    house.clock.moment = datetime(2026, 5, 10, tzinfo=UTC)
    assert listed(signed_in(organiser.person_id)) == [("smelting", "已逾期"), ("smelting", "已办结")]
    tasks = signed_in(by["smelting"].person_id).get("/").text
    assert re.search(r"答复督办.*?tone-danger[^>]*>已逾期<", tasks, re.DOTALL)
    wall = signed_in(organiser.person_id).get("/s/test-2026/progress/tracking/all/wall").text
    assert "1项督办已逾期" in wall and "项督办未办结" not in wall


def test_orders_that_lapsed_do_not_count_as_open(house: House, season: Season, organiser: Actor) -> None:
    act(house, season, supervising.give, "补交检修记录", due=date(2026, 4, 20), number=1, actor=organiser)
    stage = house.stage(season, "progress")
    entry = house.ask(lambda session: supervising.counts(session, stage, house.now))
    house.close(season, "progress")
    over = house.ask(lambda session: supervising.counts(session, house.stage(season, "progress"), house.now))
    assert ([sum(one.values()) for one in entry], [sum(one.values()) for one in over]) == ([1, 0], [0, 0])


def _give_up(session, *, actor, now):  # type: ignore[no-untyped-def]
    entry = next(one for one in session.query(queries.Entry) if one.key == "smelting")
    entry.state = EntryState.WITHDRAWN


def test_once_the_stage_is_over_no_order_is_overdue(
    house: House, season: Season, by: dict[str, Actor], organiser: Actor, signed_in
) -> None:
    act(house, season, supervising.give, "补交检修记录", due=DUE, number=1, actor=organiser)
    act(house, season, supervising.give, "报送总结", due=DUE, number=2, actor=organiser)
    act(house, season, supervising.close, 1, "已另行处理", actor=organiser)
    house.close(season, "progress")
    assert listed(signed_in(organiser.person_id)) == [("smelting", "已办结"), ("smelting", "已终止，未办结")]


def test_the_same_form_sent_twice_gives_one_order_and_keeps_what_was_typed(
    house: House, season: Season, organiser: Actor, signed_in
) -> None:
    desk: Visitor = signed_in(organiser.person_id)
    shown = desk.get(PAGE).text
    assert 'name="number" value="1"' in shown
    form = {"text": "补交检修记录", "due": "2026-05-01", "number": "1"}
    assert desk.post(f"{PAGE}/orders", **form).status_code == 302
    desk.get(PAGE)
    again = desk.post(f"{PAGE}/orders", **form)
    assert (again.status_code, 'name="number" value="2"' in again.text) == (409, True)
    assert again.text.count("补交检修记录") == 2  # the order, and the form
    assert len(house.log("follow_up.given")) == 1


def test_a_plan_for_a_month_that_is_over_is_shown_again_as_it_was_typed(
    house: House, season: Season, by: dict[str, Actor], signed_in
) -> None:
    branch: Visitor = signed_in(by["smelting"].person_id)
    branch.get(PAGE)
    refused = branch.post(f"{PAGE}/plan", month="2026-03-01", text="三月备件到货")
    assert (refused.status_code, refused.text.count("三月备件到货")) == (422, 1)


def test_what_is_wrong_with_the_day_stands_at_the_day(
    house: House, season: Season, organiser: Actor, signed_in
) -> None:
    desk: Visitor = signed_in(organiser.person_id)
    desk.get(PAGE)
    refused = desk.post(f"{PAGE}/orders", text="补交检修记录", due="2020-01-01", number="1").text
    assert ('id="due-wrong"' in refused, 'id="give-wrong"' in refused) == (True, False)


@pytest.mark.breaks_the_database
def test_the_doctor_finds_orders_that_no_command_would_have_written(
    house: House, season: Season, organiser: Actor
) -> None:
    stage = house.stage(season, "progress")
    act(house, season, supervising.give, "补交检修记录", due=DUE, number=1, actor=organiser)
    assert house.ask(lifecycle.faults, stage) == []
    house.act(_spoil, actor=organiser)
    assert house.ask(lifecycle.faults, stage) == [
        "the orders on smelting are numbered [3]",
        "order 3 on smelting was closed without an answer or a reason",
        "the plan of smelting for 2026-04-02 is not for a month",
    ]


def _spoil(session, *, actor, now):  # type: ignore[no-untyped-def]
    order = session.query(FollowUp).one()
    order.number, order.closed_at = 3, now
    session.add(
        MonthlyPlan(stage_id=order.stage_id, entry_id=order.entry_id, month=date(2026, 4, 2), text="备件", saved_at=now)
    )
