"""Fifty pictures at once that are small as files and large as pictures, sent as every role, to a real server."""

import os
import re
import signal
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path

import pytest
from PIL import Image

from evalflow.access import Role
from evalflow.app import create_app
from evalflow.config import Config
from evalflow.engine import installation
from tests.builders import Clock, House, found_house
from tests.cli.test_servers import _page, free_port
from tests.declared import SUBMISSION
from tests.files import pictures
from tests.files.test_uploads import ASKED
from tests.visitors import Visitor

HOME = "/s/test-2026/declare/submission/"
AT_ONCE = 50
PATIENCE = 120
ROLES = tuple(role for role in Role if role is not Role.VISITOR)


@pytest.fixture
def house(tmp_path: Path) -> House:
    """An installation where a declaration is asked for, now."""
    database = installation.found(Config(tmp_path / "var", f"sqlite:///{tmp_path / 'var' / 'evalflow.sqlite3'}"))
    clock = Clock(datetime.now(UTC))
    house = found_house(database, clock)
    house.open(house.season(SUBMISSION.replace("field = [", ASKED), starts_on=clock().date()), "declare")
    return house


@pytest.fixture
def server(house: House, tmp_path: Path) -> Iterator[tuple[int, int]]:
    """(port, process) of `evalflow serve` on that installation."""
    environ = {**os.environ, "EVALFLOW_INSTANCE": str(tmp_path / "var"), "EVALFLOW_INSECURE_COOKIES": "1"}
    port = free_port()
    command = [sys.executable, "-m", "evalflow", "serve", "--port", str(port), "--tick-every", "0"]
    running = subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _page(port)
        yield port, running.pid
    finally:
        running.send_signal(signal.SIGINT)
        running.wait(PATIENCE)  # it finishes what it was sent


def browsers(house: House, tmp_path: Path) -> dict[Role, Visitor]:
    """Somebody of each role, signed in at an application with the same secret."""
    config = Config(tmp_path / "var", "", secure_cookies=False)
    app = create_app(config, database=house.database, clock=house.clock)
    found = {role: Visitor(app).become(house.person(role.value, role), house.database) for role in ROLES}
    return {Role.VISITOR: Visitor(app), **found}


def forms(house: House, tmp_path: Path) -> dict[Role, tuple[str, str, bytes]]:
    """{role: (path, cookie, body)} of a form that sends the picture."""
    picture = pictures.saved(Image.new("P", (3600, 3600)), "PNG", transparency=0)
    people = browsers(house, tmp_path)
    secretary = people[Role.BRANCH_SECRETARY]
    secretary.get(HOME)
    path = secretary.post(HOME).headers["Location"]
    page = secretary.get(path).text
    sent = {}
    for role, browser in people.items():
        browser.get("/sign-in" if role is Role.VISITOR else "/account")
        fields = {"csrf_token": browser.token(), "version": _value(page, "version"), "action": "save"}
        cookie = browser.client.get_cookie("evalflow")
        sent[role] = (path, f"evalflow={cookie.value if cookie else ''}", _multipart(fields, picture))
    return sent


def test_fifty_bombs_at_once_as_each_role_leave_the_first_page_answering(
    house: House, server: tuple[int, int], tmp_path: Path
) -> None:
    port, process = server
    told = {role: _attacked(port, form) for role, form in forms(house, tmp_path).items()}
    secretaries = told.pop(Role.BRANCH_SECRETARY)
    assert told == {role: {403} for role in ROLES if role is not Role.BRANCH_SECRETARY} | {Role.VISITOR: {401}}
    assert secretaries <= {302, 409, 422, 503}  # kept, overtaken by another, too many pictures, too many writers
    assert _greatest(process) < 1000


def _attacked(port: int, form: tuple[str, str, bytes]) -> set[int]:
    """What fifty are answered who send the form at once; the first page answers meanwhile."""
    told: list[int] = []
    threads = [threading.Thread(target=lambda: told.append(_send(port, form))) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=PATIENCE) as page:
        assert page.status == 200
    for thread in threads:
        thread.join()
    assert len(told) == AT_ONCE
    return set(told)


def _send(port: int, form: tuple[str, str, bytes]) -> int:
    path, cookie, body = form
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    headers = {"Cookie": cookie, "Content-Type": "multipart/form-data; boundary=limit"}
    connection.request("POST", path, body, headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status


def _multipart(fields: dict[str, str], picture: bytes) -> bytes:
    parts = [
        f'--limit\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{told}\r\n' for name, told in fields.items()
    ]
    file = '--limit\r\nContent-Disposition: form-data; name="answer_cover"; filename="a.png"\r\n\r\n'
    return "".join(parts).encode() + file.encode() + picture + b"\r\n--limit--\r\n"


def _value(page: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*?value="([^"]*)"', page, re.S)
    return found[1] if found else ""


def _greatest(process: int) -> int:
    """How many MB the server and its workers ever held, together."""
    family = [process, *(int(line) for line in _children(process))]
    return sum(_held(one) for one in family)


def _children(process: int) -> list[str]:
    return Path(f"/proc/{process}/task/{process}/children").read_text().split()


def _held(process: int) -> int:
    found = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{process}/status").read_text())
    return int(found[1]) // 1024 if found else 0
