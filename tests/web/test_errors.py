"""What somebody sees where something can't be done or is not there."""

import re

from tests.visitors import Visitor


def test_a_page_that_is_not_there_is_titled_by_what_happened_and_not_by_a_number(visitor: Visitor) -> None:
    page = visitor.get("/nowhere")
    title = re.search(r"<title>(.*?)</title>", page.text)
    heading = re.search(r"<h1>(.*?)</h1>", page.text)
    assert page.status_code == 404 and title and heading
    assert title[1].startswith(f"{heading[1]} · ")
    assert "404" not in title[1]
