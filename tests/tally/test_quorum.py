from fractions import Fraction

import pytest

from evalflow.tally.quorum import (
    Attendance,
    Base,
    Share,
    is_carried,
    is_quorate,
    needed,
    parse_ayes,
    parse_presence,
)

HALF, TWO_THIRDS = Fraction(1, 2), Fraction(2, 3)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("2/3", Share(TWO_THIRDS, Base.ENTITLED, strict=False)),
        ("1/2 of entitled", Share(HALF, Base.ENTITLED, strict=False)),
        ("50 %", Share(HALF, Base.ENTITLED, strict=False)),
        (">50%", Share(HALF, Base.ENTITLED, strict=True)),
        ("1/1", Share(Fraction(1), Base.ENTITLED, strict=False)),
    ],
)
def test_presence_without_a_sign_means_at_least(text, rule):
    assert parse_presence(text) == rule


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("1/2 of entitled", Share(HALF, Base.ENTITLED, strict=True)),
        ("1/2", Share(HALF, Base.ENTITLED, strict=True)),
        ("50 % of present", Share(HALF, Base.PRESENT, strict=True)),
        (">= 1/2 of present", Share(HALF, Base.PRESENT, strict=False)),
        (">=2/3 of entitled", Share(TWO_THIRDS, Base.ENTITLED, strict=False)),
        (">2/3 of votes", Share(TWO_THIRDS, Base.VOTES, strict=True)),
    ],
)
def test_ayes_of_half_without_a_sign_mean_more_than_half(text, rule):
    assert parse_ayes(text) == rule


def test_ayes_of_another_share_must_say_whether_it_is_to_be_exceeded():
    with pytest.raises(ValueError, match="write > for more than, >= for at least"):
        parse_ayes("2/3 of entitled")


@pytest.mark.parametrize(
    "text", ["", "half", "1/0", "0/3", "4/3", "101 %", ">1/1", "2/3 of", "2/3 of all", "=1/2", "-1/2", "0.5", "1/2 1/2"]
)
def test_a_rule_that_is_no_share_or_can_never_be_met_is_refused(text):
    with pytest.raises(ValueError):
        parse_presence(text)
    with pytest.raises(ValueError):
        parse_ayes(text)


def test_attendance_is_never_a_share_of_those_present():
    with pytest.raises(ValueError, match="attendance is a share of those entitled"):
        parse_presence("2/3 of present")


def test_valid_if_at_least_two_thirds_of_those_who_should_attend_do():
    rule = parse_presence("2/3")
    assert [is_quorate(10, present, rule) for present in (6, 7)] == [False, True]


def test_carried_if_ayes_exceed_half_of_those_who_should_attend():
    rule = parse_ayes("1/2 of entitled")
    carried = [is_carried(ayes, 0, abstentions=0, entitled=12, present=9, rule=rule) for ayes in (6, 7)]
    assert carried == [False, True]


def test_the_same_ayes_can_exceed_half_of_those_present_and_not_of_those_entitled():
    counts = {"abstentions": 0, "entitled": 12, "present": 9}
    carried = {base: is_carried(5, 4, **counts, rule=parse_ayes(f"1/2 of {base}")) for base in ("entitled", "present")}
    assert carried == {"entitled": False, "present": True}


def test_abstentions_weigh_against_a_motion_unless_votes_are_the_base():
    counts = {"abstentions": 4, "entitled": 9, "present": 9}
    assert not is_carried(3, 2, **counts, rule=parse_ayes("1/2 of present"))
    assert is_carried(3, 2, **counts, rule=parse_ayes("1/2 of votes"))


def test_a_recused_member_leaves_the_base_of_that_item_only():
    meeting = Attendance(frozenset("abcdefghi"), frozenset("abcde"))
    rule = parse_ayes("1/2 of entitled")
    item = meeting.without(frozenset("ai"))
    assert item == Attendance(frozenset("bcdefgh"), frozenset("bcde"))
    assert is_carried(4, 0, abstentions=0, entitled=len(item.entitled), present=len(item.present), rule=rule)
    assert not is_carried(4, 0, abstentions=0, entitled=len(meeting.entitled), present=len(meeting.present), rule=rule)


def test_nobody_can_be_present_who_is_not_entitled():
    with pytest.raises(ValueError, match="present but not entitled: c"):
        Attendance(frozenset("ab"), frozenset("ac"))


def test_when_everybody_is_recused_nothing_is_quorate_and_nothing_carried():
    assert not is_quorate(0, 0, parse_presence("1/2"))
    assert not is_carried(0, 0, abstentions=0, entitled=0, present=0, rule=parse_ayes("1/2"))


@pytest.mark.parametrize(("ayes", "entitled", "present"), [(6, 9, 5), (1, 4, 5), (-1, 9, 5)])
def test_counts_that_contradict_each_other_are_refused(ayes, entitled, present):
    with pytest.raises(ValueError, match="can't be"):
        is_carried(ayes, 0, abstentions=0, entitled=entitled, present=present, rule=parse_ayes("1/2"))


@pytest.mark.parametrize(
    ("text", "base", "number"), [(">=1/2", 9, 5), (">=1/2", 10, 5), (">1/2", 9, 5), (">1/2", 10, 6), (">=60 %", 10, 6)]
)
def test_the_number_needed_is_the_smallest_that_meets_the_rule(text, base, number):
    assert needed(parse_presence(text), base) == number


@pytest.mark.parametrize("text", ["２/３", "٢/٣", ">５０%"])
def test_a_share_is_written_in_ascii_digits(text):
    with pytest.raises(ValueError, match="is not a share"):
        parse_presence(text)


@pytest.mark.parametrize(("present", "quorate"), [(5, False), (6, True), (7, True), (9, True)])
def test_more_than_enough_is_enough(present, quorate):
    assert is_quorate(9, present, parse_presence("2/3")) is quorate


def test_of_the_votes_cast_both_sides_are_the_base():
    rule = parse_ayes("1/2 of votes")
    carried = [is_carried(ayes, 3, abstentions=2, entitled=12, present=9, rule=rule) for ayes in (2, 3, 4)]
    assert carried == [False, False, True]


@pytest.mark.parametrize("votes", [(-1, 0, 0), (0, -1, 0), (0, 0, -1)])
def test_not_even_one_vote_can_be_less_than_none(votes):
    ayes, noes, abstentions = votes
    with pytest.raises(ValueError, match="votes can't be negative"):
        is_carried(ayes, noes, abstentions=abstentions, entitled=5, present=5, rule=parse_ayes("1/2"))


def test_everybody_may_be_there():
    assert Attendance(frozenset("ab"), frozenset("ab")).present == frozenset("ab")


@pytest.mark.parametrize("text", ["1/3", "1/3 of present", "40 %"])
def test_a_share_below_half_must_say_whether_it_has_to_be_exceeded(text):
    with pytest.raises(ValueError, match="write > for more than"):
        parse_ayes(text)


def test_a_share_is_reached_unless_it_says_exceeded():
    assert str(Share(TWO_THIRDS)) == ">=2/3 of entitled"
