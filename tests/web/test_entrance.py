"""What is typed arrives as people see it."""

import pytest
from flask import Flask, request

from evalflow.access import Permission
from tests.visitors import Visitor


@pytest.fixture
def echo(app: Flask) -> Flask:
    def heard() -> dict[str, str]:
        return dict(request.form)

    heard.permission = Permission.SEE_PUBLIC  # type: ignore[attr-defined]
    app.add_url_rule("/heard", "heard", heard, methods=["POST"])
    return app


def test_signs_that_nobody_sees_are_taken_out_of_every_field_but_passwords(echo: Flask) -> None:
    typed = "\ufeff铜花\u200b飞扬\u202e \r\n第二\t行 👍🏽"
    browser = Visitor(echo)
    secret = ("password", "passphrase", "again", "present_password")
    heard = browser.post("/heard", title=typed, pass_rate=typed, **dict.fromkeys(secret, typed)).get_json()
    assert heard["title"] == heard["pass_rate"] == "铜花飞扬 \n第二 行 👍🏽"
    assert {heard[name] for name in secret} == {typed}


def test_what_no_database_keeps_is_still_refused(echo: Flask) -> None:
    assert Visitor(echo).post("/heard", title="a\x00b").status_code == 400
