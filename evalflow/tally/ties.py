"""Keys for tie-break chains that are read off the sheets themselves: who gave, how often which mark.

sheets: {entry: {rater: points}}. Every function gives {entry: key}, the higher key the better, for
`ranking.break_ties`.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from evalflow.tally.exact import Number

Sheets = Mapping[str, Mapping[str, Number]]


def number_of_givers(sheets: Sheets) -> dict[str, int]:
    """How many raters gave the entry anything (more than 0).

    Source: Eurovision Song Contest, rules for ties 2008 to 2015, first link.

    >>> number_of_givers({"dk": {"se": 12, "is": 3, "no": 0}, "es": {"al": 12}, "fr": {}})
    {'dk': 2, 'es': 1, 'fr': 0}
    """
    return {entry: sum(1 for mark in marks.values() if mark > 0) for entry, marks in sheets.items()}


def count_of_marks(sheets: Sheets) -> dict[str, tuple[int, ...]]:
    """How often the entry got the highest mark that anybody got, then the next lower one, and so on; zeros left out.

    Compared mark by mark: more 12s, else more 10s, … Keys of one call only are comparable with each other.
    Source: Eurovision Song Contest, rules for ties 1991 to 2015.

    >>> count_of_marks({"se": {"a": 12, "b": 10, "c": 10}, "fr": {"a": 10, "b": 12, "c": 8}, "it": {}})
    {'se': (1, 2, 0), 'fr': (1, 1, 1), 'it': (0, 0, 0)}
    """
    scale = sorted({mark for marks in sheets.values() for mark in marks.values() if mark > 0}, reverse=True)
    return {entry: tuple(list(marks.values()).count(mark) for mark in scale) for entry, marks in sheets.items()}


def earlier_number(numbers: Mapping[str, int]) -> dict[str, int]:
    """The entry presented earlier wins. numbers: {entry: place in the order of presentation}.

    >>> earlier_number({"it": 21, "az": 3})
    {'it': -21, 'az': -3}
    """
    return {entry: -number for entry, number in numbers.items()}


TIE_LINKS: Mapping[str, Callable[[Sheets], Mapping[str, Any]]] = MappingProxyType(
    {"number_of_givers": number_of_givers, "count_of_marks": count_of_marks}
)
