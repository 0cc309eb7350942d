"""Counts in English: one row is a row. A message that puts a count before a noun has a singular."""

import re
from pathlib import Path

from babel.messages.pofile import read_po

from evalflow.config import TRANSLATIONS

NOUNS = (
    "abstentions|agreements|answers|ayes|ballots|branches|characters|checkpoints|decimals|days|electors|entries|"
    "envelopes|files|hours|indicators|marks|members|milestones|minutes|months|noes|objections|orders|people|places|"
    "points|projects|proposals|questions|raters|reports|rows|seats|sheets|signs|stages|stars|steps|tellers|times|"
    "votes|weeks|working days|years"
)
COUNTED = re.compile(rf"%\(\w+\)s (?:[a-z]+ )?(?:{NOUNS})\b")
ALWAYS_MANY = (
    "%(alike)s entries share",  # at least two do
    "%(branches)s branches may hand in",  # more than a ballot paper holds
    "There are %(found)s entries on the ballot paper",
    "%(raters)s marks, more than",
    "where more than %(raters)s raters",  # those left, when the best and the worst are dropped
    "with more than %(raters)s raters",
    "needs %(needed)s of %(shares)s tellers",  # a key has two shares at least
    "%(needed)s of the %(shares)s tellers",
    "%(few)s electors",  # a group is two at least
    "fewer than %(needed)s electors",
    "more than %(most)s rows",  # the program's own limits, of hundreds
    "%(most)s entries take part already",
    "%(most)s people can be invited",
    "at most %(most)s entries on a ballot paper",
    "at most %(most)s stages",
    "%(most)s characters",
    "%(max_length)s characters",
    "%(at_least)s characters",
    "%(longest)s characters",
    "%(shortest)s characters",
    "from 0 to %(points)s points",  # a range
    "hand out up to %(points)s points",
    "they get %(worth)s points",  # a list
    "give each a grade: %(grades)s points",
    "stretch target %(target)s: %(points)s points",  # 100 or more
    "more than %(ratio)s times as many",  # a ratio, such as 1.5
)


def test_a_count_before_a_noun_is_never_one_of_many() -> None:
    path = Path(TRANSLATIONS) / "zh_Hans" / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as file:
        single = [message.id for message in read_po(file) if isinstance(message.id, str)]
    counted = [text for text in single if COUNTED.search(text)]
    assert [text for text in counted if not any(one.lower() in text.lower() for one in ALWAYS_MANY)] == []
    assert [one for one in ALWAYS_MANY if not any(one.lower() in text.lower() for text in counted)] == []
