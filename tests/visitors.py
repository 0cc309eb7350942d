"""Somebody at a browser without JavaScript: follows links, fills the forms that pages really show."""

import html
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from evalflow.db import Database
from evalflow.people.models import Person
from evalflow.web import sessions

_PAGE = re.compile(r'name="came_from" value="([^"]*)"')
_OPENING = re.compile(r'name="opening" value="([^"]*)"')
_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"|name="csrf-token"[^>]*content="([^"]+)"')

FOR_EVER = datetime(2999, 1, 1, tzinfo=UTC)  # when such a session began: it never ends by its age


@dataclass
class Visitor:
    """One browser. Forms are sent with the token of the page seen last, as a browser would."""

    app: Flask
    client: FlaskClient = field(init=False)
    page: TestResponse | None = None
    opening: str = ""  # of the vote whose paper was seen last
    stands_on: str = ""  # where the forms of the page seen last say that they stand

    def __post_init__(self) -> None:
        self.client = self.app.test_client()

    def get(self, path: str, **named: Any) -> TestResponse:
        return self._seen(self.client.get(path, **named))

    def post(self, path: str, **fields: Any) -> TestResponse:
        """Send a form; fields may be lists and files. What is asked once more is confirmed; no redirect is followed."""
        fields = {"came_from": self.stands_on, **({"opening": self.opening} if self.opening else {}), **fields}
        answer = self._seen(self.client.post(path, data={"csrf_token": self.token(), **fields}))
        if answer.mimetype == "text/html" and "data-confirms" in answer.text:
            fields |= {"is_sure": "1"}
            answer = self._seen(self.client.post(path, data={"csrf_token": self.token(), **fields}))
        return answer

    def send(self, path: str, **fields: Any) -> TestResponse:
        """Send a form and see where it leads."""
        answer = self.post(path, **fields)
        return self.get(answer.headers["Location"]) if answer.status_code in (302, 303) else answer

    def token(self) -> str:
        """The token of the page seen last, or of the first page when there is none."""
        found = _TOKEN.search(self.page.text) if self.page is not None else None
        if found is None:
            found = _TOKEN.search(self.client.get("/sign-in").text) or _TOKEN.search(self.client.get("/").text)
        assert found is not None, "no page offers a token"
        return html.unescape(found.group(1) or found.group(2))

    def sign_in(self, login: str, password: str) -> TestResponse:
        """Through the page, with a password."""
        self.get("/sign-in")
        return self.post("/sign-in", login=login, password=password)

    def become(self, person_id: int, database: Database) -> "Visitor":
        """Be signed in as somebody, without the time a password costs, however long the test's clock runs."""
        with database.reading() as session:
            version = session.get_one(Person, person_id).session_version
        with self.client.session_transaction() as cookie:
            cookie["_user_id"] = sessions.identity(person_id, version, FOR_EVER)
        self.page = None
        return self

    def _seen(self, answer: TestResponse) -> TestResponse:
        if answer.mimetype == "text/html":
            self.page = answer
            stands_on, opening = _PAGE.search(answer.text), _OPENING.search(answer.text)
            self.opening = opening.group(1) if opening else self.opening
            self.stands_on = html.unescape(stands_on.group(1)) if stands_on else self.stands_on
        return answer
