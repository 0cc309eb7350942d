"""What somebody sees where something can't be done or is not there."""

import re
from collections.abc import Callable

import pytest
from flask import Flask

from evalflow.access import Permission, Role
from evalflow.web.guard import guarded
from tests.builders import House
from tests.visitors import Visitor

TOKEN = "a-token-that-lets-somebody-in"


def test_a_page_that_is_not_there_is_titled_by_what_happened_and_not_by_a_number(visitor: Visitor) -> None:
    page = visitor.get("/nowhere")
    title = re.search(r"<title>(.*?)</title>", page.text)
    heading = re.search(r"<h1>(.*?)</h1>", page.text)
    assert page.status_code == 404 and title and heading
    assert title[1].startswith(f"{heading[1]} · ")
    assert "404" not in title[1]


def test_an_address_that_holds_a_token_is_not_in_the_server_s_log_when_its_page_breaks(
    app: Flask, visitor: Visitor, caplog: pytest.LogCaptureFixture
) -> None:
    app.testing = False
    app.view_functions["web.invitation"] = guarded(Permission.SIGN_IN)(_broken)
    assert visitor.get(f"/invitation/{TOKEN}").status_code == 500
    assert "Exception in web.invitation [GET]" in caplog.text
    assert TOKEN not in caplog.text


def _broken(**_arguments: str) -> str:
    raise RuntimeError("broken on purpose")


@pytest.mark.parametrize("address", ["http://[", "//["])
def test_an_address_that_is_none_is_no_fault_of_the_server(
    house: House, signed_in: Callable[[int], Visitor], address: str
) -> None:
    organiser = signed_in(house.person("organiser", Role.ORGANISER))
    sent = organiser.client.post(
        "/language", data={"csrf_token": organiser.token(), "sending": "0" * 32}, headers={"Referer": address}
    )
    assert sent.status_code < 500
    kept = organiser.client.post("/unsent", query_string={"to": address}, data={"csrf_token": organiser.token()})
    assert kept.status_code == 404
