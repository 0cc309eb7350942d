"""Sums as people read them: the terms of a calculation, with decimals enough for a pocket calculator to agree."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from evalflow.tally.rounding import round_half_up

FEWEST, MOST = 2, 8  # decimals


@dataclass(frozen=True)
class Arithmetic:
    """One line of a calculation. terms: signs as text, numbers exact; result: what they come to, exact."""

    terms: tuple[str | Fraction, ...]
    result: Fraction

    @property
    def decimals(self) -> int:
        """So many that every number of the line is exact, where 6 are enough for that; else 4."""
        numbers = [self.result, *(term for term in self.terms if not isinstance(term, str))]
        return next((few for few in range(FEWEST, 7) if all(10**few % one.denominator == 0 for one in numbers)), 4)

    def text(self) -> str:
        """The line, "≈" where its result had to be rounded to be shown.

        >>> Arithmetic((Fraction(100), " × ", Fraction(5), " ÷ ", Fraction(8)), Fraction(125, 2)).text()
        '100 × 5 ÷ 8 = 62.5'
        """
        left = "".join(term if isinstance(term, str) else plain(term, self.decimals) for term in self.terms)
        sign = "=" if 10**self.decimals % self.result.denominator == 0 else "≈"
        return f"{left} {sign} {plain(self.result, self.decimals)}"


def plain(value: Fraction, decimals: int) -> str:
    """At most so many decimals, rounded half up, without zeros at the end.

    >>> plain(Fraction(13399, 160), 4), plain(Fraction(90), 2), plain(Fraction(-1, 3), 2)
    ('83.7438', '90', '−0.33')
    """
    text = f"{round_half_up(value, decimals):f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace("-", "−")


def enough(follow: Callable[[Callable[[Fraction], Fraction]], Decimal], wanted: Decimal) -> int:
    """The fewest decimals (2 to 8) with which a calculation from rounded numbers still gives what was published.

    follow: the calculation, given how each number is rounded first.

    >>> part = Fraction(13399, 160)
    >>> enough(lambda shown: round_half_up(Fraction(186, 5) + Fraction(3, 5) * shown(part), 2), Decimal("87.45"))
    3
    """
    for decimals in range(FEWEST, MOST):
        if follow(lambda value, places=decimals: Fraction(round_half_up(value, places))) == wanted:  # type: ignore[misc]
            return decimals
    return MOST


def added(terms: Sequence[Fraction]) -> tuple[str | Fraction, ...]:
    """Numbers with a plus between each two.

    >>> added([Fraction(1), Fraction(2)])
    (Fraction(1, 1), ' + ', Fraction(2, 1))
    """
    return tuple(part for term in terms for part in (" + ", term))[1:]


def mentions(value: Any, name: str) -> Iterator[tuple[str, str]]:
    """(where, what) of everything in JSON facts that names an entry: for what no explanation of its own is written yet.

    >>> list(mentions({"capped": {"a": "90", "b": "80"}, "vetoed": ["b", "c"], "seats": 3}, "b"))
    [('capped', '80'), ('vetoed', '✓')]
    """
    for key, part in value.items() if isinstance(value, Mapping) else ():
        if key == name:
            yield "", _brief(part)
        elif part == name or (isinstance(part, list) and name in part):
            yield key, "✓"
        elif isinstance(part, Mapping):
            yield from ((f"{key} {inner}".strip(), told) for inner, told in mentions(part, name))
        elif isinstance(part, list):
            own = [one for one in part if isinstance(one, Mapping) and one.get("entry") == name]
            yield from ((key, _brief({k: v for k, v in one.items() if k != "entry"})) for one in own)


def _brief(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_brief(part)}" for key, part in value.items())
    if isinstance(value, list):
        return ", ".join(_brief(part) for part in value)
    return str(value)
