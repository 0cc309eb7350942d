"""What a meeting may do, in which order, and what it needs."""

from random import Random

import pytest
from sqlalchemy.orm import Session

from evalflow.access import Role
from evalflow.errors import Conflict, Forbidden, Invalid, Refused
from evalflow.meetings import commands as meeting
from evalflow.meetings import queries
from evalflow.meetings.commands import Division
from evalflow.seasons import queries as seasons
from evalflow.seasons.models import Phase
from evalflow.seasons.play import World
from evalflow.stages.award import commands as awarding
from evalflow.stages.award import printing as award_printing
from evalflow.stages.award import queries as awards
from evalflow.stages.decision import commands, dossier, lifecycle, play
from evalflow.stages.decision.commands import Line
from evalflow.stages.decision.printing import KEEPER
from tests.builders import House
from tests.met import MEETING, Met, convened, voted

CEREMONY = """
[[stage]]
key = "ceremony"
kind = "award"
title = { zh = "表彰" }
honour = { zh = "优秀品牌" }
"""
ALL = ("smelting,1,", "refining,2,", "rolling,3,")


def refused(error: type[Refused], act, *args, **named) -> tuple[str, dict[str, str]]:  # type: ignore[no-untyped-def]
    with pytest.raises(error) as caught:
        act(*args, **named)
    return caught.value.code, getattr(caught.value, "fields", {})


def in_order(met: Met) -> None:
    """Everybody comes, the tie is broken for rolling, three are carried."""
    met.attend()
    assert met.divide("tie:rolling>casting", 4) == "carried"
    met.award("smelting", "refining", "rolling")


def test_a_meeting_from_attendance_to_the_outcome(met: Met) -> None:
    in_order(met)
    met.decide(*ALL)
    outcome = seasons.outcome_of(met.house.stage(met.end(), "decide"))
    assert outcome is not None
    assert outcome.facts["decided"] == [
        {"entry": "smelting", "place": 1},
        {"entry": "refining", "place": 2},
        {"entry": "rolling", "place": 3},
    ]
    assert outcome.facts["ties"] == [{"link": "motion", "groups": [["rolling"], ["casting"]]}]
    assert outcome.facts["quorum"] == {"entitled": 4, "present": 4, "needed": 3}
    assert outcome.facts["deviations"] == []


def test_the_log_has_counts_and_offices_but_no_names(met: Met) -> None:
    met.attend(met.members[3])
    met.recuse(met.members[0], "smelting")
    met.divide("award:smelting", 2)
    assert [event[2:] for event in met.house.log("meeting.attendance_taken")] == [
        (
            {"sitting": 1, "entitled": 4, "present": 3},
            {"offices": ["member-01", "member-02", "member-03"], "person": met.organiser.person_id},
        )
    ]
    assert [event[2:] for event in met.house.log("meeting.recused")] == [
        ({"entry": "smelting", "sitting": 1}, {"office": "member-01", "person": met.members[0].person_id})
    ]
    assert [event[2] for event in met.house.log("motion.divided")] == [
        {
            "number": 1,
            "sitting": 1,
            "about": "award:smelting",
            "ayes": 2,
            "noes": 0,
            "abstentions": 0,
            "entitled": 3,
            "present": 2,
            "recused": 1,
            "result": "carried",
        }
    ]


def test_below_the_quorum_nothing_is_put_to_the_vote(met: Met) -> None:
    met.attend(met.members[0], met.members[1])
    assert refused(Conflict, met.divide, "award:smelting", 2) == ("no_quorum", {})
    assert met.house.ask(queries.motions, met.stage.id) == []


def test_after_a_sitting_without_a_quorum_another_one_is_called(met: Met) -> None:
    met.attend(met.members[0], met.members[1])
    met.sit_again()
    met.attend()
    assert met.divide("award:smelting", 4) == "carried"
    found = met.house.ask(queries.evidence, met.stage.id)
    assert [(row["sitting"], row["present"]) for row in found["attendance"]] == [
        *(("1", there) for there in ("no", "no", "yes", "yes")),
        *(("2", "yes"),) * 4,
    ]
    assert [(row["motion"], row["sitting"]) for row in found["motions"]] == [("1", "2")]


def test_a_sitting_nobody_has_held_is_not_followed_by_another(met: Met) -> None:
    assert refused(Conflict, met.sit_again) == ("sitting_not_held", {})


def test_whoever_joins_the_committee_attends_the_next_sitting_and_offices_stay(met: Met) -> None:
    late = met.house.actor("late", Role.COMMITTEE_MEMBER)
    met.attend()
    met.award("smelting")
    met.sit_again()
    there = met.house.ask(queries.attendance, met.stage.id, 2)
    assert [(one.office, one.person_id) for one in there] == [
        *((f"member-{number:02d}", one.person_id) for number, one in enumerate(met.members, 1)),
        ("member-05", late.person_id),
    ]


def test_in_a_later_sitting_a_member_may_step_back_from_what_was_voted_on_before(met: Met) -> None:
    met.attend()
    met.award("smelting")
    met.sit_again()
    met.recuse(met.members[0], "smelting")
    met.attend()
    assert met.divide("award:smelting", 3) == "carried"
    motions = met.house.ask(queries.motions, met.stage.id)
    assert [(one.sitting, one.entitled, one.recused) for one in motions] == [(1, 4, 0), (2, 3, 1)]
    assert met.house.ask(lifecycle.faults, met.stage) == []


def test_the_attendance_stands_once_a_motion_was_voted_on(met: Met) -> None:
    met.attend()
    met.award("smelting")
    assert refused(Conflict, met.attend) == ("meeting_has_voted", {})


def test_only_those_entitled_can_attend(met: Met) -> None:
    stranger = met.house.person("stranger")
    with pytest.raises(Invalid, match="not_entitled"):
        met.keep(meeting.take_attendance, frozenset({stranger}), venue="")


def test_who_joins_the_committee_after_the_opening_is_not_entitled(met: Met) -> None:
    late = met.house.actor("late", Role.COMMITTEE_MEMBER)
    assert refused(Forbidden, met.recuse, late, "smelting") == ("not_entitled", {})
    assert len(met.house.ask(queries.attendance, met.stage.id)) == 4


def test_a_recused_member_leaves_the_base_of_that_entry_and_of_no_other(met: Met) -> None:
    met.attend(met.members[3])
    met.recuse(met.members[0], "smelting")
    bases = met.house.ask(queries.bases, met.stage, ("award:smelting", "award:refining"))
    assert [(one.entitled, one.present, one.recused) for one in bases.values()] == [(3, 2, 1), (4, 3, 0)]


def test_nobody_steps_back_after_the_vote_or_twice(met: Met) -> None:
    met.attend()
    met.award("smelting")
    met.recuse(met.members[0], "refining")
    assert refused(Conflict, met.recuse, met.members[0], "refining") == ("already_recused", {})
    assert refused(Conflict, met.recuse, met.members[0], "smelting") == ("already_voted_on", {})


def test_there_are_no_more_votes_than_members_present_who_did_not_step_back(met: Met) -> None:
    met.attend(met.members[3])
    met.recuse(met.members[0], "smelting")
    about = "award:smelting"
    assert refused(Invalid, met.divide, about, 2, 1) == ("more_votes_than_present", {about: "more_votes_than_present"})
    assert met.divide(about, 1, 1) == "rejected"
    assert met.divide(about, 2) == "carried"


def test_so_many_step_back_that_nobody_can_vote_on_an_entry(met: Met) -> None:
    met.attend(met.members[3])
    for member in met.members[:2]:
        met.recuse(member, "smelting")
    assert met.divide("award:smelting", 1) == "inquorate"


def test_divisions_are_recorded_all_or_none(met: Met) -> None:
    met.attend()
    both = [Division("award:smelting", 4, 0, 0), Division("award:refining", 4, 1, 0)]
    with pytest.raises(Invalid):
        met.keep(commands.divide, both)
    assert met.house.ask(queries.motions, met.stage.id) == []
    assert met.house.log("motion.divided") == []


@pytest.mark.parametrize(
    "about", ["award:nobody", "award:smelting>refining", "tie:casting", "tie:casting>casting", "list", "x"]
)
def test_motions_about_nothing_are_refused(met: Met, about: str) -> None:
    met.attend()
    assert refused(Invalid, met.divide, about, 4) == ("motion_not_understood", {})


def test_a_motion_on_entries_that_do_not_tie_or_the_other_way_round_is_not_kept(met: Met) -> None:
    met.attend()
    assert refused(Invalid, met.divide, "tie:refining>smelting", 4) == ("motion_no_tie", {})
    met.divide("tie:rolling>casting", 4)
    assert refused(Invalid, met.divide, "tie:casting>rolling", 4) == ("motion_no_tie", {})
    assert [one.about for one in met.house.ask(queries.motions, met.stage.id)] == ["tie:rolling>casting"]


def test_while_entries_tie_for_a_seat_the_motion_comes_before_the_decision(met: Met) -> None:
    met.attend()
    met.award("smelting", "refining", "rolling", "casting")
    assert refused(Conflict, met.decide, *ALL) == ("ties_open", {})
    met.divide("tie:rolling>casting", 3, 1)
    met.decide(*ALL)
    assert met.decided() == [("smelting", 1, ""), ("refining", 2, ""), ("rolling", 3, "")]


def test_a_tie_with_an_entry_that_was_voted_down_needs_no_motion(met: Met) -> None:
    met.attend()
    met.award("smelting", "refining", "rolling")
    assert met.divide("award:casting", 1, 3) == "rejected"
    met.decide(*ALL)
    assert len(met.decided()) == 3


def test_seats_stay_empty_only_where_that_is_said(met: Met) -> None:
    met.attend()
    met.award("smelting", "refining")
    two = ("smelting,1,", "refining,2,")
    assert refused(Invalid, met.decide, *two) == ("seats_empty", {"leaves_empty": "seats_empty"})
    met.decide(*two, leaves_empty=True)
    assert [event[2] for event in met.house.log("decision.taken")] == [
        {"decided": [["smelting", 1], ["refining", 2]], "deviations": 0, "left_empty": 1}
    ]


def test_every_deviation_from_the_ranking_needs_its_reason(met: Met) -> None:
    in_order(met)
    met.award("drawing")
    assert refused(Invalid, met.decide, "smelting,1,", "rolling,2,", "drawing,3,") == (
        "deviation_needs_reason",
        {"refining": "reason_needed", "drawing": "reason_needed"},
    )
    met.decide("smelting,1,", "refining,,一票否决", "rolling,2,", "drawing,3,递补")
    assert met.decided() == [
        ("smelting", 1, ""),
        ("rolling", 2, ""),
        ("drawing", 3, "递补"),
        ("refining", None, "一票否决"),
    ]
    outcome = seasons.outcome_of(met.house.stage(met.end(), "decide"))
    assert outcome is not None
    assert [(one["entry"], one["reason"]) for one in outcome.facts["deviations"]] == [
        ("refining", "一票否决"),
        ("drawing", "递补"),
    ]


def test_where_the_rules_refuse_deviations_a_reason_does_not_help(house: House) -> None:
    met = convened(house, meeting_rules=MEETING + 'deviation = "refused"\n')
    in_order(met)
    assert refused(Invalid, met.decide, "smelting,1,", "rolling,2,", "refining,3,好", leaves_empty=True) == (
        "deviation_needs_reason",
        {"refining": "deviation_refused", "rolling": "deviation_refused"},
    )


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ((), ("nothing_decided", {})),
        (("smelting,,", "refining,,"), ("nothing_decided", {})),
        (("nobody,1,",), ("motion_not_understood", {})),
        (("smelting,1,", "smelting,2,"), ("motion_not_understood", {})),
        (("smelting,4,",), ("decision_not_possible", {"smelting": "place_not_possible"})),
        (("smelting,0,",), ("decision_not_possible", {"smelting": "place_not_possible"})),
        (
            ("smelting,1,", "refining,1,"),
            ("decision_not_possible", {"smelting": "place_twice", "refining": "place_twice"}),
        ),
        (("smelting,1,", "drawing,2,"), ("decision_not_possible", {"drawing": "motion_needed"})),
    ],
)
def test_impossible_decisions_are_refused_by_name(
    met: Met, lines: tuple[str, ...], expected: tuple[str, dict[str, str]]
) -> None:
    in_order(met)
    assert refused(Invalid, met.decide, *lines) == expected
    assert met.decided() == []


def test_a_second_decision_replaces_the_first_and_both_are_in_the_log(met: Met) -> None:
    in_order(met)
    met.decide(*ALL)
    met.decide("smelting,1,", "refining,2,", "rolling,,一票否决", leaves_empty=True)
    assert [one[1] for one in met.decided()] == [1, 2, None]
    assert len(met.house.log("decision.taken")) == 2


def test_after_the_decision_nothing_more_is_put_to_the_vote(met: Met) -> None:
    in_order(met)
    met.decide(*ALL)
    assert refused(Conflict, met.divide, "award:drawing", 4) == ("already_decided", {})


def test_of_two_windows_the_slower_is_told(met: Met) -> None:
    seen = met.version
    met.attend()
    stale = {"version": seen, "actor": met.organiser}
    with pytest.raises(Conflict, match="someone_was_faster"):
        met.house.act(commands.divide, met.stage.id, [Division("award:smelting", 4, 0, 0)], **stale)
    with pytest.raises(Conflict, match="someone_was_faster"):
        met.house.act(commands.decide, met.stage.id, [Line("smelting", 1)], **stale)


def test_members_do_not_keep_minutes_and_the_organiser_does_not_step_back(met: Met) -> None:
    with pytest.raises(Forbidden):
        met.house.act(
            meeting.take_attendance, met.stage.id, frozenset(), venue="", version=met.version, actor=met.members[0]
        )
    assert refused(Forbidden, met.recuse, met.organiser, "smelting")[0] == "not_permitted"


def test_without_a_committee_it_does_not_open(house: House) -> None:
    season = voted(house, MEETING)
    with pytest.raises(Conflict, match="no_committee"):
        house.open(season, "decide")


def test_what_closing_and_settling_wait_for(met: Met) -> None:
    def waits() -> list[list[str]]:
        return [
            [str(one) for one in met.house.ask(part, met.stage)] for part in (lifecycle.missing, lifecycle.unsettled)
        ]

    assert waits() == [["nothing_decided"], ["nothing_decided"]]
    in_order(met)
    met.decide(*ALL)
    assert waits() == [[], []]


def test_nothing_of_an_open_meeting_is_evidence_yet(met: Met) -> None:
    in_order(met)
    met.decide(*ALL)
    assert met.house.ask(lifecycle.evidence, met.stage) == {}
    met.house.close(met.season, "decide")
    tables = met.house.ask(lifecycle.evidence, met.stage)
    assert tables["decided"] == [
        {"entry": "smelting", "place": "1", "reason": ""},
        {"entry": "refining", "place": "2", "reason": ""},
        {"entry": "rolling", "place": "3", "reason": ""},
    ]
    assert [row["member"] for row in tables["attendance"]] == ["member-01", "member-02", "member-03", "member-04"]


@pytest.mark.breaks_the_database
def test_a_decision_that_no_longer_follows_from_its_motions_is_a_fault(met: Met) -> None:
    in_order(met)
    met.decide(*ALL)
    assert met.house.ask(lifecycle.faults, met.stage) == []
    with met.house.database.writing() as session:
        [motion] = [one for one in queries.motions(session, met.stage.id) if one.about == "award:smelting"]
        motion.ayes, motion.noes, motion.result = 1, 3, "rejected"
    assert met.house.ask(lifecycle.faults, met.stage) == [
        "decided.csv:2: entry 'smelting': expected a carried motion that awards it, found none"
    ]


def test_where_nobody_meets_the_ranking_decides_by_itself(house: House) -> None:
    alone = MEETING.replace('quorum = { present = "2/3", ayes = "1/2 of entitled" }\n', "").replace(
        '["vote", "motion"]', '["vote", "number"]'
    )
    season = voted(house, alone)
    house.open(season, "decide")
    for step in (house.close, house.settle):
        step(season, "decide")
    outcome = seasons.outcome_of(house.stage(season, "decide"))
    assert outcome is not None
    assert len(outcome.facts["decided"]) == 3


@pytest.mark.parametrize(
    ("committee", "present", "expected"),
    [(1, "2/3", (0, 0)), (2, "2/3", (0, 1)), (4, "2/3", (1, 1)), (4, "1/1", (0, 1)), (9, "2/3", (1, 1))],
)
def test_the_simulated_meeting_of_any_size_settles(
    house: House, committee: int, present: str, expected: tuple[int, int]
) -> None:
    met = convened(house, meeting_rules=MEETING.replace("2/3", present), committee=committee)
    world = World(
        database=met.house.database,
        clock=met.house.now,
        chance=Random("meeting"),
        organiser=met.organiser,
        secretaries={},
        members=(),
        committee=met.members,
        tellers=(),
        passphrases={},
    )
    play.during(world, met.stage)
    play.during(world, met.stage)
    met.house.clock.moment = world.clock
    attendance = met.house.ask(queries.attendance, met.stage.id)
    absent = [one.is_present for one in attendance].count(False)
    recused = len(met.house.ask(queries.recusals, met.stage.id))
    assert (absent, recused) == expected
    assert len(met.decided()) == 3
    assert met.house.stage(met.end(), "decide").phase == Phase.DONE


def test_a_committee_awards_equal_places_and_every_certificate_has_its_number(house: House) -> None:
    met = of_four(house)
    met.decide("smelting,1,", "refining,2,", "casting,3,", "rolling,3,")
    ceremony = house.open(met.end(), "ceremony")
    house.act(awarding.finalise, ceremony.id, actor=met.members[0])

    def numbers(session: Session) -> list[str]:
        stage = seasons.stage_by_id(session, ceremony.id)
        return [number for _award, number in award_printing.numbered(stage, awards.awards(session, stage.id))]

    assert house.ask(numbers) == ["test-2026-01", "test-2026-02", "test-2026-03-1", "test-2026-03-2"]


def test_the_desk_proposes_equal_places_as_the_ranking_has_them(house: House) -> None:
    met = of_four(house)
    read = house.ask(dossier.dossier, met.stage, KEEPER)
    assert {one.entry.key: one.awards for one in read.ranking if one.awards} == {
        "smelting": 1,
        "refining": 2,
        "casting": 3,
        "rolling": 3,
    }


def of_four(house: House) -> Met:
    """Four seats, four carried, of whom the rules leave two equal."""
    rules = MEETING.replace('"vote", "motion"', '"vote"').replace("seats = 3", "seats = 4")
    met = convened(house, CEREMONY, meeting_rules=rules)
    met.attend()
    met.award("smelting", "refining", "casting", "rolling")
    return met
