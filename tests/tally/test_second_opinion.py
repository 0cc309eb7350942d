"""Committees by approvals and by points as an independent library elects them; installed for the long proofs only."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalflow.tally.ranking import cut, rank
from evalflow.tally.voting import approval

abcvoting = pytest.importorskip("abcvoting", reason="abcvoting comes with requirements-prove.txt only")
abcrules = pytest.importorskip("abcvoting.abcrules")
preferences = pytest.importorskip("abcvoting.preferences")

ENTRIES = tuple("abcdef")
boxes = st.lists(st.tuples(st.frozensets(st.sampled_from(ENTRIES)), st.integers(1, 4)), min_size=1, max_size=12)


@pytest.mark.slow
@settings(max_examples=2000, deadline=None)
@given(boxes, st.integers(1, 5))
def test_the_committees_by_approvals_are_those_of_abcvoting(box, seats):
    """All committees of the library that share the last seats are ours with some of those tied at the line."""
    profile = preferences.Profile(len(ENTRIES))
    for chosen, times in box:
        for _ in range(times):
            profile.add_voter([ENTRIES.index(entry) for entry in chosen])
    theirs = {
        frozenset(ENTRIES[member] for member in committee)
        for committee in abcrules.compute("av", profile, committeesize=seats, resolute=False)
    }
    count = approval(box, ENTRIES, minimum=0, maximum=len(ENTRIES))
    line = cut(rank({entry: Fraction(votes) for entry, votes in count.votes.items()}), seats)
    assert frozenset.intersection(*theirs) == frozenset(line.winners)
    assert frozenset.union(*theirs) == frozenset(line.winners) | frozenset(line.tied)
    assert {len(committee) for committee in theirs} == {seats}
