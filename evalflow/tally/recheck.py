"""Marks so far from the others that somebody should look at them again. Nothing is dropped for it.

A slip of the pen (9 for 90) and a grudge look alike in numbers: this only says where to ask.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType

from evalflow.tally.exact import Number, exact
from evalflow.tally.scoring import mean, median

CENTRES: Mapping[str, Callable[[Sequence[Fraction]], Fraction]] = MappingProxyType({"mean": mean, "median": median})


@dataclass(frozen=True)
class Outlier:
    """A rater's mark, the centre of the entry's marks, and how far the one is from the other (above 0)."""

    rater: str
    mark: Fraction
    centre: Fraction

    @property
    def distance(self) -> Fraction:
        return abs(self.mark - self.centre)


def outliers(marks: Mapping[str, Number], *, beyond: Number, centre: str = "median") -> tuple[Outlier, ...]:
    """The marks further than `beyond` from the centre of all of one entry's marks, the furthest first.

    marks: {rater: mark}; the centre is that of all of them, the far ones included. Exactly as far as `beyond`: not
    listed. Equal distances go by the raters' keys. No marks, or one: none. KeyError: no such centre. ValueError: a
    negative `beyond`.

    Source: award regulations that have a mark looked at again which is further from the mean than a stated number.

    >>> [one.rater for one in outliers({"a": 88, "b": 90, "c": 92, "d": 9}, beyond=15)]
    ['d']
    """
    if exact(beyond) < 0:
        raise ValueError(f"a distance of {beyond} can't be")
    given = {rater: exact(mark) for rater, mark in marks.items()}
    if not given:
        return ()
    middle = CENTRES[centre](list(given.values()))
    far = [Outlier(rater, mark, middle) for rater, mark in given.items() if abs(mark - middle) > exact(beyond)]
    return tuple(sorted(far, key=lambda one: (-one.distance, one.rater)))
