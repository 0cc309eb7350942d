"""What is counted: each voter's last choice, every envelope once, and only when enough tellers have come."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from evalflow.errors import Invalid
from evalflow.seasons import queries as seasons
from evalflow.stages.ballot import envelopes, lifecycle
from evalflow.stages.ballot.models import Ballot, Teller
from evalflow.workflow.outcome import Tables
from tests.builders import House
from tests.sealed import PASSPHRASE, VOTE, Vote, vote_of


def close_and_count(vote: Vote) -> None:
    vote.house.close(vote.season, "vote")
    assert [vote.hand_in(teller) for teller in vote.tellers[:2]] == [False, True]


def votes(vote: Vote) -> dict[str, int]:
    outcome = seasons.outcome_of(vote.house.settle(vote.season, "vote"))
    assert outcome is not None
    return {key: int(figure) for key, figure in outcome.figures["votes"].items()}


def state(vote: Vote) -> list[list[object]]:
    """Everything that a teller's act could change."""

    def read(session):  # type: ignore[no-untyped-def]
        shares = select(Teller.share, Teller.handed_in, Teller.has_handed_in, Teller.wrapped_key)
        queries = (shares, select(envelopes.table_of(vote.stage.id)), select(Ballot.__table__))
        return [[tuple(row) for row in session.execute(query)] for query in queries]

    found: list[list[object]] = vote.house.ask(read)
    return found


def test_of_several_votes_of_one_person_the_last_counts(opened: Vote) -> None:
    for chosen in (["smelting"], ["smelting", "refining"], ["refining"]):
        opened.cast(opened.members[0], *chosen)
    opened.cast(opened.members[1], "refining")
    close_and_count(opened)
    assert votes(opened) == {"smelting": 0, "refining": 2}


def test_a_vote_for_several_is_a_vote_for_each(opened: Vote) -> None:
    opened.cast(opened.members[0], "smelting", "refining")
    opened.cast(opened.members[1], "smelting")
    close_and_count(opened)
    assert votes(opened) == {"smelting": 2, "refining": 1}


@pytest.mark.parametrize("voters", [0, 1, 5])
def test_as_many_ballots_are_counted_as_envelopes_were_sealed(opened: Vote, voters: int) -> None:
    for member in opened.members[:voters]:
        opened.cast(member, "smelting")
    close_and_count(opened)
    [(_, _, public, _)] = opened.house.log("ballot.counted")
    assert (len(opened.marks()), len(opened.ballots()), public["envelopes"]) == (voters, voters, voters)
    assert votes(opened) == {"smelting": voters, "refining": 0}


def test_a_wrong_passphrase_is_refused_and_changes_nothing(opened: Vote) -> None:
    opened.cast(opened.members[0], "smelting")
    opened.house.close(opened.season, "vote")
    before, told = state(opened), opened.house.log()
    with pytest.raises(Invalid) as refused:
        opened.hand_in(opened.tellers[0], PASSPHRASE.upper())
    assert refused.value.fields == {"passphrase": "wrong_passphrase"}
    assert (state(opened), opened.house.log()) == (before, told)


def test_a_passphrase_set_again_is_the_only_one_that_hands_the_share_in(vote: Vote) -> None:
    vote.keep_keys()
    other = PASSPHRASE + " again"
    vote.keep_key(vote.tellers[0], other)
    vote.house.open(vote.season, "vote")
    vote.house.close(vote.season, "vote")
    with pytest.raises(Invalid, match="wrong_passphrase"):
        vote.hand_in(vote.tellers[0])
    assert vote.hand_in(vote.tellers[0], other) is False


@pytest.mark.parametrize(("shares", "needed"), [(1, 1), (3, 1), (3, 3)])
def test_exactly_as_many_tellers_open_the_box_as_the_rules_say(house: House, shares: int, needed: int) -> None:
    vote = vote_of(house, VOTE + f"tellers = {{ shares = {shares}, needed = {needed} }}\n")
    asked = Vote(house, vote.season, vote.members, vote.tellers[:shares])
    asked.keep_keys()
    house.open(vote.season, "vote")
    asked.cast(vote.members[0], "refining")
    house.close(vote.season, "vote")
    opened = [asked.hand_in(teller) for teller in asked.tellers[:needed]]
    assert opened == [False] * (needed - 1) + [True]
    assert votes(asked) == {"smelting": 0, "refining": 1}


@pytest.mark.parametrize("secrecy", ["sealed", "named"])
def test_only_an_open_vote_says_from_which_branch_a_ballot_came(house: House, secrecy: str) -> None:
    vote = vote_of(house, f'{VOTE}secrecy = "{secrecy}"\n')
    if secrecy == "sealed":
        vote.keep_keys()
    house.open(vote.season, "vote")
    vote.cast(vote.members[0], "smelting")
    vote.cast(vote.members[4], "smelting", "refining")
    house.close(vote.season, "vote")
    if secrecy == "sealed":
        assert [vote.hand_in(teller) for teller in vote.tellers[:2]] == [False, True]
    tables = house.ask(lambda session: evidence(session, vote))
    branches = {
        row["choices"]: voter["branch"]
        for row in tables["ballots"]
        for voter in tables.get("voters", ())
        if voter["ballot"] == row["ballot"]
    }
    assert branches == ({"smelting": "smelting", "smelting|refining": "refining"} if secrecy == "named" else {})


def evidence(session: Session, vote: Vote) -> Tables:
    """Its rows read out while the session lasts."""
    found = lifecycle.evidence(session, session.merge(vote.stage))
    return {name: list(rows) for name, rows in found.items()}
