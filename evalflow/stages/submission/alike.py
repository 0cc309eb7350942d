"""Declarations that resemble each other, so that two branches don't declare the same. A hint for whoever reads both.

Compared are the title and the names of the indicators, in what was handed in last; a draft is nobody else's.
"""

import re
from dataclasses import dataclass
from fractions import Fraction

from sqlalchemy.orm import Session

from evalflow.errors import NotFound
from evalflow.seasons import plans
from evalflow.seasons import queries as seasons
from evalflow.seasons.models import Entry, EntryState
from evalflow.workflow import similarity

AT_LEAST = Fraction(2, 5)  # of the pieces of both; what is less alike is no pair
_REMARK = re.compile(r"[（(][^（）()]*[）)]")
HANDED_IN = (EntryState.SUBMITTED, EntryState.RETURNED, EntryState.ACCEPTED)


@dataclass(frozen=True)
class Alike:
    """Two entries of a season. likeness: 0 to 1."""

    one: Entry
    other: Entry
    likeness: Fraction


def pairs(session: Session, season_id: int) -> tuple[Alike, ...]:
    """The entries that are alike, the most alike first."""
    found = {entry.key: entry for entry in _handed_in(session, season_id)}
    texts = {key: text_of(entry) for key, entry in found.items()}
    return tuple(Alike(found[pair.one], found[pair.other], pair.likeness) for pair in similarity.pairs(texts, AT_LEAST))


def pair(session: Session, season_id: int, one_key: str, other_key: str) -> Alike:
    """Two entries, however alike. NotFound for one entry twice, for a draft, for what is out."""
    found = {entry.key: entry for entry in _handed_in(session, season_id)}
    if one_key == other_key or one_key not in found or other_key not in found:
        raise NotFound("no_such_entry", entry=other_key)
    one, other = found[one_key], found[other_key]
    return Alike(one, other, similarity.similarity(text_of(one), text_of(other)))


def text_of(entry: Entry) -> str:
    """What of an entry is compared, a line each; remarks in brackets say nothing of what it is about."""
    lines = [entry.title, *(row["name"] for row in plans.rows_of(entry, "indicators"))]
    return "\n".join(_REMARK.sub("", line) for line in lines)


def _handed_in(session: Session, season_id: int) -> list[Entry]:
    """Withdrawn while it was returned, or rejected, an entry stands in nobody's way."""
    return [entry for entry in seasons.entries(session, season_id, *HANDED_IN) if entry.title]
