"""What every method that orders entries by comparing ballots gives back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from evalflow.tally.ranking import Place


@dataclass(frozen=True)
class Election:
    """order: entries best first, those in one group tied: a method never breaks a tie it has no rule for.

    out: entries that can't win (dropped by a quorum, a majority, …), in the order of their keys. steps: how it came
    about, one mapping per round or finding, of JSON values and exact fractions, for people and for the log.
    """

    order: tuple[tuple[str, ...], ...]
    out: tuple[str, ...] = ()
    steps: tuple[Mapping[str, Any], ...] = ()

    @property
    def places(self) -> tuple[Place, ...]:
        """Places as `ranking.cut` and `ranking.break_ties` take them; whoever is out has none.

        >>> [(p.entry, p.place, p.tied) for p in Election((("b",), ("a", "c")), out=("d",)).places]
        [('b', 1, False), ('a', 2, True), ('c', 2, True), ('d', None, False)]
        """
        found: list[Place] = []
        for group in self.order:
            number = len(found) + 1
            found += [Place(entry, None, number, len(group) > 1) for entry in group]
        return (*found, *(Place(entry, None, None) for entry in self.out))
