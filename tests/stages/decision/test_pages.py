"""The meeting as the organiser, the committee and everybody else see it; nothing here needs a script."""

import html
import re
from collections.abc import Callable

import pytest
from sqlalchemy import event

from evalflow.access import Role
from evalflow.errors import Conflict
from evalflow.meetings import queries as meetings
from evalflow.seasons import queries as seasons
from evalflow.stages.decision import dossier, printing, queries
from evalflow.stages.decision.printing import KEEPER
from tests.met import Met
from tests.visitors import Visitor

HOME = "/s/test-2026/decide/decision/"


@pytest.fixture
def desk(met: Met, signed_in: Callable[[int], Visitor]) -> Visitor:
    """The organiser's browser, in English."""
    return english(signed_in(met.organiser.person_id or 0))


def english(browser: Visitor) -> Visitor:
    browser.get(HOME)
    browser.post("/language", locale="en", next="/")
    browser.get(HOME)
    return browser


def plain(page: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


def row_of(page: str, entry: str) -> str:
    """An entry's row in the ranking."""
    [row] = [one for one in re.findall(r"<tr.*?</tr>", page, re.DOTALL) if f"{entry} brand<br>" in one]
    return plain(row)


def send(browser: Visitor, met: Met, path: str, **fields: object) -> str:
    """Send a form of the page and see where it leads."""
    answer = browser.send(HOME + path, version=met.version, **fields)
    assert answer.status_code == 200, plain(answer.text)
    return plain(answer.text)


def come(browser: Visitor, met: Met, count: int = 4) -> str:
    return send(browser, met, "attendance", venue="会议室", present=[one.person_id for one in met.members[:count]])


@pytest.mark.fonts
def test_a_meeting_kept_in_a_browser(met: Met, desk: Visitor) -> None:
    assert "0 of 4 present, 3 needed" in plain(desk.get(HOME).text)
    assert "Quorum met · 4 of 4 present" in come(desk, met)
    page = send(desk, met, "order", **{
        "group": "casting>rolling",
        "casting.order": "2",
        "rolling.order": "1",
        "casting>rolling.ayes": "4",
    })  # fmt: skip
    assert "Tie broken by a motion: rolling brand > casting brand" in page
    page = send(desk, met, "divide", **{f"{entry}.ayes": "4" for entry in ("smelting", "refining", "rolling")})
    in_the_ranking, among_the_divisions = 3, 4
    told = page.count("ayes 4, noes 0, abstentions 0, of 4 entitled carried")
    assert told == in_the_ranking + among_the_divisions
    places = re.findall(r'name="(\w+)\.place"[^>]*value="(\d*)"', desk.get(HOME).text)
    assert places == [("smelting", "1"), ("refining", "2"), ("rolling", "3")]
    send(desk, met, "decide", **{f"{entry}.place": place for entry, place in places})
    assert met.decided() == [("smelting", 1, ""), ("refining", 2, ""), ("rolling", 3, "")]
    answer = desk.get(HOME + "minutes.pdf")
    assert (answer.status_code, answer.mimetype, answer.data[:5]) == (200, "application/pdf", b"%PDF-")


def test_the_light_is_red_below_the_quorum_and_nothing_can_be_recorded(met: Met, desk: Visitor) -> None:
    assert "No quorum · 2 of 4 present, 3 needed" in come(desk, met, count=2)
    assert 'class="quorum quorum-missing"' in desk.get(HOME).text
    answer = desk.post(HOME + "divide", version=met.version, **{"smelting.ayes": "2"})
    assert answer.status_code == 409
    assert met.house.ask(meetings.motions, met.stage.id) == []


def test_no_votes_are_proposed(met: Met, desk: Visitor) -> None:
    come(desk, met)
    fields = re.findall(r'name="\w+\.(?:ayes|noes|abstentions)" value="([^"]*)"', desk.get(HOME).text)
    assert fields == [""] * 18


def test_a_row_with_noes_only_is_a_division_too(met: Met, desk: Visitor) -> None:
    come(desk, met)
    assert "ayes 0, noes 4, abstentions 0, of 4 entitled not carried" in send(
        desk, met, "divide", **{"drawing.noes": "4"}
    )


def test_what_was_voted_down_can_be_put_to_the_vote_again_and_what_was_carried_not(met: Met, desk: Visitor) -> None:
    come(desk, met)
    send(desk, met, "divide", **{"drawing.noes": "4", "smelting.ayes": "4"})
    names = set(re.findall(r'name="(\w+)\.ayes"', desk.get(HOME).text))
    assert names == {"refining", "casting", "rolling", "drawing"}


@pytest.mark.parametrize(
    ("path", "fields", "told"),
    [
        ("divide", {"smelting.ayes": "5"}, "These are more votes than members present (4)."),
        ("divide", {"smelting.ayes": "four"}, "This is not a number."),
        ("divide", {"smelting.ayes": "²"}, "This is not a number."),
        ("divide", {"smelting.ayes": "-1"}, "This is not a number."),
        ("divide", {"smelting.ayes": " "}, "Please fill in at least one division."),
        ("divide", {"nobody.ayes": "1"}, "This motion can't be put to the vote."),
        (
            "order",
            {"group": "casting>rolling", "casting.order": "1", "rolling.order": "1", "casting>rolling.ayes": "4"},
            "Please number all of them, from 1 on, each number once.",
        ),
        (
            "order",
            {"group": "casting>rolling", "casting.order": "1", "rolling.order": "2"},
            "Please fill in at least one division.",
        ),
        (
            "order",
            {"group": "refining>smelting", "refining.order": "1", "smelting.order": "2", "refining>smelting.ayes": "4"},
            "the entries do not tie",
        ),
        ("order", {"group": ""}, "Please number all of them"),
        ("decide", {"smelting.place": "1"}, "This decision is not possible"),
        ("decide", {"smelting.place": "first"}, "This is not a number."),
        ("decide", {}, "Nothing has been decided yet."),
    ],
)
def test_what_can_not_be_is_shown_again_with_a_sentence(
    met: Met, desk: Visitor, path: str, fields: dict[str, str], told: str
) -> None:
    come(desk, met)
    answer = desk.post(HOME + path, version=met.version, **fields)
    assert answer.status_code == 422
    assert told in plain(answer.text)
    typed = [value for name, value in fields.items() if name.endswith(".ayes") and name in answer.text]
    assert all(f'value="{value.strip() and value}"' in answer.text for value in typed)
    assert met.house.ask(meetings.motions, met.stage.id) == []


def test_a_reason_missing_and_seats_left_are_said_where_they_belong(met: Met, desk: Visitor) -> None:
    come(desk, met)
    send(desk, met, "divide", **{f"{entry}.ayes": "4" for entry in ("refining", "smelting")})
    both = {"refining.place": "1", "smelting.place": "2"}
    answer = desk.post(HOME + "decide", version=met.version, **both)
    assert answer.status_code == 422
    assert plain(answer.text).count("Please state a reason.") == 2
    both |= {"refining.reason": "更好", "smelting.reason": "次之"}
    answer = desk.post(HOME + "decide", version=met.version, **both)
    assert answer.status_code == 422
    assert "Seats not given: 1." in plain(answer.text)
    assert 'value="更好"' in answer.text
    send(desk, met, "decide", leaves_empty="y", **both)
    assert met.decided() == [("refining", 1, "更好"), ("smelting", 2, "次之")]


def test_a_recused_member_sees_the_smaller_base_but_neither_points_nor_counts_of_that_entry(
    met: Met, signed_in: Callable[[int], Visitor]
) -> None:
    met.attend()
    member, other = (english(signed_in(one.person_id or 0)) for one in met.members[:2])
    assert "100" in row_of(member.get(HOME).text, "smelting")
    assert "smelting" not in member.send(HOME + "recuse", entry="smelting").text.split("Composite ranking")[0]
    assert met.divide("award:smelting", 2, 1) == "carried"
    base = "Recused: 1; may vote: 3 present of 3 entitled."
    assert row_of(member.get(HOME).text, "smelting") == (
        f" smelting brand Smelting plant You have stepped back from this entry. {base} "
    )
    assert base in row_of(other.get(HOME).text, "smelting")
    assert "ayes 2, noes 1" in row_of(other.get(HOME).text, "smelting")
    bars = member.get(HOME).text.partition('id="components"')[2]
    named = re.findall(r'<th scope="row">(.*?)\s*\n', bars)
    assert ("refining brand" in named, "smelting brand" in named) == (True, False)
    assert "100" not in re.findall(r"<td[^>]*>(.*?)</td>", bars)


def test_a_recused_members_copy_of_the_minutes_leaves_the_division_out(met: Met) -> None:
    met.attend()
    met.recuse(met.members[0], "smelting")
    met.divide("award:smelting", 2, 1)
    met.divide("award:refining", 4)

    def motions(reader: object) -> tuple[list[str], int]:
        read = met.house.ask(dossier.dossier, met.stage, reader)
        return [one.about for one in read.motions], read.left_out

    assert motions(met.members[0]) == (["award:refining"], 1)
    assert motions(met.members[1]) == (["award:smelting", "award:refining"], 0)
    assert motions(KEEPER) == (["award:smelting", "award:refining"], 0)


@pytest.mark.fonts
def test_the_recused_reader_gets_other_minutes_than_the_organiser(met: Met, app) -> None:  # type: ignore[no-untyped-def]
    met.attend()
    met.recuse(met.members[0], "smelting")
    met.divide("award:smelting", 2, 1)
    config = app.extensions["evalflow"].config
    copies = [
        met.house.ask(printing.minutes, met.stage, reader, config=config, locale="zh_Hans")
        for reader in (met.members[0], met.members[1], KEEPER)
    ]
    assert copies[1] == copies[2]
    assert copies[0] != copies[1]


def test_nobody_else_sees_the_dossier(met: Met, visitor: Visitor, signed_in: Callable[[int], Visitor]) -> None:
    met.attend()
    member = signed_in(met.house.person("plain", Role.MEMBER))
    for browser in (visitor, member):
        page = browser.get(HOME)
        assert page.status_code == 200
        assert "smelting brand" not in page.text
        assert browser.get(HOME + "minutes.pdf").status_code in (302, 403)


def test_a_member_of_the_committee_has_no_desk(met: Met, signed_in: Callable[[int], Visitor]) -> None:
    met.attend()
    member = signed_in(met.members[0].person_id or 0)
    page = member.get(HOME).text
    assert "/recuse" in page
    assert not [path for path in ("/attendance", "/divide", "/order", "/decide") if f'{path}"' in page]
    assert [
        member.post(HOME + path, version=met.version).status_code
        for path in ("attendance", "divide", "order", "decide")
    ] == [403] * 4


def test_two_windows_of_the_organiser_do_not_overwrite_each_other(met: Met, desk: Visitor) -> None:
    seen = met.version
    come(desk, met)
    answer = desk.post(HOME + "divide", version=seen, **{"smelting.ayes": "4"})
    assert answer.status_code == 409
    assert met.house.ask(meetings.motions, met.stage.id) == []


def test_minutes_typed_while_a_member_steps_back_come_back_with_the_state_of_now(met: Met, desk: Visitor) -> None:
    come(desk, met)
    seen = met.version
    desk.get(HOME)
    met.recuse(met.members[3], "smelting")
    answer = desk.post(HOME + "divide", version=seen, **{"smelting.ayes": "4", "refining.noes": "3"})
    assert answer.status_code == 409
    assert re.search(r'name="smelting\.ayes" value="4"', answer.text)
    assert re.search(r'name="refining\.noes" value="3"', answer.text)
    assert set(re.findall(r'name="version"[^>]*value="(\d+)"', answer.text)) == {str(met.version)}
    assert "recused: 1" in plain(answer.text)


def test_an_attendance_comes_back_with_its_ticks_and_its_venue(met: Met, desk: Visitor) -> None:
    desk.get(HOME)
    present = [one.person_id for one in met.members[:2]]
    answer = desk.post(HOME + "attendance", version=met.version + 7, venue="党委会议室", present=present)
    assert answer.status_code == 409
    assert 'value="党委会议室"' in answer.text
    assert re.findall(r'name="present" value="(\d+)" id="[^"]*" checked', answer.text) == [str(one) for one in present]


@pytest.mark.breaks_the_database
def test_where_earlier_stages_rank_nobody_the_page_says_why(met: Met, desk: Visitor) -> None:
    with met.house.database.writing() as session:
        vote = next(one for one in seasons.stage_by_id(session, met.stage.id).season.stages if one.key == "vote")
        vote.outcome = {**vote.outcome, "facts": {**vote.outcome["facts"], "void": True}}
    page = desk.get(HOME)
    assert page.status_code == 200
    told = "vote: expected a vote that counts, found a void one: more ballots than electors"
    assert f"There can be no ranking: {told}" in plain(page.text)
    with pytest.raises(Conflict, match="no_ranking"):
        met.house.ask(queries.standing, met.stage)


def test_the_dossier_takes_as_many_queries_for_one_motion_as_for_many(met: Met) -> None:
    met.attend()

    def statements() -> int:
        count = 0

        def counted(*_: object) -> None:
            nonlocal count
            count += 1

        event.listen(met.house.database.engine, "before_cursor_execute", counted)
        met.house.ask(dossier.dossier, met.stage, KEEPER)
        event.remove(met.house.database.engine, "before_cursor_execute", counted)
        return count

    before = statements()
    met.award("smelting", "refining", "rolling", "casting", "drawing")
    assert statements() == before


def test_whoever_types_a_reason_reads_from_when_on_it_is_public(met: Met, desk: Visitor) -> None:
    met.attend()
    met.award("smelting")
    page = plain(english(desk).get(HOME).text)
    assert "Reasons are public with the results, and in the bundle to recount, from the moment the awards are" in page


def test_every_task_names_its_season(met: Met, desk: Visitor) -> None:
    assert f"{met.season.title('en')} · Decision" in plain(desk.get("/").text)
