"""The pages of a declaration, as a browser without JavaScript uses them."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from evalflow.access import Role
from evalflow.people.models import Branch
from evalflow.seasons.models import Entry, EntryState
from evalflow.stages.submission import commands
from tests.stages.submission.conftest import Desk, photo
from tests.visitors import Visitor

HOME = "/s/test-2026/declaration/submission/"
SignedIn = Callable[[int], Visitor]
TYPED = {"answer_title": "铜花飞扬", "answer_measures": "设立党员攻关小组"}


@pytest.fixture
def own(desk: Desk, signed_in: SignedIn) -> Visitor:
    """The secretary's browser."""
    return signed_in(desk.secretary.person_id or 0)


@pytest.fixture
def organiser(desk: Desk, signed_in: SignedIn) -> Visitor:
    return signed_in(desk.organiser.person_id or 0)


def begun(own: Visitor) -> str:
    """The address of an entry that was just begun, its form on the screen."""
    own.get(HOME)
    path = own.post(HOME).headers["Location"]
    own.get(path)
    return path


def hidden(visitor: Visitor) -> dict[str, str]:
    """The version and page that the form on the screen carries."""
    assert visitor.page is not None
    found = {}
    for name in ("version", "page"):
        rest = visitor.page.text.split(f'name="{name}"', 1)[1]
        found[name] = rest.split('value="', 1)[1].split('"', 1)[0]
    return found


def upload(content: bytes, name: str) -> tuple[io.BytesIO, str]:
    return io.BytesIO(content), name


def state(desk: Desk) -> str:
    def found(session: Session) -> str:
        return session.query(Entry).one().state

    answer: str = desk.house.ask(found)
    return answer


def test_everybody_may_read_what_is_asked(desk: Desk, visitor: Visitor) -> None:
    page = visitor.get(HOME)
    assert page.status_code == 200 and "措施" in page.text and "begin" not in page.text


def test_a_declaration_is_saved_and_then_handed_in(desk: Desk, own: Visitor) -> None:
    path = begun(own)
    saved = own.send(path, action="save", **hidden(own), answer_title="铜花飞扬", answer_members="１，２００")
    assert 'value="铜花飞扬"' in saved.text and 'value="1200"' in saved.text
    own.get(path)
    handed_in = own.send(path, action="submit", **hidden(own), **TYPED)
    assert (handed_in.status_code, state(desk)) == (200, EntryState.SUBMITTED)


def test_a_refused_declaration_is_shown_again_with_what_was_typed_and_its_text_is_saved(
    desk: Desk, own: Visitor
) -> None:
    path = begun(own)
    refused = own.post(path, action="submit", **hidden(own), answer_title="铜花飞扬", answer_members="很多")
    assert refused.status_code == 422
    assert 'value="很多"' in refused.text and "invalid-feedback" in refused.text
    assert 'value="铜花飞扬"' in own.get(path).text


def test_a_refused_file_leaves_the_good_ones_and_the_text(desk: Desk, own: Visitor) -> None:
    path = begun(own)
    files = {
        "answer_cover": upload(photo(), "cover.jpg"),
        "answer_papers": [upload(b"<svg/>", "a.svg"), upload(b"text", "b.txt")],
    }
    refused = own.post(path, action="submit", **hidden(own), **TYPED, **files)
    assert (refused.status_code, state(desk)) == (422, EntryState.DRAFT)
    assert "cover.jpg" in refused.text and "b.txt" in refused.text and "a.svg" not in refused.text
    kept = hidden(own)
    numbers = {
        f"kept_{key}": refused.text.split(f'name="kept_{key}" value="', 1)[1].split('"', 1)[0]
        for key in ("cover", "papers")
    }
    own.post(path, action="submit", **kept, **TYPED, **numbers)
    assert state(desk) == EntryState.SUBMITTED


def test_a_file_is_removed_by_its_own_tick(desk: Desk, own: Visitor) -> None:
    path = begun(own)
    page = own.send(path, action="save", **hidden(own), answer_cover=upload(photo(), "cover.jpg"))
    number = page.text.split('name="kept_cover" value="', 1)[1].split('"', 1)[0]
    after = own.send(path, action="save", **hidden(own), kept_cover=number, removed_cover=number)
    assert "cover.jpg" not in after.text


def test_two_tabs_do_not_overwrite_each_other_and_nothing_typed_is_lost(desk: Desk, own: Visitor) -> None:
    path = begun(own)
    first = hidden(own)
    own.get(path)
    own.post(path, action="save", **hidden(own), answer_title="后来者")
    stale = own.post(path, action="save", **first, answer_title="先来者")
    assert stale.status_code == 409 and 'value="先来者"' in stale.text
    assert 'value="后来者"' in own.get(path).text


def test_what_is_typed_at_the_deadline_is_still_on_the_page(desk: Desk, own: Visitor) -> None:
    path = begun(own)
    desk.house.clock.moment = desk.stage.closes_at  # type: ignore[assignment]
    late = own.post(path, action="submit", **hidden(own), answer_title="来迟一步")
    assert late.status_code == 409 and 'value="来迟一步"' in late.text


def test_autosave_answers_a_small_fragment_and_a_stale_one_a_sentence(desk: Desk, own: Visitor) -> None:
    path = begun(own)
    asked = {"csrf_token": own.token(), **hidden(own)}
    htmx = {"HX-Request": "true"}
    for title in ("铜", "铜花"):
        saved = own.client.post(f"{path}/autosave", data={**asked, "answer_title": title}, headers=htmx)
        assert saved.status_code == 200 and "<html" not in saved.text and "2026" in saved.text
    own.post(path, action="save", **{**hidden(own), "page": "f" * 32, "version": "2"}, answer_title="铜花飞")
    stale = own.client.post(f"{path}/autosave", data={**asked, "answer_title": "铜"}, headers=htmx)
    assert stale.status_code == 409 and "<" not in stale.text
    assert 'value="铜花飞"' in own.get(path).text


def test_what_is_still_missing_is_counted_anew_by_every_autosave(desk: Desk, own: Visitor) -> None:
    path = begun(own)
    before = still_missing(own.get(path).text)
    asked = {"csrf_token": own.token(), **hidden(own)}
    saved = own.client.post(f"{path}/autosave", data={**asked, "answer_title": "铜花"}, headers={"HX-Request": "true"})
    assert 'id="lacking" role="status" hx-swap-oob="true"' in saved.text
    assert still_missing(saved.text) == still_missing(own.get(path).text) == before - 1


def still_missing(page: str) -> int:
    """How many answers a page says are missing."""
    return page.partition('id="lacking"')[2].partition("</div>")[0].count("<li>")


def test_another_branch_does_not_see_the_form(desk: Desk, own: Visitor, signed_in: SignedIn) -> None:
    path = begun(own)
    other = signed_in(desk.other.person_id or 0)
    assert other.get(path).status_code == 403
    assert other.post(path, action="save").status_code == 403
    assert other.post(f"{path}/withdraw", version="1").status_code == 403


def test_the_organiser_returns_it_and_the_branch_amends_what_is_remarked_on(
    desk: Desk, own: Visitor, organiser: Visitor
) -> None:
    path = begun(own)
    own.post(path, action="submit", **hidden(own), **TYPED)
    at = f"{HOME}desk/smelting"
    assert "铜花飞扬" in organiser.get(f"{HOME}desk").text
    version = organiser.get(at).text.split('name="version"', 1)[1].split('value="', 1)[1].split('"', 1)[0]
    empty = organiser.post(f"{at}/return", version=version, remark=" ")
    assert empty.status_code == 422
    organiser.post(f"{at}/return", version=version, remark_measures="请补充数据")
    assert "请补充数据" in own.get(path).text
    own.post(path, action="submit", **hidden(own), answer_title="铜花飞扬", answer_measures="完成课题12项")
    page = organiser.get(at).text
    assert "设立党员攻关小组" in page and "完成课题12项" in page
    version = page.split('name="version"', 1)[1].split('value="', 1)[1].split('"', 1)[0]
    assert organiser.post(f"{at}/accept", version="1").status_code == 409
    assert organiser.post(f"{at}/accept", version=version).status_code == 302
    assert state(desk) == EntryState.ACCEPTED


def test_a_rejection_without_a_reason_is_shown_again(desk: Desk, own: Visitor, organiser: Visitor) -> None:
    path = begun(own)
    own.post(path, action="submit", **hidden(own), **TYPED)
    at = f"{HOME}desk/smelting"
    organiser.get(at)
    assert organiser.post(f"{at}/reject", version=hidden_version(organiser), reason="").status_code == 422
    assert organiser.post(f"{at}/reject", version=hidden_version(organiser), reason="不符合范围").status_code == 302
    assert state(desk) == EntryState.REJECTED and "不符合范围" in own.get(path).text


def hidden_version(visitor: Visitor) -> str:
    assert visitor.page is not None
    return visitor.page.text.split('name="version"', 1)[1].split('value="', 1)[1].split('"', 1)[0]


def test_the_desk_asks_as_often_for_many_branches_as_for_one(desk: Desk, organiser: Visitor) -> None:
    counted: list[str] = []

    def count(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        counted.append(statement)

    def queries() -> int:
        counted.clear()
        assert organiser.get(f"{HOME}desk").status_code == 200
        return len(counted)

    desk.submitted()
    queries()
    event.listen(desk.house.database.engine, "before_cursor_execute", count)
    few = queries()
    with desk.house.database.writing() as session:
        branches = [Branch(key=f"b{n}", name_zh=f"第{n}支部") for n in range(12)]
        session.add_all(branches)
    for number, branch in enumerate(branches):
        actor = desk.house.actor(f"s{number}", Role.BRANCH_SECRETARY, branch_id=branch.id)
        entry = desk.house.act(commands.begin, desk.stage.id, branch.id, actor=actor)
        desk.submit(entry, actor=actor)
    assert queries() == few
