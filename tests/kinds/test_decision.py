"""From two stages to a ranking, and from a meeting to the decided: ties, recusals, deviations, divisions."""

from fractions import Fraction
from hashlib import sha256

import pytest

from evalflow.errors import DefinitionError
from evalflow.kinds import KINDS
from evalflow.workflow import reader
from evalflow.workflow.outcome import Case, Outcome
from tests.kinds.cases import HEAD, case, complaint, outcome, stage_text, table, workflow

VOTE = """
vote ballot
method = "approval"
choose = { max = 3 }
"""
PEERS = """
peers scoring
raters = "each_branch"
aggregate = { method = "mean" }
criterion = [{ key = "all", label = { zh = "总分" }, weight = 100 }]
"""
MEETING = """
meeting decision
seats = 2
quorum = { present = "2/3", ayes = "1/2 of entitled" }
tie_break = ["peers", "motion"]
component = [{ from = "vote", as = "rank_points", weight = 40 }, { from = "peers", as = "score", weight = 60 }]
"""
NOBODY_MEETS = """
ranking decision
seats = 2
component = [{ from = "vote", as = "share_of_maximum", weight = 100 }]
"""
FREE = "one that nobody has, or that the ranking lets it share"
SIX_OF_SIX = ("m1,yes", "m2,yes", "m3,yes", "m4,yes", "m5,yes", "m6,yes")
LIST_CARRIED = "1,list,6,0,0,0,6,6,carried"


def voted(**votes: int) -> Outcome:
    """The outcome of a vote in which everybody chose one entry."""
    total = sum(votes.values())
    facts = {"valid": total, "invalid": 0, "abstentions": 0, "cast": total, "electors": total, "void": False}
    return Outcome({"votes": {entry: Fraction(number) for entry, number in votes.items()}}, facts)


def scored(**scores: int) -> Outcome:
    return Outcome({"score": {entry: Fraction(number) for entry, number in scores.items()}})


CLEAR = {"vote": voted(a=9, b=5, c=3), "peers": scored(a=90, b=80, c=70)}  # composite 94, 87.6, 81.2
LEVEL = {"vote": voted(a=9, b=5, c=5), "peers": scored(a=90, b=80, c=80)}  # b and c tie in everything


def met(
    *decided: str,
    earlier: dict[str, Outcome] = CLEAR,
    motions: tuple[str, ...] = (LIST_CARRIED,),
    attendance: tuple[str, ...] = SIX_OF_SIX,
    recusals: tuple[str, ...] = (),
    rules: str = MEETING,
) -> Case:
    """A meeting, its lines as in the files: decided "entry,place,reason"; where no sitting is told it is the first."""
    entries = "".join(sorted(earlier["vote"].figures["votes"]))
    motions = tuple(line.replace(",", ",1,", 1) if line.count(",") == 8 else line for line in motions)
    head = "motion,sitting,about,ayes,noes,abstentions,recused,entitled,present,result"
    return case(
        workflow(VOTE, PEERS, rules),
        entries=entries,
        earlier=earlier,
        attendance=table("sitting,member,present", *(_told(line) for line in attendance)),
        recusals=table("sitting,member,entry", *(_told(line) for line in recusals)),
        motions=table(head, *motions),
        decided=table("entry,place,reason", *decided),
    )


def _told(line: str) -> str:
    return line if line.count(",") == 2 else f"1,{line}"


def test_a_small_decision_as_a_whole() -> None:
    assert outcome(met("a,1,", "b,2,")) == Outcome(
        {
            "composite": {"a": Fraction(94), "b": Fraction("87.6"), "c": Fraction("81.2")},
            "place": {"a": Fraction(1), "b": Fraction(2), "c": Fraction(3)},
            "points.vote": {"a": Fraction(100), "b": Fraction(99), "c": Fraction(98)},
            "points.peers": {"a": Fraction(90), "b": Fraction(80), "c": Fraction(70)},
        },
        {
            "ranking": [
                {"entry": "a", "place": 1, "tied": False},
                {"entry": "b", "place": 2, "tied": False},
                {"entry": "c", "place": 3, "tied": False},
            ],
            "ties": [],
            "cut": {"winners": ["a", "b"], "tied": [], "seats_left": 0, "below": ["c"]},
            "decided": [{"entry": "a", "place": 1}, {"entry": "b", "place": 2}],
            "seats": 2,
            "deviations": [],
            "quorum": {"entitled": 6, "present": 6, "needed": 4},
            "sittings": [{"sitting": 1, "entitled": 6, "present": 6, "needed": 4}],
            "motions": [
                {
                    "motion": "1",
                    "sitting": 1,
                    "about": "list",
                    "ayes": 6,
                    "noes": 0,
                    "abstentions": 0,
                    "entitled": 6,
                    "present": 6,
                    "recused": 0,
                    "result": "carried",
                }
            ],
            "recused": [],
        },
    )


def test_where_nobody_meets_the_ranking_decides() -> None:
    found = outcome(case(workflow(VOTE, NOBODY_MEETS), entries="abc", earlier={"vote": voted(a=4, b=8, c=2)}))
    assert found.figures == {
        "composite": {"a": Fraction(50), "b": Fraction(100), "c": Fraction(25)},
        "place": {"b": Fraction(1), "a": Fraction(2), "c": Fraction(3)},
        "points.vote": {"a": Fraction(50), "b": Fraction(100), "c": Fraction(25)},
    }
    assert found.facts["decided"] == [{"entry": "b", "place": 1}, {"entry": "a", "place": 2}]


def test_where_nobody_meets_minutes_are_refused() -> None:
    strange = case(
        workflow(VOTE, NOBODY_MEETS),
        entries="abc",
        earlier={"vote": voted(a=4, b=8, c=2)},
        decided=table("entry,place,reason", "a,1,"),
    )
    assert (
        complaint(strange)
        == "decided.csv:2: expected no rows, as by these rules nobody meets: the ranking decides, found some"
    )


def test_a_tie_that_does_not_fit_above_the_line_is_left_open_where_no_link_breaks_it() -> None:
    found = outcome(case(workflow(VOTE, NOBODY_MEETS), entries="abc", earlier={"vote": voted(a=8, b=4, c=4)}))
    assert found.facts["cut"] == {"winners": ["a"], "tied": ["b", "c"], "seats_left": 1, "below": []}
    assert found.facts["decided"] == [{"entry": "a", "place": 1}]


def test_a_tie_is_broken_by_the_first_link_that_separates_it() -> None:
    """The vote ties b and c by itself, so it can't break their tie; the order of presentation does."""
    rules = NOBODY_MEETS.replace("seats = 2", 'seats = 1\ntie_break = ["vote", "number"]')
    found = outcome(case(workflow(VOTE, rules), entries="abc", earlier={"vote": voted(a=4, b=8, c=8)}))
    assert found.facts["ties"] == [{"link": "number", "groups": [["b"], ["c"]]}]
    assert found.facts["decided"] == [{"entry": "b", "place": 1}]


CONTEST = """
juries scoring
raters = "each_branch"
aggregate = { method = "sum" }
criterion = [{ key = "points", label = { zh = "分数" }, max = 12, given = [12, 10, 8, 6] }]
"""
WINNER = """
winner decision
seats = 1
combine = "sum"
tie_break = ["juries.countback"]
ties = "at_line"
component = [{ from = "juries", as = "score" }]
"""


def contest(**marks: tuple[int, ...]) -> Case:
    """Songs with the marks that juries gave them, of 12, 10, 8 and 6."""
    countback = {song: [given.count(mark) for mark in (12, 10, 8, 6)] for song, given in marks.items()}
    scores = {song: Fraction(sum(given)) for song, given in marks.items()}
    juries = Outcome({"score": scores}, {"countback": countback})
    return case(workflow(CONTEST, WINNER), entries="".join(marks), earlier={"juries": juries})


def test_by_the_rules_of_1991_more_12s_then_more_10s_decide_a_tie_for_the_win_and_other_ties_share_the_place() -> None:
    """Eurovision Song Contest, 1991: "tie for the win: more 12s, then more 10s; other ties share the place"."""
    found = outcome(contest(a=(12, 10, 8, 8), b=(12, 10, 10, 6), c=(12, 6), d=(10, 8)))
    assert found.facts["ties"] == [{"link": "juries.countback", "groups": [["b"], ["a"]]}]
    assert found.figures["place"] == {"b": 1, "a": 2, "c": 3, "d": 3}
    assert found.facts["decided"] == [{"entry": "b", "place": 1}]


def test_where_nobody_ties_for_the_win_the_rules_of_1991_break_no_tie() -> None:
    found = outcome(contest(a=(12, 12, 12), b=(12, 10), c=(12, 6), d=(10, 8)))
    assert (found.facts["ties"], found.figures["place"]) == ([], {"a": 1, "b": 2, "c": 3, "d": 3})


def test_lots_are_drawn_from_the_published_seed_so_that_anybody_can_draw_them_again() -> None:
    rules = NOBODY_MEETS.replace("seats = 2", 'seats = 1\ntie_break = ["draw"]')
    drawn = case(workflow(VOTE, rules), entries="abc", earlier={"vote": voted(a=8, b=8, c=1)}, seed="2026")
    first = min("ab", key=lambda entry: sha256(bytes.fromhex("2026") + entry.encode()).digest())
    assert outcome(drawn).facts["decided"] == [{"entry": first, "place": 1}]


def test_lots_without_a_seed_are_refused() -> None:
    rules = NOBODY_MEETS.replace("seats = 2", 'seats = 1\ntie_break = ["draw"]')
    undrawn = case(workflow(VOTE, rules), entries="ab", earlier={"vote": voted(a=8, b=8)})
    assert complaint(undrawn) == (
        "bundle.json: draw_seed: expected a seed in hex that was published beforehand, as lots are drawn, found ''"
    )


def test_a_motion_breaks_a_tie() -> None:
    found = outcome(
        met("a,1,", "c,2,", earlier=LEVEL, motions=("1,tie:c>b,5,1,0,0,6,6,carried", "2" + LIST_CARRIED[1:]))
    )
    assert found.facts["ties"] == [{"link": "motion", "groups": [["c"], ["b"]]}]
    assert found.facts["cut"] == {"winners": ["a", "c"], "tied": [], "seats_left": 0, "below": ["b"]}
    assert found.facts["deviations"] == []


def test_choosing_among_those_who_tie_for_the_last_seat_is_no_deviation() -> None:
    assert outcome(met("a,1,", "c,2,", earlier=LEVEL)).facts["deviations"] == []


def test_an_entry_without_a_figure_is_unranked_and_letting_it_in_needs_a_reason() -> None:
    earlier = {"vote": voted(a=9, b=5, c=3), "peers": scored(a=90, b=80)}
    found = outcome(met("a,1,", "c,2,late papers", "b,,c goes before", earlier=earlier))
    assert found.facts["ranking"] == [
        {"entry": "a", "place": 1, "tied": False},
        {"entry": "b", "place": 2, "tied": False},
        {"entry": "c", "place": None, "tied": False},
    ]
    assert found.facts["deviations"] == [
        {"entry": "b", "ranked": 2, "decided": None, "reason": "c goes before"},
        {"entry": "c", "ranked": None, "decided": 2, "reason": "late papers"},
    ]
    assert complaint(met("a,1,", "c,2,", "b,,c goes before", earlier=earlier)) == (
        "decided.csv:3: entry 'c': expected a reason, found ranked nowhere and decided 2, and none"
    )


def test_passing_over_a_winner_needs_a_reason_even_where_the_place_stays_empty() -> None:
    found = outcome(met("a,1,", "b,,an accident in May"))
    assert found.facts["decided"] == [{"entry": "a", "place": 1}]
    assert found.facts["deviations"] == [
        {"entry": "b", "ranked": 2, "decided": None, "reason": "an accident in May"},
    ]
    assert (
        complaint(met("a,1,")) == "decided.csv: entry 'b': expected a reason, found ranked 2 and decided out, and none"
    )


def test_another_order_than_the_ranking_needs_a_reason_from_each_that_moved() -> None:
    assert outcome(met("a,2,asked for it", "b,1,won abroad")).facts["deviations"] == [
        {"entry": "a", "ranked": 1, "decided": 2, "reason": "asked for it"},
        {"entry": "b", "ranked": 2, "decided": 1, "reason": "won abroad"},
    ]
    assert (
        complaint(met("a,2,asked for it", "b,1,"))
        == "decided.csv:3: entry 'b': expected a reason, found ranked 2 and decided 1, and none"
    )


def test_where_the_rules_refuse_deviations_a_reason_does_not_help() -> None:
    rules = f'{MEETING}deviation = "refused"'
    assert complaint(met("a,1,", "b,,an accident in May", rules=rules)) == (
        "decided.csv:3: entry 'b': expected no deviation, as these rules refuse any, found ranked 2 and decided out"
    )


def test_a_recused_member_leaves_the_base_of_that_motion_only() -> None:
    """Of six, three is not more than half; without the two who stepped back it is more than half of four."""
    motions = ("1,award:a,3,1,0,2,4,4,carried", "2,award:b,4,2,0,0,6,6,carried")
    found = outcome(met("a,1,", "b,2,", motions=motions, recusals=("m1,a", "m2,a")))
    assert found.facts["recused"] == [["m1", "a"], ["m2", "a"]]
    assert [(m["entitled"], m["present"], m["recused"]) for m in found.facts["motions"]] == [(4, 4, 2), (6, 6, 0)]


def test_a_motion_on_the_whole_list_is_without_everybody_recused_from_anything_on_it() -> None:
    motions = ("1,list,3,1,0,2,4,4,carried",)
    found = outcome(met("a,1,", "b,2,", motions=motions, recusals=("m1,a", "m2,b", "m3,c")))
    assert found.facts["motions"][0]["recused"] == 2


def test_a_recused_member_who_is_counted_all_the_same_is_found() -> None:
    motions = ("1,award:a,4,1,0,1,6,6,carried", "2,award:b,4,2,0,0,6,6,carried")
    assert complaint(met("a,1,", "b,2,", motions=motions, recusals=("m1,a",))) == (
        "motions.csv:2: entitled: expected 5, found 6"
    )


def test_somebody_present_may_have_left_before_a_division() -> None:
    found = outcome(met("a,1,", "b,2,", motions=("1,list,5,0,0,0,6,5,carried",)))
    assert found.facts["motions"][0]["present"] == 5


@pytest.mark.parametrize(
    ("motions", "expected"),
    [
        (("1,list,3,3,0,0,6,6,carried",), "motions.csv:2: result: expected 'rejected', found 'carried'"),
        (
            ("1,list,6,0,0,0,6,6,carried", "2,nobody,6,0,0,0,6,6,carried"),
            "motions.csv: expected either that nobody is awarded, or that somebody is, found both carried",
        ),
        (
            ("1,list,3,3,0,0,6,6,rejected",),
            "decided.csv:2: entry 'a': expected a carried motion that awards it, found none",
        ),
        (
            ("1,award:a,6,0,0,0,6,6,carried",),
            "decided.csv:3: entry 'b': expected a carried motion that awards it, found none",
        ),
        (
            ("1,list,6,1,0,0,6,6,carried",),
            "motions.csv:2: expected no more votes than are present, nor more present than entitled, "
            "found 7 votes, 6 present and 6 entitled can't be",
        ),
        (("1,list,4,0,0,0,6,7,carried",), "motions.csv:2: present: expected at most 6, found 7"),
        (("1,list,3,0,0,0,6,3,rejected",), "motions.csv:2: result: expected 'inquorate', found 'rejected'"),
        (
            ("1,lunch,6,0,0,0,6,6,carried",),
            "motions.csv:2: about: expected award:ENTRY, tie:ENTRY>ENTRY, list, nobody or text, found 'lunch'",
        ),
        (("1,award:z,6,0,0,0,6,6,carried",), "motions.csv:2: about: entry: expected a, b or c, found 'z'"),
        (("1,tie:a>b,6,0,0,0,6,6,carried",), "motions.csv: motion 1: expected entries that tie, found a and b"),
        ((LIST_CARRIED, LIST_CARRIED), "motions.csv:3: motion: expected each once, found 1 again"),
    ],
    ids=[
        "half is not more than half",
        "somebody and nobody",
        "a list that was rejected",
        "an entry nobody moved",
        "more votes than present",
        "more present than there are",
        "too few for a quorum",
        "about nothing",
        "an entry that does not take part",
        "a tie that is none",
        "twice",
    ],
)
def test_divisions_are_computed_again(motions: tuple[str, ...], expected: str) -> None:
    assert complaint(met("a,1,", "b,2,", motions=motions)) == expected


CARRIED = "1,nobody,6,0,0,0,6,6,carried"
REVOKED = "2,nobody,0,6,0,0,6,6,rejected"


def test_the_last_division_on_awarding_nobody_decides() -> None:
    found = outcome(met("a,1,", "b,2,", motions=(CARRIED, REVOKED, "3" + LIST_CARRIED[1:])))
    assert found.facts["decided"] == [{"entry": "a", "place": 1}, {"entry": "b", "place": 2}]
    told = "decided.csv: expected a place for somebody, or a carried motion that nobody is awarded, found neither"
    assert complaint(met("a,,业绩未达标", "b,,业绩未达标", motions=(CARRIED, REVOKED))) == told


def test_a_division_without_a_quorum_revokes_nothing() -> None:
    inquorate = "2,nobody,0,3,0,0,6,3,inquorate"
    assert outcome(met("a,,业绩未达标", "b,,业绩未达标", motions=(CARRIED, inquorate))).facts["decided"] == []


def test_motions_that_contradict_each_other_are_refused() -> None:
    motions = ("1,tie:b>c,4,2,0,0,6,6,carried", "2,tie:c>b,4,2,0,0,6,6,carried")
    assert complaint(met("a,1,", "b,2,", earlier=LEVEL, motions=motions)) == (
        "motions.csv: expected one order of b and c, found both carried"
    )


def test_too_few_for_a_quorum_decide_nothing() -> None:
    attendance = ("m1,yes", "m2,yes", "m3,yes", "m4,no", "m5,no", "m6,no")
    assert (
        complaint(met(attendance=attendance, motions=()))
        == "attendance.csv: quorum: expected at least 4 present of 6, found 3"
    )


FEW = tuple(f"1,m{number},{'yes' if number < 4 else 'no'}" for number in range(1, 7))
AGAIN = tuple(f"2,m{number},yes" for number in range(1, 7))
FULL = tuple(f"1,m{number},yes" for number in range(1, 7))


def test_after_a_sitting_without_a_quorum_another_one_decides() -> None:
    found = outcome(met("a,1,", "b,2,", attendance=FEW + AGAIN, motions=("1,2,list,6,0,0,0,6,6,carried",)))
    assert found.facts["quorum"] == {"entitled": 6, "present": 6, "needed": 4}
    assert found.facts["sittings"] == [
        {"sitting": 1, "entitled": 6, "present": 3, "needed": 4},
        {"sitting": 2, "entitled": 6, "present": 6, "needed": 4},
    ]


def test_a_recusal_holds_from_its_sitting_on() -> None:
    """What was voted on before keeps the base it had."""
    motions = ("1,1,award:a,6,0,0,0,6,6,carried", "2,2,award:b,5,0,0,1,5,5,carried")
    found = outcome(met("a,1,", "b,2,", attendance=FULL + AGAIN, motions=motions, recusals=("2,m1,a", "2,m2,b")))
    assert [(one["entitled"], one["recused"]) for one in found.facts["motions"]] == [(6, 0), (5, 1)]


@pytest.mark.parametrize(
    ("attendance", "motions", "recusals", "expected"),
    [
        (
            FEW + AGAIN,
            ("1,1,text,3,0,0,0,6,3,inquorate",),
            (),
            "attendance.csv: quorum in sitting 1: expected at least 4 present of 6, found 3",
        ),
        (AGAIN, (), (), "attendance.csv:2: sitting: expected 1 or the next, found 2"),
        (FEW + AGAIN + ("1,m7,yes",), (), (), "attendance.csv:14: sitting: expected 2 or the next, found 1"),
        (FEW + AGAIN, ("1,3,text,6,0,0,0,6,6,carried",), (), "motions.csv:2: sitting: expected 1 or 2, found 3"),
        (
            FULL + AGAIN,
            ("1,2,text,6,0,0,0,6,6,carried", "2,1,text,6,0,0,0,6,6,carried"),
            (),
            "motions.csv:3: sitting: expected 2 or later, in the order of the motions, found 1",
        ),
        (FEW + AGAIN, (), ("3,m1,a",), "recusals.csv:2: sitting: expected 1 or 2, found 3"),
        (FEW + AGAIN, (), ("2,m7,a",), "recusals.csv:2: member: expected m1, m2, m3, m4, m5 or m6, found 'm7'"),
    ],
    ids=["divided without", "not from 1", "mixed", "a motion in none", "backwards", "a recusal in none", "a stranger"],
)
def test_sittings_that_can_not_have_been_are_refused(
    attendance: tuple[str, ...], motions: tuple[str, ...], recusals: tuple[str, ...], expected: str
) -> None:
    assert complaint(met(attendance=attendance, motions=motions, recusals=recusals)) == expected


@pytest.mark.parametrize(
    ("decided", "expected"),
    [
        (("a,1,", "a,2,"), "decided.csv:3: entry: expected each once, found a again"),
        (("a,1,", "b,1,"), f"decided.csv:2: place: expected {FREE}, found 1"),
        (("a,1,", "b,3,"), "decided.csv:3: place: expected 1 to 2, the seats, found 3"),
        (("a,0,", "b,2,"), "decided.csv:2: place: expected 1 to 2, the seats, found 0"),
        (("a,first,", "b,2,"), "decided.csv:2: place: expected a whole number, found 'first'"),
        (("a,1,", "z,2,"), "decided.csv:3: entry: expected a, b or c, found 'z'"),
    ],
    ids=["an entry twice", "a place twice", "beyond the seats", "place 0", "not a number", "an entry that is none"],
)
def test_what_can_not_have_been_decided_is_refused(decided: tuple[str, ...], expected: str) -> None:
    assert complaint(met(*decided)) == expected


def test_a_void_vote_ranks_nobody() -> None:
    vote = voted(a=9, b=5, c=3)
    void = Outcome(vote.figures, {**vote.facts, "electors": 10, "void": True})
    assert complaint(met("a,1,", "b,2,", earlier={**CLEAR, "vote": void})) == (
        "vote: expected a vote that counts, found a void one: more ballots than electors"
    )


def test_places_go_by_what_is_shown_unless_the_rules_compare_exactly() -> None:
    """Scores 80.001 and 80.002 are 80.00 both: a tie when rounded first, none when compared exactly."""
    earlier = {
        "vote": voted(a=5, b=5),
        "peers": Outcome({"score": {"a": Fraction("80.001"), "b": Fraction("80.002")}}),
    }
    alone = """
ranking decision
seats = 1
component = [{ from = "peers", as = "score", weight = 100 }]
"""
    exact = alone + "round = { before_ranking = false }"
    tied, apart = (
        outcome(case(workflow(VOTE, PEERS, rules), entries="ab", earlier=earlier)).facts["cut"]
        for rules in (alone, exact)
    )
    assert tied == {"winners": [], "tied": ["a", "b"], "seats_left": 1, "below": []}
    assert apart == {"winners": ["b"], "tied": [], "seats_left": 0, "below": ["a"]}


def test_parts_on_one_scale_can_be_added_up() -> None:
    rules = """
total decision
seats = 1
combine = "sum"
component = [{ from = "vote", as = "given_points" }, { from = "peers", as = "score" }]
"""
    found = outcome(case(workflow(VOTE, PEERS, rules), entries="abc", earlier=CLEAR))
    assert found.figures["composite"] == {"a": Fraction(99), "b": Fraction(85), "c": Fraction(73)}


SHARED = MEETING.replace('"peers", "motion"', '"peers"')  # nothing orders who is level in everything


def test_a_meeting_decides_equal_places_where_the_ranking_leaves_entries_equal() -> None:
    three = SHARED.replace("seats = 2", "seats = 3")
    found = outcome(met("a,1,", "b,2,", "c,2,", earlier=LEVEL, rules=three))
    assert found.facts["decided"] == [
        {"entry": "a", "place": 1},
        {"entry": "b", "place": 2},
        {"entry": "c", "place": 2},
    ]
    assert found.facts["deviations"] == []


@pytest.mark.parametrize(
    ("decided", "rules", "line"),
    [
        (("a,1,", "b,1,"), SHARED, 2),
        (("a,1,", "b,2,", "c,2,"), SHARED, 3),
        (("a,1,", "b,2,", "c,2,"), MEETING.replace("seats = 2", "seats = 3"), 3),
    ],
    ids=["not equal in the ranking", "more than the seats", "a motion is to order them"],
)
def test_a_place_is_not_shared_otherwise(decided: tuple[str, ...], rules: str, line: int) -> None:
    told = complaint(met(*decided, earlier=LEVEL, rules=rules))
    assert told.startswith(f"decided.csv:{line}: place: expected {FREE}, found ")


def test_those_who_share_the_place_after_the_ones_they_leave_deviate() -> None:
    three = SHARED.replace("seats = 2", "seats = 3")
    told = complaint(met("b,2,", "c,2,", "a,1,", earlier={**LEVEL, "peers": scored(a=10, b=80, c=80)}, rules=three))
    assert told == "decided.csv:2: entry 'b': expected a reason, found ranked 1 and decided 2, and none"


TRANSFERABLE = """
vote ballot
method = "stv"
seats = 3
"""


def test_seats_of_a_transferable_vote_are_those_decided() -> None:
    decision = NOBODY_MEETS.replace("share_of_maximum", "rank_points")
    workflow(TRANSFERABLE, decision.replace("seats = 2", "seats = 3"))
    with pytest.raises(DefinitionError) as refused:
        workflow(TRANSFERABLE, decision)
    assert "the seats of vote (3): with other seats a transferable vote elects others" in str(refused.value)


def test_a_vote_after_a_decision_is_refused_as_all_entries_would_go_on() -> None:
    with pytest.raises(DefinitionError) as refused:
        workflow(VOTE, NOBODY_MEETS, VOTE.replace("vote", "final"))
    assert "only a notice, an award or a decision that counts with it after a decision" in str(refused.value)


def test_a_decision_may_count_with_one_before_it() -> None:
    final = """
final decision
seats = 1
component = [{ from = "ranking", as = "figure", figure = "composite" }]
combine = "sum"
"""
    assert [one.key for one in workflow(VOTE, NOBODY_MEETS, final).stages] == ["form", "vote", "ranking", "final"]


def test_a_season_that_has_such_rules_goes_on_by_them() -> None:
    file = HEAD + "".join(stage_text(text) for text in (VOTE, NOBODY_MEETS, VOTE.replace("vote", "final")))
    kept = reader.read_kept(file, KINDS, file="definition.toml")
    assert reader.read_canonical(kept.text, KINDS) == kept
