"""Rules of every page: each has a permission, each form its token, each answer its headers, each refusal a sentence."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask, request
from flask_babel import force_locale

import evalflow
from evalflow.access import Permission
from evalflow.app import create_app
from evalflow.web.guard import OPEN_ENDPOINTS, permission_of
from evalflow.web.headers import HEADERS
from evalflow.web.refusals import SENTENCES, sentence_of
from tests.visitors import Visitor

SOURCE = Path(evalflow.__file__).parent
FLAW = re.compile(r"""(?:refuse\(|Flawed\(|return |else |once\(.*|\}, ?)"([a-z]+_[a-z_]+)"(?: if|\)|,|$)""", re.M)
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def paths(app: Flask, method: str) -> list[str]:
    """Every address of the application that takes this method, with something in place of its variables."""
    return [
        re.sub(r"<int[^>]*:[^>]+>", "1", re.sub(r"<[a-z_:]*path[^>]*>|<[a-z_]+>", "x", rule.rule))
        for rule in app.url_map.iter_rules()
        if method in (rule.methods or ()) and rule.endpoint not in OPEN_ENDPOINTS
    ]


def test_every_view_names_a_permission(app):
    silent = [endpoint for endpoint in app.view_functions if permission_of(app, endpoint) is None]
    assert set(silent) == OPEN_ENDPOINTS


def test_a_view_that_names_none_is_refused(app, visitor):
    app.add_url_rule("/forgotten", "forgotten", lambda: "secret")
    assert visitor.get("/forgotten").status_code == 403


def test_a_visitor_gets_in_only_where_visitors_may(app, visitor):
    public = {Permission.SEE_PUBLIC, Permission.SIGN_IN, Permission.OBJECT}
    for rule in app.url_map.iter_rules():
        if rule.endpoint in OPEN_ENDPOINTS or "GET" not in rule.methods or permission_of(app, rule.endpoint) in public:
            continue
        path = re.sub(r"<int[^>]*:[^>]+>", "1", re.sub(r"<[a-z_]+>", "x", rule.rule))
        answer = visitor.get(path)
        assert (path, answer.status_code) == (path, 302)
        assert answer.headers["Location"].startswith("/sign-in?next=")


def test_every_form_refuses_a_missing_token(app, visitor):
    answers = {path: visitor.client.post(path).status_code for path in paths(app, "POST")}
    assert set(answers.values()) == {400}, answers


@pytest.mark.parametrize("path", ["/", "/sign-in", "/account", "/no-such-page", "/s/x", "/static/app.css"])
def test_every_answer_carries_the_headers_errors_included(visitor, path):
    headers = visitor.get(path).headers
    assert {name: headers.get(name) for name in HEADERS} == HEADERS


def test_the_policy_permits_no_inline_script_or_style():
    assert "unsafe" not in HEADERS["Content-Security-Policy"]


def test_a_bug_shows_a_page_without_a_traceback(app, visitor):
    def broken() -> str:
        raise RuntimeError("the inside of the program")

    broken.permission = Permission.SEE_PUBLIC
    app.add_url_rule("/broken", "broken", broken)
    answer = visitor.get("/broken")
    assert answer.status_code == 500
    assert "RuntimeError" not in answer.text and "the inside of the program" not in answer.text
    assert answer.headers["Content-Security-Policy"] == HEADERS["Content-Security-Policy"]


def test_a_page_that_does_not_exist_and_a_method_that_is_not_taken_are_pages_too(visitor):
    assert visitor.get("/no-such-page").status_code == 404
    visitor.get("/sign-in")
    assert visitor.post("/").status_code == 405


def test_what_is_too_large_is_refused_with_a_page(config, database, clock):
    small = Visitor(create_app(replace(config, max_request_bytes=1000), database=database, clock=clock))
    small.get("/sign-in")
    answer = small.post("/sign-in", login="x" * 2000, password="x")
    assert (answer.status_code, answer.mimetype) == (413, "text/html")


def test_cookies_are_for_this_host_secure_hidden_from_scripts_and_not_sent_along_from_elsewhere(
    config, database, clock
):
    secure = create_app(replace(config, secure_cookies=True), database=database, clock=clock)
    answer = secure.test_client().get("/sign-in", base_url="https://localhost")
    name, *attributes = answer.headers["Set-Cookie"].split("; ")
    assert name.startswith("__Host-evalflow=")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(attributes)
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


@pytest.mark.parametrize(("proxies", "seen"), [(0, "192.0.2.1"), (1, "198.51.100.7")])
def test_forwarded_addresses_are_believed_of_trusted_proxies_only(config, database, clock, proxies, seen):
    app = create_app(replace(config, trusted_proxies=proxies), database=database, clock=clock)

    def address() -> str:
        return request.remote_addr or ""

    address.permission = Permission.SEE_PUBLIC
    app.add_url_rule("/address", "address", address)
    headers = {"X-Forwarded-For": "203.0.113.9, 198.51.100.7"}
    answer = app.test_client().get("/address", headers=headers, environ_base={"REMOTE_ADDR": "192.0.2.1"})
    assert answer.text == seen


def test_a_fragment_gets_the_sentence_alone(visitor):
    answer = visitor.get("/s/x", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.mimetype) == (404, "text/plain")
    assert "<" not in answer.text


def flaw_codes() -> set[str]:
    """What rows of a spreadsheet, passwords and fields of a declaration may be refused for."""
    stages = ("submission/workbook.py", "submission/bringing.py", "tracking/bringing.py", "tracking/office.py")
    people = ("names.py", "passwords.py", "importing/preview.py")
    files = (
        "workflow/fields.py",
        "importing/rows.py",
        *(f"people/{name}" for name in people),
        *(f"stages/{one}" for one in stages),
    )
    return {code for name in files for code in FLAW.findall((SOURCE / name).read_text(encoding="utf-8"))}


def test_every_flaw_of_a_row_a_password_or_an_answer_has_a_sentence():
    assert len(flaw_codes()) > 25
    assert sorted(flaw_codes() - SENTENCES.keys()) == []


def test_every_sentence_is_told_in_both_languages(app):
    with app.test_request_context():
        with force_locale("en"):
            english = {code: sentence_of(code, {}) for code in SENTENCES}
        with force_locale("zh_Hans"):
            chinese = {code: sentence_of(code, {}) for code in SENTENCES}
    assert {code: told for code, told in english.items() if not told or CHINESE.search(told)} == {}
    assert {code: told for code, told in chinese.items() if not CHINESE.search(told)} == {}
