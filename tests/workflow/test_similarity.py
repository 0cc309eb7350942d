"""How alike texts are: what the coefficient promises for every text, and what it says of titles people write."""

from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from evalflow.workflow.similarity import Pair, bigrams, pairs, similarity

TITLES = st.text(alphabet="金银铜回收率提升 ，\nAaＡ１", max_size=20)
TEXTS = st.text(max_size=30) | TITLES


@given(TEXTS, TEXTS)
def test_it_is_the_same_both_ways_and_lies_between_nothing_and_everything(one: str, other: str) -> None:
    found = similarity(one, other)
    assert isinstance(found, Fraction) and 0 <= found <= 1
    assert found == similarity(other, one)


@given(TEXTS)
@example("一")
@example("İ")
def test_a_text_is_wholly_like_itself_unless_it_says_nothing(text: str) -> None:
    assert similarity(text, text) == (1 if bigrams(text) else 0)


@given(TEXTS, TEXTS)
@example("金回收率", "银回收率")
def test_it_counts_shared_pieces_as_a_plain_count_does(one: str, other: str) -> None:
    left, right = sorted(bigrams(one)), sorted(bigrams(other))
    shared = sum(piece in right for piece in left)
    either = len(left) + len(right) - shared
    assert similarity(one, other) * either == shared
    assert (similarity(one, other) == 0) == (shared == 0)


@given(TITLES)
def test_blanks_and_punctuation_make_no_difference(text: str) -> None:
    spaced = "".join(f" {character}" for character in text)
    assert bigrams(spaced) == bigrams(text)
    assert bigrams(text.replace("\n", "，\n。")) == bigrams(text)


@pytest.mark.parametrize(
    ("one", "other", "likeness"),
    [
        ("金银回收率提升工程", "银金回收率提升工程", Fraction(6, 10)),
        ("ＣＯＰＰＥＲ 2026", "copper2026", Fraction(1)),
        ("余热发电增效工程", "厂内物流周转提效工程", Fraction(2, 14)),
        ("回收率\n工期", "工期\n回收率", Fraction(1)),
        ("回收率工期", "工期\n回收率", Fraction(3, 4)),
        ("示例", "", Fraction(0)),
    ],
)
def test_titles_as_people_write_them(one: str, other: str, likeness: Fraction) -> None:
    assert similarity(one, other) == likeness


def test_the_most_alike_come_first_and_equals_keep_their_order() -> None:
    texts = {"a": "渣含铜降低", "b": "降低渣含铜", "c": "渣含铜降低", "d": "余热发电", "e": "降低渣含铜"}
    assert pairs(texts, Fraction(3, 5)) == (
        Pair("a", "c", Fraction(1)),
        Pair("b", "e", Fraction(1)),
        Pair("a", "b", Fraction(3, 5)),
        Pair("a", "e", Fraction(3, 5)),
        Pair("b", "c", Fraction(3, 5)),
        Pair("c", "e", Fraction(3, 5)),
    )
    assert pairs(texts, Fraction(601, 1000)) == (Pair("a", "c", Fraction(1)), Pair("b", "e", Fraction(1)))


@given(st.dictionaries(st.text(max_size=3), TEXTS, max_size=6), st.fractions(0, 1))
def test_each_pair_is_judged_once_whatever_the_line(texts: dict[str, str], at_least: Fraction) -> None:
    found = {frozenset((pair.one, pair.other)): pair.likeness for pair in pairs(texts, at_least)}
    assert found == {
        frozenset((one, other)): similarity(texts[one], texts[other])
        for one in texts
        for other in texts
        if one != other and similarity(texts[one], texts[other]) >= at_least
    }
