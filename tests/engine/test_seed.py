"""A season's seed: committed to before anybody can vote, secret until nobody can any more, then checked."""

import hashlib
from collections.abc import Callable
from dataclasses import replace

import pytest

from evalflow.audit import ledger
from evalflow.audit.signing import Signer
from evalflow.bundle import format, recount
from evalflow.bundle.format import Bundle
from evalflow.engine import bundles
from evalflow.seasons import queries as seasons
from evalflow.tally.ranking import stage_seed
from tests.builders import House
from tests.sealed import Vote, vote_of

VOTES = "".join(
    f"""
[[stage]]
key = "{key}"
kind = "ballot"
title = {{ zh = "投票", en = "Vote" }}
closes = "opening + 2 days"
method = "instant_runoff"
draw = true
secrecy = "named"
"""
    for key in ("vote", "again")
)
Export = Callable[[], Bundle]


@pytest.fixture
def vote(house: House) -> Vote:
    return vote_of(house, VOTES)


@pytest.fixture
def exported(vote: Vote, signer: Signer) -> Export:
    def export() -> Bundle:
        vote.house.act(lambda session, *, now: ledger.seal(session, signer, now=now))
        return vote.house.ask(
            lambda session: bundles.export(session, seasons.season_by_key(session, "test-2026"), signer)
        )

    return export


def held(vote: Vote, stage: str) -> None:
    """A vote on which the two entries tie, to the end."""
    vote.house.open(vote.season, stage)
    if stage == "vote":
        vote.cast(vote.members[0], smelting=1)
        vote.cast(vote.members[1], refining=1)
    vote.house.close(vote.season, stage)
    vote.house.settle(vote.season, stage)


def test_the_seed_s_hash_stands_in_the_log_before_the_vote_opens(vote: Vote) -> None:
    held(vote, "vote")
    told = [(event, public) for event, _, public, _ in vote.house.log()]
    created = next(index for index, (event, _) in enumerate(told) if event == "season.created")
    opened = [index for index, (event, public) in enumerate(told) if event == "stage.opened"]
    committed = hashlib.sha256(bytes.fromhex(vote.season.draw_seed)).hexdigest()
    assert (told[created][1]["draw_seed"], created < min(opened)) == (committed, True)


def test_before_a_later_vote_is_over_a_draw_can_be_repeated_and_the_seed_is_nowhere(
    vote: Vote, exported: Export
) -> None:
    held(vote, "vote")
    bundle = exported()
    own = stage_seed("vote", bytes.fromhex(vote.season.draw_seed)).hex()
    assert (bundle.draw_seed, bundle.lots) == ("", {"vote": own})
    assert recount.recount(bundle).differences == ()
    assert [file for file, text in format.texts(bundle).items() if vote.season.draw_seed in text] == []


def test_once_all_votes_are_over_the_seed_is_told_and_gives_what_was_drawn(vote: Vote, exported: Export) -> None:
    held(vote, "vote")
    early = exported()
    held(vote, "again")
    late = exported()
    assert (late.draw_seed, late.lots) == (vote.season.draw_seed, {})
    assert recount.recount(late).differences == ()
    assert recount.recount(late).outcomes["vote"] == recount.recount(early).outcomes["vote"]


def test_a_seed_that_is_not_the_one_committed_to_is_found(vote: Vote, exported: Export) -> None:
    held(vote, "vote")
    held(vote, "again")
    told = recount.recount(replace(exported(), draw_seed="00")).differences
    assert "log: season test-2026: draw_seed is not the one committed to" in told
    assert [line.split(":")[0] for line in told if ": lots: " in line] == ["stage vote", "stage again"]
