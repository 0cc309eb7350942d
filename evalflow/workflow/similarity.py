"""How alike two short texts are, by the pairs of neighbouring characters that they share.

It sees the same words, in whatever order; not what they mean. It needs no dictionary, so that Chinese, English and
both in one text are compared in the same way. A hint for somebody who reads both, never a verdict.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations


@dataclass(frozen=True)
class Pair:
    """Two texts by their keys. likeness: the share of pieces that both have, 0 to 1."""

    one: str
    other: str
    likeness: Fraction


def bigrams(text: str) -> frozenset[str]:
    """Every two neighbouring characters of each line; a line of a single character is a piece by itself.

    Widths and case are levelled (NFKC, case folding); whatever is neither letter nor digit is dropped, blanks included.

    >>> sorted(bigrams("Ｃu 回收率\\n回收")), bigrams("。")
    (['cu', 'u回', '回收', '收率'], frozenset())
    """
    return frozenset(piece for line in text.splitlines() for piece in _pieces(_levelled(line)))


def similarity(one: str, other: str) -> Fraction:
    """The pieces that both texts have, over those that either has: 0 nothing in common, 1 the same pieces.

    Jaccard's coefficient of community: P. Jaccard, The distribution of the flora in the alpine zone, New Phytologist
    11 (1912), 37-50. Of two texts without any piece it is 0: nothing is known of them.

    >>> similarity("金回收率提升", "金回收率提高"), similarity("降本", "增效"), similarity("", "")
    (Fraction(2, 3), Fraction(0, 1), Fraction(0, 1))
    """
    return _share(bigrams(one), bigrams(other))


def pairs(texts: Mapping[str, str], at_least: Fraction) -> tuple[Pair, ...]:
    """The pairs that are as alike as that, the most alike first, ties in the order given. texts: {key: text}.

    >>> found = pairs({"a": "渣含铜降低", "b": "余热发电", "c": "降低渣含铜"}, Fraction(2, 5))
    >>> [(pair.one, pair.other, pair.likeness) for pair in found]
    [('a', 'c', Fraction(3, 5))]
    """
    pieces = {key: bigrams(text) for key, text in texts.items()}
    every = (Pair(one, other, _share(pieces[one], pieces[other])) for one, other in combinations(texts, 2))
    return tuple(sorted((pair for pair in every if pair.likeness >= at_least), key=lambda pair: -pair.likeness))


def _levelled(line: str) -> str:
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", line).casefold())
    return "".join(character for character in folded if character.isalnum())


def _pieces(line: str) -> set[str]:
    if len(line) == 1:
        return {line}
    return {line[at : at + 2] for at in range(len(line) - 1)}


def _share(one: frozenset[str], other: frozenset[str]) -> Fraction:
    either = one | other
    return Fraction(len(one & other), len(either)) if either else Fraction(0)
