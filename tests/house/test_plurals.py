"""Counts in English: one row is a row. Messages that put a count before these nouns have a singular."""

import re
from pathlib import Path

from babel.messages.pofile import read_po

from evalflow.config import TRANSLATIONS

COUNTED = re.compile(r"%\(\w+\)s (abstentions?|ayes?|noes|rows?) ?")
ALWAYS_MANY = {"The file has more than %(most)s rows"}  # a limit, never one


def test_a_count_of_rows_or_of_votes_in_a_division_is_never_one_of_many() -> None:
    path = Path(TRANSLATIONS) / "zh_Hans" / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as file:
        single = [message.id for message in read_po(file) if isinstance(message.id, str)]
    wrong = [text for text in single if COUNTED.search(text) and not text.startswith(tuple(ALWAYS_MANY))]
    assert wrong == []
