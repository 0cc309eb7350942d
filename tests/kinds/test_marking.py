"""What may stand on a paper of each form, and that every ballot comes back from its code as it went in."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalflow.kinds.ballot_rules import DEFAULT, METHODS, BallotOptions
from evalflow.kinds.marking import Fault, Paper
from evalflow.stages.ballot.sealing import BALLOT_BYTES
from evalflow.tally.profile import NO_OPINION, UNRANKED

GRADES = [
    {"key": key, "label": {"zh": key}, "worth": worth} for key, worth in (("good", 100), ("fair", 60), ("poor", 40))
]
NEEDED = {
    "choose": {"min": 1, "max": 2},
    "points": 5,
    "seats": 2,
    "grade": GRADES,
    "ranks": [3, 2, 1],
}


def paper(method: str, entries: str = "abc", **more: Any) -> Paper:
    wanted = {name: NEEDED[name] for name in METHODS[method].needs}
    return Paper(tuple(entries), BallotOptions.model_validate({"method": method, **wanted, **more}))


@pytest.mark.parametrize(
    ("of", "marks", "fault"),
    [
        (paper("approval"), {"a": 1, "c": 1}, None),
        (paper("approval"), {}, Fault("wrong_number_chosen", {"low": 1, "high": 2, "chosen": 0})),
        (paper("approval"), dict.fromkeys("abc", 1), Fault("wrong_number_chosen", {"low": 1, "high": 2, "chosen": 3})),
        (paper("plurality"), {"b": 1}, None),
        (paper("plurality"), {"a": 1, "b": 1}, Fault("wrong_number_chosen", {"low": 1, "high": 1, "chosen": 2})),
        (paper("score"), {"a": 5, "b": 0}, None),
        (paper("score"), {"a": 6}, Fault("points_out_of_range", {"points": 5})),
        (paper("score"), {"a": NO_OPINION}, Fault("points_out_of_range", {"points": 5})),
        (paper("score", no_opinion=True), {"a": NO_OPINION, "b": 5}, None),
        (paper("cumulative"), {"a": 3, "b": 2}, None),
        (paper("cumulative"), {"a": 3, "b": 3}, Fault("too_many_points", {"points": 5})),
        (paper("star"), {"a": 5, "b": 5, "c": 5}, None),
        (paper("grade"), {"a": 0, "b": 1, "c": 2}, None),
        (paper("grade"), {"a": 0, "b": 1}, Fault("grade_missing", {"entries": 1})),
        (paper("grade"), {"a": 0, "b": 1, "c": 3}, Fault("no_such_grade", {})),
        (paper("grade", no_opinion=True), {"a": 0}, None),
        (paper("positional"), {"a": 2, "b": 1}, None),
        (paper("positional"), {"a": 1, "b": 1}, Fault("rank_twice", {"rank": 1})),
        (paper("positional"), {"a": 1, "b": 3}, Fault("ranks_with_gaps", {})),
        (
            paper("positional", "abcd"),
            dict(zip("abcd", (1, 2, 3, 4), strict=True)),
            Fault("rank_out_of_range", {"ranks": 3}),
        ),
        (paper("schulze"), {"a": 1, "b": 7}, None),
        (paper("schulze"), {"a": 0}, Fault("rank_out_of_range", {"ranks": 3})),
        (paper("schulze"), {"a": 1, "b": 1}, Fault("rank_twice", {"rank": 1})),
        (paper("schulze"), {"a": NO_OPINION}, Fault("no_opinion_not_asked", {})),
        (paper("schulze", equal_ranks=True, no_opinion=True), {"a": 1, "b": 1, "c": NO_OPINION}, None),
        (paper("instant_runoff"), {"c": 1}, None),
        (paper("stv"), {"a": 1, "b": 3}, Fault("ranks_with_gaps", {})),
        (paper("meek"), {"a": 2}, Fault("ranks_with_gaps", {})),
    ],
)
def test_a_ballot_is_valid_or_has_one_named_fault(of: Paper, marks: dict[str, int], fault: Fault | None) -> None:
    assert of.fault(of.code(marks)) == fault


@pytest.mark.parametrize(
    ("of", "marks", "text"),
    [
        (paper("approval"), {"c": 1, "a": 1}, "a|c"),
        (paper("score"), {"a": 5, "b": 0}, "a:5"),
        (paper("score", no_opinion=True), {"a": 5, "b": 0}, "a:5|b:0"),
        (paper("grade"), {"a": 0, "b": 2, "c": 0}, "a:good|b:poor|c:good"),
        (paper("schulze", no_opinion=True), {"b": 1, "c": NO_OPINION}, "b:1|c:?"),
        (Paper(("a", DEFAULT), paper("schulze").options), {DEFAULT: 1, "a": 2}, "a:2|*:1"),
    ],
)
def test_a_ballot_reads_as_it_is_written(of: Paper, marks: dict[str, int], text: str) -> None:
    assert (of.text(of.code(marks)), of.code(marks)) == (text, of.read(text))


@pytest.mark.parametrize(
    ("method", "text", "told"),
    [
        ("approval", "a|x", "expected a, b or c, found 'x'"),
        ("approval", "a:1", "expected ENTRY alone, such as a, found 'a:1'"),
        ("approval", "a|b|a", "expected each entry once on a ballot, found 'a' again"),
        ("score", "a", "expected ENTRY:POINTS, such as a:1, with 0 to 5 points, found 'a'"),
        ("score", "x:1", "expected a, b or c, found 'x'"),
        ("score", "a:1|a:2", "expected each entry once on a ballot, found 'a' again"),
        ("score", "a:-1", "expected ENTRY:POINTS, such as a:1, with 0 to 5 points, found 'a:-1'"),
        ("score", "a:٣", "expected ENTRY:POINTS, such as a:1, with 0 to 5 points, found 'a:٣'"),
        ("score", "a:254", "expected ENTRY:POINTS, such as a:1, with 0 to 5 points, found 'a:254'"),
        (
            "grade",
            "a:excellent",
            "expected ENTRY:GRADE, such as a:good, with a grade out of good, fair, poor, found 'a:excellent'",
        ),
    ],
)
def test_what_can_not_stand_on_a_paper_is_named(method: str, text: str, told: str) -> None:
    with pytest.raises(ValueError, match=".+") as caught:
        paper(method).read(text)
    assert str(caught.value) == told


@given(st.sampled_from(sorted(METHODS)), st.data())
def test_every_valid_ballot_comes_back_from_its_envelope_s_number(method: str, data: st.DataObject) -> None:
    of = paper(method, "abcdefgh")
    marks = data.draw(st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 253)))
    code = of.code(marks)
    if isinstance(code, int):
        assert of.marks(code).keys() == marks.keys()
    else:
        assert of.from_number(of.number(code)) == code


def test_the_largest_paper_fits_into_an_envelope_and_a_longer_number_is_no_ballot() -> None:
    entries = tuple(f"e{number}" for number in range(62))
    of = Paper(entries, paper("schulze").options)
    assert len(entries) <= BALLOT_BYTES
    assert of.from_number(of.number(bytes([UNRANKED] * 62))) == bytes([UNRANKED] * 62)
    assert of.from_number(1 << 8 * 62) is None


@pytest.mark.parametrize("method", sorted(METHODS))
def test_a_method_takes_its_own_options_and_no_others(method: str) -> None:
    wanted = {name: NEEDED[name] for name in METHODS[method].needs}
    for name in wanted:
        with pytest.raises(ValueError, match=f"{name} where method is {method}"):
            BallotOptions.model_validate({"method": method} | {key: wanted[key] for key in wanted if key != name})
    for name in NEEDED.keys() - wanted.keys():
        with pytest.raises(ValueError, match=f"no {name} where method is {method}"):
            BallotOptions.model_validate({"method": method, **wanted, name: NEEDED[name]})
