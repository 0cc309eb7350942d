"""A vote that goes by the roll's weights: two electors have three votes each, three have one."""

import hashlib
from collections.abc import Callable
from fractions import Fraction

import pytest
from sqlalchemy import select, update

from evalflow.access import Role
from evalflow.audit.signing import Signer
from evalflow.bundle import recount
from evalflow.db import Database
from evalflow.engine import bundles, doctor, jobs
from evalflow.errors import Conflict
from evalflow.people import rolls
from evalflow.seasons import queries as seasons
from evalflow.stages.ballot.models import Ballot, Elector
from evalflow.workflow.outcome import Outcome
from tests.builders import Clock, House, found_house
from tests.sealed import VOTE, Vote, vote_of
from tests.visitors import Visitor

BALLOT = "/s/test-2026/vote/ballot/"
SignIn = Callable[[int | None], Visitor]
EQUAL = VOTE.replace("small_branch = 3", "small_branch = 2")
WEIGHTED = EQUAL + 'weights = "roll"\n'
NAMED = WEIGHTED + 'secrecy = "named"\n'


def weighed(house: House, toml: str = WEIGHTED, *, weights: tuple[int, ...] = (3, 3, 1, 1, 1)) -> Vote:
    """The vote before it opens, with tellers where it is sealed. weights: of the five members."""
    vote = vote_of(house, toml)
    for member, weight in zip(vote.members, weights, strict=True):
        house.act(rolls.weigh, member.person_id, str(weight), actor=house.administrator)
    if "named" not in toml:
        vote.keep_keys()
    return vote


def outcome(vote: Vote, secrecy: str = "sealed") -> Outcome:
    vote.house.close(vote.season, "vote")
    if secrecy == "sealed":
        assert [vote.hand_in(teller) for teller in vote.tellers[:2]] == [False, True]
    found = seasons.outcome_of(vote.house.settle(vote.season, "vote"))
    assert found is not None
    return found


def particulars(vote: Vote) -> dict[str, object]:
    """What the log tells of the opening."""
    found: dict[str, object] = vote.house.log("stage.opened")[-1][2]["particulars"]
    return found


def electors(vote: Vote) -> list[int]:
    return vote.house.ask(lambda session: list(session.scalars(select(Elector.weight).order_by(Elector.person_id))))


@pytest.mark.parametrize("secrecy", ["sealed", "named"])
def test_a_weighted_vote_from_the_roll_to_the_recounted_bundle(
    on_both: Database, clock: Clock, signer: Signer, secrecy: str
) -> None:
    house = found_house(on_both, clock)
    vote = weighed(house, WEIGHTED if secrecy == "sealed" else NAMED)
    house.open(vote.season, "vote")
    vote.cast(vote.members[0], "smelting")
    vote.cast(vote.members[0], "refining")
    vote.cast(vote.members[1], "smelting")
    vote.cast(vote.members[2], "refining")
    found = outcome(vote, secrecy)
    assert found == Outcome(
        {"votes": {"smelting": Fraction(3), "refining": Fraction(4)}},
        {
            "valid": 7,
            "invalid": 0,
            "abstentions": 0,
            "cast": 7,
            "electors": 5,
            "voted": 3,
            "roll_votes": 9,
            "void": False,
        },
    )
    jobs.seal(house.database, signer, now=house.now)
    bundle = house.ask(lambda session: bundles.export(session, seasons.season_by_key(session, vote.season.key), signer))
    tables = bundle.tables["vote"]
    assert [dict(row) for row in tables["weights"]] == [
        {"weight": "1", "electors": "3"},
        {"weight": "3", "electors": "2"},
    ]
    assert [dict(row) for row in tables["roll"]] == [
        {"branch": "refining", "electors": "2", "voted": "0"},
        {"branch": "smelting", "electors": "3", "voted": "3"},
    ]
    assert sorted((row["choices"], row["votes"]) for row in tables["ballots"]) == [
        ("refining", "1"),
        ("refining", "3"),
        ("smelting", "3"),
    ]
    assert recount.recount(bundle).differences == ()


def test_the_roll_keeps_the_weights_it_opened_with_and_the_log_counts_them(house: House) -> None:
    vote = weighed(house)
    house.open(vote.season, "vote")
    house.act(rolls.weigh, vote.members[0].person_id, "7", actor=house.administrator)
    assert electors(vote) == [3, 3, 1, 1, 1]
    [particulars] = [
        public["particulars"] for _, _, public, _ in house.log("stage.opened") if "electors" in str(public)
    ]
    assert (particulars["electors"], particulars["weights"]) == (5, {"1": 3, "3": 2})


def test_the_digest_of_the_roll_in_the_log_covers_the_weights(house: House) -> None:
    vote = weighed(house)
    house.open(vote.season, "vote")
    lines = [
        f"{member.person_id},{house.smelting if number < 3 else house.refining},{weight}\n"
        for number, (member, weight) in enumerate(zip(vote.members, (3, 3, 1, 1, 1), strict=True))
    ]
    assert particulars(vote)["roll_sha256"] == hashlib.sha256("".join(lines).encode()).hexdigest()


def test_where_the_rules_do_not_ask_for_them_weights_count_for_nothing(house: House) -> None:
    vote = weighed(house, EQUAL)
    house.open(vote.season, "vote")
    vote.cast(vote.members[0], "smelting")
    vote.cast(vote.members[2], "refining")
    assert electors(vote) == [1, 1, 1, 1, 1]
    found = outcome(vote)
    assert found.figures["votes"] == {"smelting": 1, "refining": 1}
    assert "roll_votes" not in found.facts


def test_a_sealed_vote_does_not_open_where_few_share_a_weight_and_names_these_weights(house: House) -> None:
    """Its ballot would say whose it is, as ballots are published with their votes."""
    vote = weighed(house, weights=(3, 7, 1, 1, 1))
    with pytest.raises(Conflict) as refused:
        house.open(vote.season, "vote")
    assert (refused.value.code, refused.value.facts) == ("weights_shared_by_few", {"weights": "3, 7", "needed": 2})
    assert (vote.stage.phase, electors(vote)) == ("waiting", [])


@pytest.mark.parametrize(
    ("toml", "weights"),
    [(NAMED, (3, 7, 1, 1, 1)), (WEIGHTED.replace("= 2\nw", "= 6\nw"), (3, 3, 3, 3, 3)), (EQUAL, (3, 7, 1, 1, 1))],
    ids=["open", "all have the same weight", "weights do not count"],
)
def test_it_opens_where_a_weight_tells_of_nobody_or_nothing_is_secret(
    house: House, toml: str, weights: tuple[int, ...]
) -> None:
    vote = weighed(house, toml, weights=weights)
    assert house.open(vote.season, "vote").phase == "open"


def test_an_envelope_and_the_log_of_a_cast_do_not_tell_a_weight(house: House) -> None:
    vote = weighed(house)
    house.open(vote.season, "vote")
    heavy, light = vote.cast(vote.members[0], "smelting"), vote.cast(vote.members[2], "smelting")
    assert len({len(envelope.sealed) for envelope in vote.envelopes()}) == 1
    assert house.log("ballot.cast") == [
        ("ballot.cast", "member", {"envelope": receipt, "replaces": None}, None) for receipt in (heavy, light)
    ]


def test_a_voter_reads_before_voting_how_much_their_vote_counts(house: House, signed_in: SignIn) -> None:
    vote = weighed(house)
    house.open(vote.season, "vote")
    pages = [signed_in(vote.members[number].person_id).get(BALLOT).text for number in (0, 2)]
    assert [f"您的一票计作{votes}票" in page for votes, page in zip((3, 1), pages, strict=True)] == [True, True]


def test_turnout_counts_heads_and_shows_the_roll_by_weight(house: House, signed_in: SignIn) -> None:
    vote = weighed(house)
    house.open(vote.season, "vote")
    vote.cast(vote.members[0], "smelting")
    page = signed_in(house.actor("organiser", Role.ORGANISER).person_id).get(BALLOT + "turnout").text
    assert "1 / 5" in page
    assert "<td>3</td><td>2</td><td>6</td>" in page


@pytest.mark.breaks_the_database
def test_the_doctor_sees_a_ballot_heavier_than_any_voter(house: House, signer: Signer) -> None:
    vote = weighed(house)
    house.open(vote.season, "vote")
    vote.cast(vote.members[0], "smelting")
    outcome(vote)
    house.act(lambda session, now: session.execute(update(Ballot).values(votes=7)))
    strange = "ballots.csv:2: votes: expected 1 or 3, found 7"
    assert house.ask(doctor.faults, signer) == [
        "season test-2026: stage vote: The ballots are not those that the count wrote down.",
        "season test-2026: stage vote: the ballots do not have the weights that their voters have on the roll",
        f"season test-2026: stage vote: its evidence can't be: {strange}",
    ]
