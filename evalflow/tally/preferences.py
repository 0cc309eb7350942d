"""What the methods that move papers from entry to entry share: reading a paper's preferences, and breaking their ties.

A paper counts as far as it is definite: from the first rank that it gives to two entries on, it prefers nobody, as in
every published rule that `transferable` and `meek` follow. Whether a rank left out ends it too, and whether it counts
at all, is for whoever reads papers to say: a workflow file by `unclear`, applied before anything is counted.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import compress, groupby
from typing import Any

from evalflow.tally.planes import Planes
from evalflow.tally.profile import MAX_MARK, NO_OPINION, UNRANKED, Profile

Choose = Callable[..., Any]  # min or max


def preferences(profile: Profile) -> tuple[list[bytes], list[int]]:
    """Orders of preference (places in `profile.entries`, the most preferred first), and how often each was cast.

    Ranks order and do no more: 1, 2, 5 is 1, 2, 3. Entries left unranked, and those without an opinion on, are never
    reached. Where two entries have the same rank the order ends above them; without a first preference the paper is not
    valid and left out. No ballots: nothing. ValueError: rows and entries that don't fit, a negative number of ballots,
    more than 255 entries.

    >>> preferences(Profile(("a", "b", "c"), (bytes([2, 1, 254]), bytes([1, 2, 2]), bytes([1, 1, 2])), (5, 3, 2)))
    ([b'\\x01\\x00', b'\\x00'], [5, 3])
    """
    size = len(profile.entries)
    if any(len(row) != size for row in profile.rows) or min(profile.times, default=0) < 0 or size > NO_OPINION:
        raise ValueError("every row needs one mark for each entry, at most 255, and a number of times")
    # A row turned inside out by one call: the table then holds at each rank the entry that has it, as a high byte that
    # no rank can be. Where ranks are shared, or beyond the number of entries, fewer come out than are ranked.
    high = bytes(range(256 - size, 256))
    entry_of, others = bytes.maketrans(high, bytes(range(size))), bytes(range(256 - size))
    papers = []
    for row in profile.rows:
        order = bytes.maketrans(row, high)[1 : size + 1].translate(entry_of, others)
        if len(order) + row.count(UNRANKED) + row.count(NO_OPINION) != size or 2 * size > MAX_MARK:
            order = _definite(row)
        papers.append(order)
    valid = [bool(order and times) for order, times in zip(papers, profile.times, strict=True)]
    return list(compress(papers, valid)), list(compress(profile.times, valid))


def clear_part(row: bytes, *, ends_at_gap: bool) -> bytes:
    """A paper's ranks up to the first that is given twice or, where gaps end it, is left out; the rest is unranked.

    Nothing is ranked where the first rank is not clear. ends_at_gap false: ranks left out are passed over.
    Source: SSI 2011/399, schedule 1 (gaps end a paper); San Francisco Charter, section 13.102 (gaps are passed over).

    >>> [list(clear_part(bytes([3, 1, 5, 5]), ends_at_gap=ends)) for ends in (True, False)]
    [[254, 1, 254, 254], [2, 1, 254, 254]]
    """
    clear = bytearray([UNRANKED] * len(row))
    for place, rank in enumerate(sorted(set(row) - {UNRANKED, NO_OPINION}), 1):
        if row.count(rank) > 1 or rank < 1 or (ends_at_gap and rank != place):
            break
        clear[row.index(rank)] = place
    return bytes(clear)


def definite(papers: Planes) -> list[int]:
    """For each entry the papers that prefer it to somebody, as `preferences` reads them: those it is reached on.

    >>> from evalflow.tally.planes import planes
    >>> ballots = Profile(("a", "b", "c"), (bytes([2, 1, 254]), bytes([1, 2, 2]), bytes([1, 1, 2])), (1, 1, 1))
    >>> [f"{found:b}" for found in definite(planes(ballots))]
    ['11', '1', '0']
    """
    size, ended = range(len(papers.digits)), 0
    ranked = [0] * len(size)
    for mark in papers.marks:
        at, once = [papers.marked(entry, mark) for entry in size], 0
        for ballots in at:
            ended |= once & ballots
            once |= ballots
        ranked = [before | ballots & ~ended for before, ballots in zip(ranked, at, strict=True)]
    return ranked


def foremost(among: Sequence[int], history: Sequence[Sequence[int]], *, choose: Choose) -> list[int]:
    """Who is first among these: the one with the most votes (choose=max), or the fewest (min), of those level the one
    that was so at the end of the most recent earlier stage at which they were not level. Several: level at all stages.

    history: the votes of all entries at the end of each stage, the last the present one.

    >>> foremost([0, 1, 2], [(5, 4, 1), (7, 7, 9)], choose=min), foremost([0, 1], [(3, 3)], choose=max)
    ([1], [0, 1])
    """
    standing = {entry: _standing(entry, history) for entry in among}
    key = choose(standing.values())
    return [entry for entry in among if standing[entry] == key]


def in_order(among: Iterable[int], history: Sequence[Sequence[int]], lots: Sequence[int]) -> list[list[int]]:
    """Groups of entries, the most votes first, ties broken as in `foremost` and then by lots, the higher the better.

    >>> in_order([0, 1, 2], [(5, 4, 4), (7, 7, 7)], [0, 0, 0])
    [[0], [1, 2]]
    """

    def key(entry: int) -> tuple[tuple[int, ...], int]:
        return _standing(entry, history), lots[entry]

    return [list(group) for _, group in groupby(sorted(among, key=key, reverse=True), key=key)]


def by_place(entries: Sequence[str], lots: Mapping[str, int] | None) -> list[int]:
    """The lots in the order of the entries; all 0 without lots. ValueError: an entry without one, two with the same.

    >>> by_place(("a", "b"), {"b": 2, "a": 1})
    [1, 2]
    """
    if lots is None:
        return [0] * len(entries)
    if not {*entries} <= lots.keys() or len({lots[entry] for entry in entries}) < len(entries):
        raise ValueError("lots: one for each entry, no two the same")
    return [lots[entry] for entry in entries]


def written(number: int, decimals: int) -> str:
    """A number of units of the last decimal place as text; whole numbers without decimals.

    >>> written(1250000, 5), written(300000, 5)
    ('12.50000', '3')
    """
    whole, rest = divmod(number, 10**decimals)
    return f"{whole}.{rest:0{decimals}d}" if rest else str(whole)


def _definite(row: bytes) -> bytes:
    """The order of a row with gaps or equal ranks, as far as it is definite."""
    ranked = sorted((mark, entry) for entry, mark in enumerate(row) if mark <= MAX_MARK)
    order = []
    for _, group in groupby(ranked, key=lambda pair: pair[0]):
        (_, entry), *others = group
        if others:
            break
        order.append(entry)
    return bytes(order)


def _standing(entry: int, history: Sequence[Sequence[int]]) -> tuple[int, ...]:
    return tuple(votes[entry] for votes in reversed(history))
