"""Ranked ballots counted by every method beside an independent library, on the same profile in the same run.

    python -m benchmarks.ranked

Prints how much longer pyrankvote takes for the single transferable vote and for instant runoff, what our other methods
take in proportion to our own instant runoff, and how each grows with the number of ballots. What either side is given
is built beforehand: a profile for ours, a list of ballots for theirs.
"""

import random
import statistics
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

from pyrankvote import Ballot, Candidate, instant_runoff_voting, single_transferable_vote

from benchmarks.timing import say, seconds
from evalflow.tally.condorcet import schulze
from evalflow.tally.meek import meek
from evalflow.tally.preferences import preferences
from evalflow.tally.profile import UNRANKED, Profile
from evalflow.tally.transferable import instant_runoff, transferable

ENTRIES = tuple(f"e{number:02d}" for number in range(1, 20))
SEATS, SEED, ROUNDS = 5, 2026, 3
GROWTH = (10**3, 10**4, 10**5)
OURS: dict[str, Callable[[Profile], Any]] = {
    "instant runoff": instant_runoff,
    f"transferable vote, {SEATS} seats": partial(transferable, seats=SEATS),
    f"Meek, {SEATS} seats": partial(meek, seats=SEATS),
    "Schulze": schulze,
}
THEIRS: dict[str, Callable[[list[Candidate], list[Ballot]], Any]] = {
    "instant runoff": instant_runoff_voting,
    f"transferable vote, {SEATS} seats": partial(single_transferable_vote, number_of_seats=SEATS),
}


def main() -> None:
    profile = drawn(GROWTH[-1])
    _beside_theirs("every order as likely", profile)
    _beside_theirs("some entries far better liked", drawn(GROWTH[-1], lopsided=True))
    own = {name: _median(count, profile) for name, count in OURS.items()}
    told = ", ".join(f"{name} {took / own['instant runoff']:.1f}" for name, took in own.items())
    say(f"ours among themselves: {told}")
    for name, count in OURS.items():
        shares = [_median(count, drawn(size)) / size for size in GROWTH]
        told = ", ".join(f"{share / shares[0]:.2f} at {size:,}" for size, share in zip(GROWTH, shares, strict=True))
        say(f"{name}, time per ballot as a multiple of that at {GROWTH[0]:,} ballots: {told}")


def _beside_theirs(kind: str, profile: Profile) -> None:
    say(f"{profile.ballots:,} ballots of {len(ENTRIES)} entries, {len(profile.rows):,} distinct, {kind}")
    theirs = _ballots(profile)
    for name, count in THEIRS.items():
        pairs = [(seconds(partial(OURS[name], profile)), seconds(partial(count, *theirs))) for _ in range(ROUNDS)]
        ratios = sorted(other / own for own, other in pairs)
        say(f"    {name}: pyrankvote {statistics.median(ratios):.0f} × ours ({ratios[0]:.0f} to {ratios[-1]:.0f})")


def drawn(size: int, *, lopsided: bool = False) -> Profile:
    """So many random ballots of 1 to 19 entries in order, every order as likely; lopsided: some far better liked."""
    chance = random.Random(SEED)
    places = range(1, len(ENTRIES) + 1)
    rows: Counter[bytes] = Counter()
    for _ in range(size):
        luck = [chance.random() ** ((20 / place) ** 2 if lopsided else 1) for place in places]
        order = sorted(range(len(ENTRIES)), key=luck.__getitem__, reverse=True)
        row = bytearray([UNRANKED]) * len(ENTRIES)
        for rank, entry in enumerate(order[: chance.randint(1, len(ENTRIES))], 1):
            row[entry] = rank
        rows[bytes(row)] += 1
    return Profile(ENTRIES, tuple(rows), tuple(rows.values()))


def _ballots(profile: Profile) -> tuple[list[Candidate], list[Ballot]]:
    candidates = [Candidate(entry) for entry in profile.entries]
    papers = zip(*preferences(profile), strict=True)
    return candidates, [Ballot([candidates[place] for place in order]) for order, times in papers for _ in range(times)]


def _median(count: Callable[[Profile], Any], profile: Profile) -> float:
    return statistics.median(seconds(lambda: count(profile)) for _ in range(ROUNDS))


if __name__ == "__main__":
    main()
