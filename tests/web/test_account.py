"""One's own account, and what ends a session."""

import pytest

from evalflow.access import Role
from evalflow.people import accounts, grants

PASSWORD = "correct horse battery"
BETTER = "an even better sentence"


@pytest.fixture
def member(house):
    return house.joined("li.ming", PASSWORD, Role.MEMBER)


def test_a_changed_password_signs_out_every_other_browser(signed_in, member):
    here, elsewhere = signed_in(member), signed_in(member)
    here.get("/account")
    answer = here.post("/account/password", present_password=PASSWORD, password=BETTER, again=BETTER)
    assert answer.headers["Location"] == "/account"
    assert here.get("/account").status_code == 200
    assert elsewhere.get("/account").status_code == 302
    assert elsewhere.sign_in("li.ming", BETTER).status_code == 302


@pytest.mark.parametrize(
    ("present", "password", "status"),
    [
        ("wrong one here", BETTER, 403),
        (PASSWORD, "short", 422),
        (PASSWORD, "li.ming", 422),
        (PASSWORD, "password123", 422),
    ],
)
def test_a_refused_password_changes_nothing(signed_in, member, visitor, present, password, status):
    browser = signed_in(member)
    browser.get("/account")
    assert (
        browser.post("/account/password", present_password=present, password=password, again=password).status_code
        == status
    )
    assert visitor.sign_in("li.ming", PASSWORD).status_code == 302


def test_whoever_finds_a_browser_signed_in_guesses_its_password_five_times(signed_in, member):
    browser = signed_in(member)
    browser.get("/account")
    sent = {"password": BETTER, "again": BETTER}
    told = [
        browser.post("/account/password", present_password=f"guess {number}", **sent).status_code for number in range(6)
    ]
    assert told == [403] * 5 + [429]


def test_signing_out_everywhere_ends_this_session_and_all_others(signed_in, member):
    here, elsewhere = signed_in(member), signed_in(member)
    here.get("/account")
    here.post("/account/sessions/end")
    assert [here.get("/account").status_code, elsewhere.get("/account").status_code] == [302, 302]


@pytest.mark.parametrize(
    "act",
    [
        lambda house, person: house.act(accounts.deactivate, person, actor=house.administrator),
        lambda house, person: house.act(accounts.revoke_sessions, person, actor=house.administrator),
        lambda house, person: house.act(grants.grant, person, Role.ORGANISER, actor=house.administrator),
    ],
    ids=["deactivated", "sessions ended", "a role given"],
)
def test_what_changes_a_persons_rights_ends_their_sessions_at_once(signed_in, member, house, act):
    house.person("admin", Role.ADMINISTRATOR)
    browser = signed_in(member)
    assert browser.get("/account").status_code == 200
    act(house, member)
    assert browser.get("/account").status_code == 302


def test_the_language_chosen_stays_with_the_person_and_with_the_visitor(visitor, signed_in, member, app):
    visitor.get("/sign-in")
    assert 'lang="zh-Hans"' in visitor.page.text
    visitor.post("/language", locale="en", next="/sign-in")
    assert 'lang="en"' in visitor.get("/sign-in").text
    browser = signed_in(member)
    browser.get("/account")
    assert browser.post("/language", locale="en", next="/account").headers["Location"] == "/account"
    assert 'lang="en"' in signed_in(member).get("/account").text


def test_a_language_that_is_not_offered_is_refused(visitor):
    visitor.get("/sign-in")
    assert visitor.post("/language", locale="tlh").status_code == 422


def test_who_has_no_role_may_do_what_a_visitor_may(signed_in, house):
    browser = signed_in(house.person("new.colleague"))
    assert browser.get("/").status_code == 200
    assert browser.get("/people").status_code == 403
