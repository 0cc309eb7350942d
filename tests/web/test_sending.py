"""A form sent twice, because a button was pressed twice or an answer never came, is one act with one result."""

import io
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select
from werkzeug.test import TestResponse

from evalflow import sendings
from evalflow.access import Role
from evalflow.config import TEMPLATES
from evalflow.db import Base, Database
from evalflow.files.models import Attachment
from evalflow.sendings import Sending, SentBeforeError
from tests.approved import convened as board_of
from tests.builders import NOW, House
from tests.databases import fresh_postgresql, fresh_sqlite, postgresql_server
from tests.decided import decided
from tests.declared import PLAN, PROJECT, SUBMISSION, YEAR, declared, secretaries
from tests.files.test_uploads import assessment, voucher
from tests.met import convened
from tests.scored import GOOD, SCORING, Scoring
from tests.sealed import PASSPHRASE, vote_of
from tests.stages.notice.test_notice import CODE, NOTICE, object_to
from tests.stages.notice.test_notice import HOME as PUBLIC_NOTICE
from tests.visitors import Visitor

SignIn = Callable[[int | None], Visitor]
SECRET = "0123456789abcdef" * 2
DONE = "这份表单此前已经提交并办结"


@dataclass
class Form:
    """What somebody sends. page: where the form stands; what it has hidden is read there."""

    browser: Visitor
    page: str
    to: str
    fields: dict[str, Any] = field(default_factory=dict)
    hidden: tuple[str, ...] = ("version",)
    file: str = ""

    def read(self) -> "Form":
        shown = self.browser.get(self.page).text
        for name in self.hidden:
            found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', shown)
            assert found is not None, f"{self.page} has no {name}"
            self.fields[name] = found[1]
        return self

    def send(self, **more: str) -> TestResponse:
        files = {self.file: (io.BytesIO("名称,数量".encode()), "证明.csv", "text/csv")} if self.file else {}
        return self.browser.post(self.to, **{"sending": SECRET, **self.fields, **files, **more})


def _report(house: House, signed_in: SignIn) -> Form:
    by = secretaries(house)
    season = declared(house, YEAR, by={"smelting": by["smelting"]}, answers=PLAN, form=PROJECT)
    house.open(season, "progress")
    path = "/s/test-2026/progress/tracking/smelting"
    fields = {"text": "本月进展", "figure_1": "92"}
    return Form(signed_in(by["smelting"].person_id), path, path, fields, ("number",), file="files")


def _order(house: House, signed_in: SignIn) -> Form:
    _report(house, signed_in)
    path = "/s/test-2026/progress/tracking/smelting/supervision"
    organiser = signed_in(house.person("organiser", Role.ORGANISER))
    return Form(organiser, path, f"{path}/orders", {"text": "请补报", "due": "2026-05-01"}, ("number",))


def _sheet(house: House, signed_in: SignIn) -> Form:
    by = secretaries(house)
    season = declared(house, SCORING, by=by)
    house.open(season, "score")
    path = "/s/test-2026/score/scoring/"
    cells = {f"points.{entry}.{name}": text for entry, cell in GOOD.items() for name, text in cell.items()}
    rater = signed_in(Scoring(house, season, by).by["smelting"].person_id)
    return Form(rater, path, path, {**cells, "hand_in": "1"}, ("version", "page"))


def _draft(house: House, signed_in: SignIn) -> Form:
    season = house.season(SUBMISSION.replace("field = [", PAPERS))
    house.open(season, "declare")
    browser = signed_in(secretaries(house)["smelting"].person_id)
    browser.get("/s/test-2026/declare/submission/")
    path = browser.post("/s/test-2026/declare/submission/").headers["Location"]
    return Form(browser, path, path, {"answer_name": "品牌", "action": "save"}, ("version", "page"), "answer_papers")


def _declaration(house: House, signed_in: SignIn) -> Form:
    form = _draft(house, signed_in)
    form.fields["action"] = "submit"
    return form


def _assessment(house: House, signed_in: SignIn) -> Form:
    page = assessment(house, signed_in)
    return Form(page.browser, page.path, page.path, {"text": "自评", "action": "save"}, ("version",), "files")


def _booking(house: House, signed_in: SignIn) -> Form:
    page = voucher(house, signed_in)
    fields = {name: told.replace("#", "1") for name, told in page.typed.items()}
    return Form(page.browser, page.path, page.to, fields, (), "upload")


def _attendance(house: House, signed_in: SignIn) -> Form:
    met = convened(house)
    path = "/s/test-2026/decide/decision/"
    fields = {"venue": "会议室", "present": [one.person_id for one in met.members]}
    return Form(signed_in(met.organiser.person_id), path, f"{path}attendance", fields)


def _motion(house: House, signed_in: SignIn) -> Form:
    met = convened(house)
    met.attend()
    path = "/s/test-2026/decide/decision/"
    return Form(signed_in(met.organiser.person_id), path, f"{path}divide", {"smelting.ayes": "4"})


def _recusal(house: House, signed_in: SignIn) -> Form:
    met = convened(house)
    path = "/s/test-2026/decide/decision/"
    return Form(signed_in(met.members[0].person_id), path, f"{path}recuse", {"entry": "smelting"}, ())


def _ruling(house: House, signed_in: SignIn) -> Form:
    board = board_of(house)
    board.attend()
    path = "/s/test-2026/committee/approval/entry/smelting"
    fields = {"subject": "approve", "vote.ayes": "4"}
    return Form(signed_in(board.organiser.person_id), path, f"{path}/rule", fields)


def _key(house: House, signed_in: SignIn) -> Form:
    teller = vote_of(house).tellers[0]
    path = "/s/test-2026/vote/ballot/teller"
    fields = {"passphrase": PASSPHRASE, "again": PASSPHRASE}
    return Form(signed_in(teller.person_id), path, f"{path}/key", fields, ())


def _share(house: House, signed_in: SignIn) -> Form:
    vote = vote_of(house)
    vote.keep_keys()
    house.open(vote.season, "vote")
    house.close(vote.season, "vote")
    vote.hand_in(vote.tellers[1])
    path = "/s/test-2026/vote/ballot/teller"
    return Form(signed_in(vote.tellers[0].person_id), path, f"{path}/share", {"passphrase": PASSPHRASE}, ())


def _season(house: House, signed_in: SignIn) -> Form:
    organiser = signed_in(house.person("organiser", Role.ORGANISER))
    fields = {"workflow": "brand_selection", "key": "brands-2026", "starts_on": "2026-05-01", "confirmed": "y"}
    return Form(organiser, "/steer/", "/steer/", fields, ())


def _person(house: House, signed_in: SignIn) -> Form:
    browser = signed_in(house.person("admin", Role.ADMINISTRATOR))
    return Form(browser, "/people/new", "/people/new", {"login": "office", "name": "办公室", "branch": ""}, ())


PAPERS = """field = [
  { key = "papers", type = "file", label = { zh = "材料", en = "Papers" } },"""
ACTS = {
    "a report": _report,
    "an order": _order,
    "a score sheet": _sheet,
    "a draft with a file": _draft,
    "a declaration": _declaration,
    "an assessment": _assessment,
    "a booking": _booking,
    "an attendance": _attendance,
    "a motion": _motion,
    "a recusal": _recusal,
    "a ruling on a project": _ruling,
    "a teller's key": _key,
    "a teller's share": _share,
    "a season": _season,
    "a person": _person,
}


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_an_act_sent_again_shows_the_result_it_had_and_does_nothing(
    house: House, signed_in: SignIn, act: Callable[[House, SignIn], Form]
) -> None:
    form = act(house, signed_in).read()
    first = form.send()
    assert first.status_code == 302, first.text
    form.browser.get(first.headers["Location"])
    logged, files = len(house.log()), _files(house)
    again = form.send()
    assert (again.status_code, again.headers.get("Location")) == (303, first.headers["Location"])
    assert DONE in form.browser.get(again.headers["Location"]).text
    assert (len(house.log()), _files(house)) == (logged, files)


def _files(house: House) -> int:
    return len(house.ask(lambda session: session.scalars(select(Attachment.id)).all()))


def test_a_refused_form_may_be_mended_and_sent_with_the_same_secret(house: House, signed_in: SignIn) -> None:
    form = _report(house, signed_in).read()
    assert form.send(text=" ").status_code == 422
    assert form.send().status_code == 302


def test_a_declaration_that_was_saved_but_not_handed_in_is_not_taken_for_handed_in(
    house: House, signed_in: SignIn
) -> None:
    form = _declaration(house, signed_in).read()
    assert [form.send(answer_name=" ").status_code for _ in range(2)] == [422, 422]


def test_what_the_page_saves_by_itself_is_saved_each_time(house: House, signed_in: SignIn) -> None:
    form = _draft(house, signed_in).read()
    for story in ("一", "一二"):
        fields = {**form.fields, "csrf_token": form.browser.token(), "sending": SECRET, "answer_story": story}
        answer = form.browser.client.post(f"{form.to}/autosave", data=fields, headers={"HX-Request": "true"})
        assert answer.status_code == 200
    assert "一二" in form.browser.get(form.page).text


def test_somebody_else_who_sends_the_same_secret_is_not_led_anywhere(house: House, signed_in: SignIn) -> None:
    form = _report(house, signed_in).read()
    assert form.send().status_code == 302
    organiser = signed_in(house.person("organiser", Role.ORGANISER))
    organiser.get("/")
    assert organiser.post(form.to, sending=SECRET).status_code == 403


def test_an_act_whose_answer_was_never_made_leads_back_to_the_page_of_its_form(house: House, signed_in: SignIn) -> None:
    """The process dies between the commit and the answer: then only what the transaction wrote is there."""
    form = _booking(house, signed_in).read()
    headers = {"Referer": f"http://localhost{form.page}"}
    form.browser.client.environ_base |= {"HTTP_REFERER": headers["Referer"]}
    form.send()
    with house.database.writing() as session:
        [digest] = session.scalars(select(Sending.digest)).all()
        sendings.move(session, digest, form.page)
    assert form.send().headers["Location"] == form.page


def test_an_objector_who_withdraws_twice_sees_the_case_closed(house: House, visitor: Visitor) -> None:
    season = decided(house, NOTICE, by=secretaries(house))
    house.open(season, "notice")
    object_to(house, season)
    visitor.get(f"{PUBLIC_NOTICE}case/{CODE}")
    told = [visitor.post(f"{PUBLIC_NOTICE}case/{CODE}/withdraw").headers["Location"] for _ in range(2)]
    assert told == [f"{PUBLIC_NOTICE}case/{CODE}"] * 2
    assert _kept(house) == [], "the address of a case is its secret"


def test_a_vote_leaves_nothing_beside_its_envelope(house: House, signed_in: SignIn) -> None:
    vote = vote_of(house)
    vote.keep_keys()
    house.open(vote.season, "vote")
    member = signed_in(vote.members[0].person_id)
    member.get("/s/test-2026/vote/ballot/")
    answer = member.post("/s/test-2026/vote/ballot/", attempt=SECRET, sending=SECRET, entries="smelting")
    assert answer.status_code == 302 and "receipt" in answer.headers["Location"]
    assert _kept(house) == []


def _kept(house: House) -> list[Sending]:
    return list(house.ask(lambda session: session.scalars(select(Sending)).all()))


def test_after_a_day_nothing_is_kept_of_a_form(house: House, signed_in: SignIn) -> None:
    _report(house, signed_in).read().send()
    sendings.upkeep(house.database, now=house.now + sendings.KEPT_FOR)
    assert len(_kept(house)) == 1
    sendings.upkeep(house.database, now=house.now + sendings.KEPT_FOR + timedelta(seconds=1))
    assert _kept(house) == []


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    if request.param == "sqlite":
        with fresh_sqlite(tmp_path) as engine:
            yield engine
    else:
        with postgresql_server() as server, fresh_postgresql(server) as engine:
            yield engine


def test_of_two_that_come_at_once_one_is_done_and_the_other_waits_for_it(engine: Engine) -> None:
    Base.metadata.create_all(engine)
    database, told, ready = Database(engine), [], threading.Barrier(2)

    def send() -> None:
        ready.wait()
        try:
            with database.writing() as session:
                sendings.keep(session, SECRET, "/", now=NOW)
                told.append("done")
        except SentBeforeError as before:
            with database.reading() as session:
                told.append(str(sendings.page_of(session, before.digest)))

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == ["/", "done"]


def test_an_act_that_is_taken_back_leaves_its_form_unsent(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.writing() as session:
        sendings.keep(session, SECRET, "/", now=NOW)
        raise ZeroDivisionError
    with database.reading() as session:
        assert sendings.page_of(session, SECRET) is None


NO_SECRET = {
    "base.html": "signing out and choosing a language twice is once",
    "components/confirm.html": "the form that is confirmed brings its own",
    "errors/held.html": "the form that is sent on brings its own",
    "stages/ballot/_marks.html": "a ballot's own secret makes it one vote, and nothing may stand beside its envelope",
    "stages/ballot/_parts.html": "a ballot's own secret makes it one vote, and nothing may stand beside its envelope",
    "stages/notice/case.html": "an objection withdrawn twice is withdrawn; its address is a secret",
    "stages/notice/home.html": "an objection's code makes it one; its address is a secret",
}


def test_every_form_that_writes_carries_a_secret_or_says_why_it_needs_none() -> None:
    without = set()
    for path in sorted(TEMPLATES.rglob("*.html")):
        for form in re.findall(r'<form\s[^>]*?method="post".*?</form>', path.read_text(encoding="utf-8"), re.DOTALL):
            if "forms.csrf()" not in form and "funds.voucher(" not in form:
                without.add(str(path.relative_to(TEMPLATES)))
    assert without == set(NO_SECRET)
