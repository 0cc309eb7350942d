"""Signing in, out, and joining by an invitation."""

from dataclasses import replace
from datetime import timedelta

import pytest

from evalflow.access import Role
from evalflow.app import create_app
from evalflow.config import Config
from evalflow.people import accounts
from tests.visitors import Visitor

PASSWORD = "correct horse battery"


@pytest.fixture
def member(house):
    return house.joined("li.ming", PASSWORD, Role.MEMBER)


def test_who_signs_in_is_known_on_the_next_page(visitor, member):
    answer = visitor.sign_in("li.ming", PASSWORD)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert "Li.Ming" in visitor.get("/account").text


def test_the_cookie_holds_a_person_a_session_version_and_when_and_nothing_of_the_browser(visitor, member, house):
    visitor.sign_in("li.ming", PASSWORD)
    with visitor.client.session_transaction() as cookie:
        kept = dict(cookie)
    assert {name for name in kept if name != "csrf_token"} == {"_user_id", "_permanent"}
    assert kept["_user_id"] == f"{member}:3:{int(house.now.timestamp())}"


def test_a_session_ends_a_day_after_signing_in_however_much_is_done_in_it(visitor, member, clock):
    visitor.sign_in("li.ming", PASSWORD)
    for _ in range(23):
        clock.wait(hours=1)
        assert visitor.get("/account").status_code == 200
    clock.wait(hours=1)
    assert visitor.get("/account").status_code == 302


def test_how_long_a_session_lasts_is_set(config, database, clock, member):
    assert Config.from_environment({"EVALFLOW_SESSION_HOURS": "2"}).session_hours == 2
    visitor = Visitor(create_app(replace(config, session_hours=2), database=database, clock=clock))
    visitor.sign_in("li.ming", PASSWORD)
    clock.wait(hours=1, minutes=59)
    assert visitor.get("/account").status_code == 200
    clock.wait(minutes=1)
    assert visitor.get("/account").status_code == 302


@pytest.mark.parametrize(("login", "password"), [("li.ming", "wrong password"), ("nobody", PASSWORD)])
def test_a_wrong_password_and_an_unknown_account_get_the_same_answer(visitor, member, login, password):
    answer = visitor.sign_in(login, password)
    assert answer.status_code == 403
    assert "账号或密码错误" in answer.text or "Account or password is wrong." in answer.text
    assert visitor.get("/account").status_code == 302


def test_after_five_failures_even_the_right_password_has_to_wait(visitor, member, clock):
    for _ in range(5):
        visitor.sign_in("li.ming", "wrong password")
    answer = visitor.sign_in("li.ming", PASSWORD)
    assert answer.status_code == 429
    assert "请等待1分钟" in answer.text
    clock.wait(minutes=1)
    assert visitor.sign_in("li.ming", PASSWORD).status_code == 302


def test_a_browser_signed_in_on_before_signs_in_while_others_guess(visitor, member, app):
    visitor.sign_in("li.ming", PASSWORD)
    visitor.post("/sign-out")
    guesser = Visitor(app)
    assert [guesser.sign_in("li.ming", "wrong password").status_code for _ in range(6)] == [403] * 5 + [429]
    assert visitor.sign_in("li.ming", PASSWORD).status_code == 302


def test_a_device_cookie_is_given_after_signing_in_only_and_is_worth_nothing_once_changed(visitor, member, app):
    visitor.get("/sign-in")
    visitor.sign_in("li.ming", "wrong password")
    assert visitor.client.get_cookie("evalflow-device") is None
    [given] = [
        line
        for line in visitor.sign_in("li.ming", PASSWORD).headers.getlist("Set-Cookie")
        if line.startswith("evalflow-device=")
    ]
    assert {"HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=15552000"} <= set(given.split("; "))
    guesser = Visitor(app)
    token = given.partition("=")[2].partition(".")[0]
    guesser.client.set_cookie("evalflow-device", f"{token}.forged")
    assert [guesser.sign_in("li.ming", "wrong password").status_code for _ in range(5)] == [403] * 4 + [429]


def test_a_protected_page_leads_to_signing_in_and_back(visitor, member):
    answer = visitor.get("/account?a=1")
    assert answer.headers["Location"] == "/sign-in?next=/account?a%3D1"
    visitor.get(answer.headers["Location"])
    answer = visitor.post("/sign-in", login="li.ming", password=PASSWORD, next="/account?a=1")
    assert answer.headers["Location"] == "/account?a=1"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "/\\evil.example", "evil"])
def test_signing_in_never_leads_to_another_site(visitor, member, elsewhere):
    visitor.get("/sign-in")
    answer = visitor.post("/sign-in", login="li.ming", password=PASSWORD, next=elsewhere)
    assert answer.headers["Location"] == "/"


def test_a_form_sent_without_being_signed_in_is_refused_not_redirected(visitor, house):
    answer = visitor.post("/account/password", present_password="a", password="b", again="b")
    assert answer.status_code == 401


def test_who_signs_out_is_a_visitor_even_for_a_copy_of_the_cookie(visitor, member, app):
    visitor.sign_in("li.ming", PASSWORD)
    name = app.config["SESSION_COOKIE_NAME"]
    copy = visitor.client.get_cookie(name).value
    assert visitor.post("/sign-out").headers["Location"] == "/"
    assert visitor.get("/account").status_code == 302
    visitor.client.set_cookie(name, copy)
    assert visitor.get("/account").status_code == 302


def test_an_invitation_is_joined_once_and_signs_in(visitor, house, app):
    person = house.person("wang.fang", Role.MEMBER)
    token = house.act(accounts.invite, person, actor=house.administrator)
    assert "wang.fang" in visitor.get(f"/invitation/{token}").text
    answer = visitor.post(f"/invitation/{token}", password=PASSWORD, again=PASSWORD)
    assert answer.headers["Location"] == "/"
    assert visitor.get("/account").status_code == 200
    assert visitor.get(f"/invitation/{token}").status_code == 404


def test_an_invitation_outlived_is_not_found(visitor, house, clock):
    token = house.act(accounts.invite, house.person("wang.fang"), actor=house.administrator)
    clock.wait(days=7)
    assert visitor.get(f"/invitation/{token}").status_code == 404
    assert timedelta(days=7) == accounts.VALID_FOR


def test_two_different_passwords_are_shown_again_and_the_invitation_stays_open(visitor, house):
    token = house.act(accounts.invite, house.person("wang.fang"), actor=house.administrator)
    answer = visitor.post(f"/invitation/{token}", password=PASSWORD, again="another password")
    assert answer.status_code == 422
    assert visitor.post(f"/invitation/{token}", password=PASSWORD, again=PASSWORD).status_code == 302
