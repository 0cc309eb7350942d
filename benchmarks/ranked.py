"""Ranked ballots counted by every method beside an independent library, on the same profile in the same run.

    python -m benchmarks.ranked

Prints how much longer pyrankvote takes for the single transferable vote and for instant runoff. Neither it nor
abcvoting knows Schulze's method, so that is put beside pyrankvote's instant runoff, which finds one winner too, and
beside the fastest count it has, the preferential block vote, which reads no further than the marks that fill the seats.
Then what our methods take in proportion to our own instant runoff, and how each grows with the number of ballots. What
either side is given is built beforehand: a profile for ours, a list of ballots for theirs.
"""

import random
import statistics
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

from pyrankvote import (
    Ballot,
    Candidate,
    instant_runoff_voting,
    preferential_block_voting,
    single_transferable_vote,
)

from benchmarks.timing import say, seconds_of_work
from evalflow.tally.condorcet import schulze
from evalflow.tally.meek import meek
from evalflow.tally.preferences import preferences
from evalflow.tally.profile import UNRANKED, Profile
from evalflow.tally.transferable import instant_runoff, transferable

ENTRIES = tuple(f"e{number:02d}" for number in range(1, 20))
SEATS, SEED, ROUNDS = 5, 2026, 3
BESIDE, GROWTH = 10**5, (10**4, 10**5, 10**6)
RUNOFF, SINGLE, MEEK, SCHULZE = "instant runoff", f"transferable vote, {SEATS} seats", f"Meek, {SEATS} seats", "Schulze"
BLOCK = f"preferential block vote, {SEATS} seats"
OURS: dict[str, Callable[[Profile], Any]] = {
    RUNOFF: instant_runoff,
    SINGLE: partial(transferable, seats=SEATS),
    MEEK: partial(meek, seats=SEATS),
    SCHULZE: schulze,
}
THEIRS: dict[str, Callable[[list[Candidate], list[Ballot]], Any]] = {
    RUNOFF: instant_runoff_voting,
    SINGLE: partial(single_transferable_vote, number_of_seats=SEATS),
    BLOCK: partial(preferential_block_voting, number_of_seats=SEATS),
}
PAIRS = ((RUNOFF, RUNOFF), (SINGLE, SINGLE), (SCHULZE, RUNOFF), (SCHULZE, BLOCK))


def main() -> None:
    profile = drawn(BESIDE)
    _beside_theirs("every order as likely", profile)
    _beside_theirs("some entries far better liked", drawn(BESIDE, lopsided=True))
    own = {name: _median(count, profile) for name, count in OURS.items()}
    told = ", ".join(f"{name} {took / own[RUNOFF]:.1f}" for name, took in own.items())
    say(f"ours among themselves: {told}")
    grown = [drawn(size) for size in GROWTH]
    for name, count in OURS.items():
        shares = [_median(count, profile) / profile.ballots for profile in grown]
        told = ", ".join(f"{share / shares[0]:.2f} at {size:,}" for size, share in zip(GROWTH, shares, strict=True))
        say(f"{name}, time per ballot as a multiple of that at {GROWTH[0]:,} ballots: {told}")


def _beside_theirs(kind: str, profile: Profile) -> None:
    say(f"{profile.ballots:,} ballots of {len(ENTRIES)} entries, {len(profile.rows):,} distinct, {kind}")
    theirs = _ballots(profile)
    for ours, other in PAIRS:
        counts = partial(OURS[ours], profile), partial(THEIRS[other], *theirs)
        pairs = [tuple(map(seconds_of_work, counts)) for _ in range(ROUNDS)]
        ratios = sorted(slow / own for own, slow in pairs)
        told = f"{statistics.median(ratios):.0f} × ours ({ratios[0]:.0f} to {ratios[-1]:.0f})"
        say(f"    {ours}: pyrankvote's {other} takes {told}")


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
    return statistics.median(seconds_of_work(lambda: count(profile)) for _ in range(ROUNDS))


if __name__ == "__main__":
    main()
