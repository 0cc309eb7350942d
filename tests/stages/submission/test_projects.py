"""Applying for a project: rows of indicators on a form, a leader in command and partners who have to agree."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from evalflow.access import Actor, Role
from evalflow.errors import Conflict, Forbidden, Invalid
from evalflow.people import grants
from evalflow.people.models import Person, RoleGrant
from evalflow.seasons.models import Entry, EntryState, Season
from evalflow.stages.submission import commands, confirming, lifecycle, queries, reviewing
from evalflow.stages.submission.confirming import Letter
from evalflow.workflow.rows import COLUMNS
from tests.builders import House
from tests.declared import PLAN, PROJECT, YEAR, secretaries
from tests.visitors import Visitor

LEADER = '{ key = "boss", type = "leader", label = { zh = "挂帅领导", en = "Leader" }, required = true },'
FORM = PROJECT.replace('review = "none"\n', "").replace("field = [", f"field = [\n  {LEADER}") + YEAR
HOME = "/s/test-2026/declare/submission/"
REFINING, DESIGN = {"branch": "refining", "unit": "", "share": "30"}, {"branch": "", "unit": "设计院", "share": "5"}
PARTNERS = {"others": [REFINING, DESIGN]}
LETTER = {"letter": "院函〔2026〕3号", "letter_on": "2026-03-30"}


@pytest.fixture
def by(house: House) -> dict[str, Actor]:
    return secretaries(house)


@pytest.fixture
def leader(house: House) -> Actor:
    return house.actor("director", Role.SPONSOR)


@pytest.fixture
def organiser(house: House) -> Actor:
    return house.actor("organiser", Role.ORGANISER)


@pytest.fixture
def season(house: House) -> Season:
    season = house.season(FORM, starts_on=house.now.date())
    house.open(season, "declare")
    return season


def applied(house: House, season: Season, actor: Actor, **answers: Any) -> Entry:
    """Handed in with the director in command and two partners, unless said otherwise."""
    stage = house.stage(season, "declare")
    known = house.ask(queries.own_entries, actor, season.id)
    entry = known[0] if known else house.act(commands.begin, stage.id, actor.branch_id, actor=actor)
    told = {"name": "提速工程", "boss": "director", **PLAN, **PARTNERS, **answers}
    saved = house.act(commands.save, stage.id, entry.id, told, version=0, page="test", actor=actor)
    house.act(commands.submit, stage.id, entry.id, version=saved.version, actor=actor)
    return now(house, entry)


def now(house: House, entry: Entry) -> Entry:
    found: Entry = house.ask(queries.entry_of, entry.id)
    return found


def answer(
    house: House, season: Season, entry: Entry, actor: Actor, reason: str = "", *, accepted: bool = True
) -> None:
    stage, version = house.stage(season, "declare"), now(house, entry).version
    said = {"accepted": accepted, "reason": reason, "version": version}
    house.act(confirming.answer, stage.id, entry.id, **said, actor=actor)


def record(
    house: House,
    season: Season,
    entry: Entry,
    organiser: Actor,
    reason: str = "",
    *,
    accepted: bool = True,
    **typed: str,
) -> None:
    """What the unit's letter says."""
    letter = {"letter": LETTER["letter"], "day": LETTER["letter_on"], **typed}
    said = {"accepted": accepted, "reason": reason, "version": now(house, entry).version, "actor": organiser}
    stage = house.stage(season, "declare")
    unit = letter.get("unit", "设计院")
    house.act(confirming.record, stage.id, entry.id, unit, Letter(letter["letter"], letter["day"]), **said)


def accept(house: House, season: Season, entry: Entry, organiser: Actor) -> None:
    version = now(house, entry).version
    house.act(reviewing.accept, house.stage(season, "declare").id, entry.id, version=version, actor=organiser)


def asked(house: House, season: Season, actor: Actor) -> list[str]:
    tasks = house.ask(queries.tasks, house.stage(season, "declare"), actor, house.now)
    return [task.detail for task in tasks if task.endpoint == "submission.confirm"]


def test_an_application_is_accepted_once_its_leader_and_every_branch_that_takes_part_have_agreed(
    house: House, season: Season, by: dict[str, Actor], leader: Actor, organiser: Actor
) -> None:
    entry = applied(house, season, by["smelting"])
    assert (asked(house, season, leader), asked(house, season, by["refining"])) == (["提速工程"], ["提速工程"])
    for who in (leader, by["refining"]):
        with pytest.raises(Conflict, match="confirmations_awaited"):
            accept(house, season, entry, organiser)
        answer(house, season, entry, who)
    with pytest.raises(Conflict, match="confirmations_awaited"):
        accept(house, season, entry, organiser)
    record(house, season, entry, organiser)
    accept(house, season, entry, organiser)
    assert now(house, entry).state == EntryState.ACCEPTED
    told = {"entry": "smelting", "revision": 1, "branch": "", "accepted": True}
    unsaid = {"reason": "", "unit": "", "letter": "", "letter_on": ""}
    by_letter = {**unsaid, "unit": "设计院", **LETTER}
    assert [(office, public, personal) for _, office, public, personal in house.log("submission.confirmed")] == [
        ("sponsor", {**told, "what": "command"}, {**unsaid, "person": leader.person_id}),
        (
            "branch_secretary:refining",
            {**told, "what": "part", "branch": "refining"},
            {**unsaid, "person": by["refining"].person_id},
        ),
        ("organiser", {**told, "what": "unit"}, {**by_letter, "person": organiser.person_id}),
    ]


def test_declining_needs_a_reason_and_gives_the_application_back_with_it(
    house: House, season: Season, by: dict[str, Actor], leader: Actor
) -> None:
    entry = applied(house, season, by["smelting"])
    with pytest.raises(Invalid, match="reason_needed"):
        answer(house, season, entry, leader, accepted=False)
    answer(house, season, entry, leader, "精力不够", accepted=False)
    revision = house.ask(queries.last_revision, entry.id)
    assert (now(house, entry).state, revision.remarks) == (EntryState.RETURNED, {"": "精力不够"})


def test_after_an_amendment_only_who_has_not_agreed_is_asked_again(
    house: House, season: Season, by: dict[str, Actor], leader: Actor
) -> None:
    house.actor("deputy", Role.SPONSOR)
    entry = applied(house, season, by["smelting"])
    answer(house, season, entry, by["refining"])
    answer(house, season, entry, leader, "请另请他人", accepted=False)
    applied(house, season, by["smelting"], boss="deputy")
    rows = house.ask(confirming.of, entry.id)
    assert [(row.what, row.name, row.accepted) for row in rows] == [
        ("command", "deputy", None),
        ("part", "refining", True),
        ("unit", "设计院", None),
    ]


def answers_so_far(house: House, entry: Entry) -> list[bool | None]:
    """Of the leader, the branch and the unit."""
    return [row.accepted for row in house.ask(confirming.of, entry.id)]


def test_an_agreement_ends_when_its_own_terms_change_and_no_other_does(
    house: House, season: Season, by: dict[str, Actor], leader: Actor, organiser: Actor
) -> None:
    entry = applied(house, season, by["smelting"])
    for who in (leader, by["refining"]):
        answer(house, season, entry, who)
    record(house, season, entry, organiser, "另有安排", accepted=False)
    applied(house, season, by["smelting"], others=[{**REFINING, "share": "0"}, DESIGN])
    assert answers_so_far(house, entry) == [True, None, None]
    answer(house, season, entry, by["refining"], "请按原比例", accepted=False)
    applied(house, season, by["smelting"], plan=[{**PLAN["plan"][0], "stretch": "98"}, PLAN["plan"][1]])
    assert answers_so_far(house, entry) == [None, None, None]
    for who in (leader, by["refining"]):
        answer(house, season, entry, who)
    record(house, season, entry, organiser)
    accept(house, season, entry, organiser)
    assert now(house, entry).state == EntryState.ACCEPTED


def test_whoever_is_asked_again_reads_what_was_changed(
    house: House, season: Season, by: dict[str, Actor], leader: Actor, signed_in
) -> None:
    entry = applied(house, season, by["smelting"])
    page, boss = f"{HOME}confirm/{entry.key}", signed_in(leader.person_id)
    answer(house, season, entry, leader)
    answer(house, season, entry, by["refining"], "份额太少", accepted=False)
    assert "请重新确认" not in boss.get(page).text
    applied(house, season, by["smelting"], plan=[{**PLAN["plan"][0], "stretch": "98"}, PLAN["plan"][1]])
    now_asked, before = boss.get(page).text.split("请重新确认")
    assert ("98" in now_asked, "回收率" in before.split("</table>")[0], "工期" in before.split("</table>")[0]) == (
        True,
        True,
        False,
    )
    assert "请重新确认" not in signed_in(by["refining"].person_id).get(page).text


def test_who_may_no_longer_take_command_cannot_accept_it(
    house: House, season: Season, by: dict[str, Actor], leader: Actor
) -> None:
    entry = applied(house, season, by["smelting"])
    house.act(grants.withdraw_grant, house.ask(_sponsors)[0], actor=house.administrator)
    house.grant(leader.person_id or 0, Role.MEMBER)
    retired = house.ask(lambda session: grants.actor_of(session, session.get_one(Person, leader.person_id)))
    assert asked(house, season, retired) == []
    with pytest.raises(Forbidden):
        answer(house, season, entry, retired)
    assert answers_so_far(house, entry) == [None, None, None]


def _sponsors(session: Session) -> list[int]:
    return list(session.scalars(select(RoleGrant.id).where(RoleGrant.role == Role.SPONSOR)))


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"letter": " "}, {"letter": "letter_needed"}),
        ({"letter": "函" * 61}, {"letter": "too_long"}),
        ({"day": ""}, {"day": "not_a_date"}),
        ({"day": "2026-04-02"}, {"day": "day_to_come"}),
    ],
)
def test_a_unit_answers_by_a_letter_with_its_number_and_day(
    house: House,
    season: Season,
    by: dict[str, Actor],
    leader: Actor,
    organiser: Actor,
    typed: dict[str, str],
    wrong: dict[str, str],
) -> None:
    entry = applied(house, season, by["smelting"])
    with pytest.raises(Invalid) as refused:
        record(house, season, entry, organiser, **typed)
    assert (refused.value.fields, answers_so_far(house, entry)) == (wrong, [None, None, None])


def test_only_the_organiser_records_a_letter_and_only_of_a_unit_that_is_asked(
    house: House, season: Season, by: dict[str, Actor], leader: Actor, organiser: Actor
) -> None:
    entry = applied(house, season, by["smelting"])
    for stranger in (by["smelting"], leader):
        with pytest.raises(Forbidden):
            record(house, season, entry, stranger)
    with pytest.raises(Conflict, match="nothing_to_confirm"):
        record(house, season, entry, organiser, unit="refining")
    tasks = house.ask(queries.tasks, house.stage(season, "declare"), organiser, house.now)
    assert [(task.title, task.detail) for task in tasks if task.endpoint == "submission.review"] == [
        ("Record a unit's answer", "提速工程")
    ]
    record(house, season, entry, organiser)
    with pytest.raises(Conflict, match="nothing_to_confirm"):
        record(house, season, entry, organiser)


def test_the_organiser_records_a_letter_on_the_desk(
    house: House, season: Season, by: dict[str, Actor], leader: Actor, organiser: Actor, signed_in
) -> None:
    entry = applied(house, season, by["smelting"])
    own: Visitor = signed_in(organiser.person_id)
    assert "还有3项待确认" in own.get(f"{HOME}desk").text
    page = f"{HOME}desk/{entry.key}"
    assert '<option value="设计院">' in own.get(page).text
    typed = {"unit": "设计院", "letter": "院函〔2026〕3号", "day": "2026-03-30", "version": str(entry.version)}
    refused = own.post(f"{page}/unit", answer="decline", **typed)
    assert (refused.status_code, "院函〔2026〕3号" in refused.text) == (422, True)
    told = own.send(f"{page}/unit", answer="accept", **typed).text
    assert "以院函〔2026〕3号（2026年3月30日）答复" in told and "unit-answer" not in told


def _amended(house: House, season: Season, by: dict[str, Actor], partners: list[dict[str, str]]) -> str:
    """Taken back by a refusal and handed in again with other shares: the version that pages showed until then."""
    entry = applied(house, season, by["smelting"])
    answer(house, season, entry, by["refining"], "份额太少", accepted=False)
    applied(house, season, by["smelting"], others=partners)
    return str(entry.version)


def test_a_letter_typed_before_an_amendment_is_refused_beside_the_new_share_and_taken_when_sent_again(
    house: House, season: Season, by: dict[str, Actor], leader: Actor, organiser: Actor, signed_in
) -> None:
    stale = _amended(house, season, by, [REFINING, {**DESIGN, "share": "7"}])
    own, page = signed_in(organiser.person_id), f"{HOME}desk/smelting"
    own.get(page)
    typed = {"unit": "设计院", "letter": "院函〔2026〕3号", "day": "2026-03-30", "answer": "accept"}
    refused = own.post(f"{page}/unit", **typed, version=stale)
    shown = refused.text.split('id="unit-answer"')[1].split("</section>")[0]
    assert (refused.status_code, ">7<" in shown, 'value="院函〔2026〕3号"' in shown) == (409, True, True)
    assert own.post(f"{page}/unit", **typed, version=version_in(shown)).status_code == 302


def version_in(html: str) -> str:
    """What the first form sends."""
    return html.split('name="version"')[1].split('value="')[1].split('"')[0]


def test_a_word_typed_before_an_amendment_is_refused_beside_the_new_share_and_taken_when_sent_again(
    house: House, season: Season, by: dict[str, Actor], leader: Actor, signed_in
) -> None:
    stale = _amended(house, season, by, [{**REFINING, "share": "45"}, DESIGN])
    own, page = signed_in(by["refining"].person_id), f"{HOME}confirm/smelting"
    own.get(page)
    refused = own.post(page, answer="decline", reason="仍然太少", version=stale)
    assert (refused.status_code, ">45<" in refused.text, "仍然太少" in refused.text) == (409, True, True)
    assert own.post(page, answer="decline", reason="仍然太少", version=version_in(refused.text)).status_code == 302


def test_remarks_typed_before_an_amendment_are_refused_once_and_taken_when_sent_again(
    house: House, season: Season, by: dict[str, Actor], leader: Actor, organiser: Actor, signed_in
) -> None:
    stale = _amended(house, season, by, [REFINING, DESIGN])
    own, page = signed_in(organiser.person_id), f"{HOME}desk/smelting"
    own.get(page)
    refused = own.post(f"{page}/return", remark="请补充", version=stale)
    shown = refused.text.split('id="return-version"')[1]
    assert (refused.status_code, "请补充" in refused.text) == (409, True)
    assert own.post(f"{page}/return", remark="请补充", version=version_in(shown)).status_code == 302


def test_nobody_else_answers_for_a_leader_or_a_branch(
    house: House, season: Season, by: dict[str, Actor], leader: Actor, organiser: Actor
) -> None:
    entry = applied(house, season, by["smelting"])
    for stranger in (by["smelting"], organiser, house.actor("deputy", Role.SPONSOR)):
        with pytest.raises(Forbidden):
            answer(house, season, entry, stranger)
    assert answers_so_far(house, entry) == [None, None, None]


@pytest.mark.parametrize(
    ("answers", "wrong"),
    [
        ({"boss": "organiser"}, {"boss": "no_such_choice"}),
        ({"others": [{"branch": "smelting", "unit": "", "share": "1"}]}, {"others": "own_branch"}),
        ({"others": [{"branch": "moon", "unit": "", "share": "1"}]}, {"others": "no_such_choice"}),
        ({"plan": PLAN["plan"][:1]}, {"plan": "weights_not_100"}),
        ({"steps": [{"name": "投料", "due": "soon"}]}, {"steps": "not_a_date"}),
        ({"plan": [{**PLAN["plan"][0], "way": "June: 92"}, PLAN["plan"][1]]}, {"plan": "way_unreadable"}),
        ({"plan": [{**PLAN["plan"][0], "way": "2026-03-31: 92"}, PLAN["plan"][1]]}, {"plan": "way_outside"}),
        ({"steps": [{"name": "投料", "due": "2026-03-31"}]}, {"steps": "milestone_outside"}),
        ({"steps": [{"name": "投料", "due": "2027-01-27"}]}, {"steps": "milestone_outside"}),
        ({"plan": [PLAN["plan"][0], {**PLAN["plan"][1], "name": "回收率"}]}, {"plan": "named_twice"}),
    ],
)
def test_whoever_is_not_there_and_targets_that_contradict_themselves_are_named(
    house: House, season: Season, by: dict[str, Actor], leader: Actor, answers: dict[str, Any], wrong: dict[str, str]
) -> None:
    with pytest.raises(Invalid) as refused:
        applied(house, season, by["smelting"], **answers)
    assert refused.value.fields == wrong


def test_tables_and_the_leader_are_evidence_of_what_was_accepted(
    house: House, season: Season, by: dict[str, Actor], leader: Actor, organiser: Actor
) -> None:
    entry = applied(house, season, by["smelting"])
    for who in (leader, by["refining"]):
        answer(house, season, entry, who)
    record(house, season, entry, organiser)
    accept(house, season, entry, organiser)
    house.close(season, "declare")
    stage = house.settle(season, "declare")
    tables = house.ask(lambda session: lifecycle.evidence(session, session.merge(stage)))
    assert tables["partners"] == [{"entry": "smelting", **row} for row in PARTNERS["others"]]
    assert tables["leaders"] == [{"entry": "smelting", "leader": "director"}]
    assert stage.outcome["facts"]["indicators"] == {"smelting": PLAN["plan"]}
    assert stage.outcome["facts"]["leaders"] == {"smelting": "director"}


def columns(rows: list[dict[str, str]]) -> dict[str, list[str]]:
    """What a browser sends of a table: each column as a list."""
    return {f"answer_plan-{name}": [row.get(name, "") for row in rows] for name in COLUMNS["indicators"]}


def test_on_the_form_rows_are_kept_as_typed_with_what_is_wrong_beside_the_cell(
    house: House, season: Season, by: dict[str, Actor], leader: Actor, signed_in
) -> None:
    own: Visitor = signed_in(by["smelting"].person_id)
    own.get(HOME)
    path = own.post(HOME).headers["Location"]
    page = own.get(path).text
    version, form = (page.split(f'name="{name}"')[1].split('value="')[1].split('"')[0] for name in ("version", "page"))
    blank = dict.fromkeys(COLUMNS["indicators"], "") | {"better": "more", "every": "month"}
    early = {**PLAN["plan"][1], "way": "２０２６年3月31日：9.5"}
    typed = [{**PLAN["plan"][0], "work": "８９", "name": "<回收率>"}, blank, early]
    steps = {"answer_steps-name": ["投料"], "answer_steps-due": ["2027-01-27"]}
    refused = own.post(path, action="submit", version=version, page=form, answer_name="工程", **columns(typed), **steps)
    assert refused.status_code == 422
    assert "里程碑的日期不在指标报送期内" in refused.text
    assert 'value="&lt;回收率&gt;"' in refused.text and 'value="89"' in refused.text
    assert "工作目标没有优于基准值" in refused.text and "进度目标的日期不在指标报送期内" in refused.text
    draft = house.ask(lambda session: queries.draft_of(session, session.query(Entry).one()))
    assert draft.answers["plan"] == [
        {**PLAN["plan"][0], "work": "89", "name": "<回收率>"},
        {**early, "way": "2026-03-31: 9.5"},
    ]


def test_a_leader_agrees_on_a_page_that_others_do_not_see(
    house: House, season: Season, by: dict[str, Actor], leader: Actor, signed_in
) -> None:
    entry = applied(house, season, by["smelting"])
    page = f"{HOME}confirm/{entry.key}"
    boss: Visitor = signed_in(leader.person_id)
    assert "回收率" in boss.get(page).text
    assert boss.post(page, answer="decline", version=str(entry.version), reason="").status_code == 422
    boss.get(page)
    assert boss.send(page, answer="accept", version=str(entry.version)).status_code == 200
    assert answers_so_far(house, entry) == [True, None, None]
    assert signed_in(house.person("stranger")).get(page).status_code == 403


def test_a_leader_is_asked_right_below_the_indicators_which_stand_there_once(
    house: House, season: Season, by: dict[str, Actor], leader: Actor, signed_in
) -> None:
    entry = applied(house, season, by["smelting"])
    page = signed_in(leader.person_id).get(f"{HOME}confirm/{entry.key}").text
    assert page.count("回收率") == 1
    assert page.index("回收率") < page.index('value="accept"') < page.index("申报的其余内容")
