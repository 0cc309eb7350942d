"""A paper as long as can be, and one entry longer: no vote may be lost because of where an entry stands."""

import pytest

from evalflow.errors import Conflict
from evalflow.seasons import queries as seasons
from tests.builders import House
from tests.sealed import VOTE, Vote, vote_of

MOST = 62
APPROVAL = 'method = "approval"\nchoose = { min = 1, max = 2 }'
DEFAULT = 'method = "schulze"\ndefault = { title = { zh = "都不选", en = "None of these" } }'
PAPERS = pytest.mark.parametrize(
    ("method", "entries"),
    [(APPROVAL, MOST), ('method = "schulze"', MOST), (DEFAULT, MOST - 1)],
    ids=["names", "ranks", "ranks with a default option"],
)


def vote_on(house: House, method: str, entries: int) -> Vote:
    """A vote on so many entries, its tellers ready."""
    vote = vote_of(house, VOTE.replace(APPROVAL, method), more=entries - 2)
    vote.keep_keys()
    return vote


@PAPERS
def test_a_vote_for_the_last_entry_of_the_longest_paper_counts(house: House, method: str, entries: int) -> None:
    vote = vote_on(house, method, entries)
    house.open(vote.season, "vote")
    last = house.ask(seasons.contenders, vote.season.id)[-1].key
    for member in vote.members[:3]:
        vote.cast(member, **{last: 1})
    house.close(vote.season, "vote")
    assert [vote.hand_in(teller) for teller in vote.tellers[:2]] == [False, True]
    outcome = seasons.outcome_of(house.settle(vote.season, "vote"))
    assert outcome is not None
    assert (outcome.facts["valid"], outcome.facts["invalid"], outcome.figures["votes"][last]) == (3, 0, 3)


@PAPERS
def test_an_entry_more_than_the_paper_holds_is_refused_while_entries_still_come_in(
    house: House, method: str, entries: int
) -> None:
    with pytest.raises(Conflict) as refused:
        vote_on(house, method, entries + 1)
    assert (refused.value.code, refused.value.facts["most"]) == ("paper_full", entries)
