"""What nobody can read, and who has to come together so that the box opens."""

import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import inspect, select, text, update
from sqlalchemy.orm import Session

from evalflow.access import Role
from evalflow.audit.event import canonical
from evalflow.db import Database, telling_settings
from evalflow.errors import Conflict, Forbidden, Invalid
from evalflow.stages.ballot import disputes, envelopes, queries, sealing
from evalflow.stages.ballot.models import BallotBox
from tests.builders import House
from tests.sealed import PASSPHRASE, VOTE, Vote, vote_of

CHOICES = [("smelting",), ("refining",), ("smelting", "refining")]
Rows = dict[str, set[tuple[Any, ...]]]


def rows(house: House) -> Rows:
    """Everything that stands in the database, by table."""

    def read(session: Session) -> Rows:
        names = inspect(session.connection()).get_table_names()
        return {name: {tuple(row) for row in session.execute(text(f'SELECT * FROM "{name}"'))} for name in names}

    found: Rows = house.ask(read)
    return found


def shape(value: object) -> object:
    """What of a value is seen without understanding it: its kind, and how long it is."""
    return (type(value).__name__, len(value)) if isinstance(value, str | bytes) else type(value).__name__


def written(vote: Vote, member: int, chosen: tuple[str, ...]) -> Rows:
    """What a vote adds to the database."""
    before = rows(vote.house)
    vote.cast(vote.members[member], *chosen, attempt=f"{member:032x}")
    return {name: new - before[name] for name, new in rows(vote.house).items() if new - before[name]}


def test_a_vote_writes_the_same_whatever_is_chosen(opened: Vote) -> None:
    opened.cast(opened.members[4], "smelting")  # so that counters stand where they have their row
    shapes = []
    for member, chosen in enumerate(CHOICES):
        added = written(opened, member, chosen)
        assert "ballot" not in added
        shapes.append({name: sorted(str(tuple(map(shape, row))) for row in found) for name, found in added.items()})
    assert shapes == [shapes[0]] * len(CHOICES)


def test_no_table_names_the_chosen_entry_anywhere_in_what_a_vote_writes(opened: Vote) -> None:
    cells = [str(cell) for found in written(opened, 0, ("refining",)).values() for row in found for cell in row]
    assert cells and not [cell for cell in cells if "refining" in cell]


def test_the_same_choice_twice_makes_envelopes_that_have_nothing_in_common(opened: Vote) -> None:
    for member in opened.members:
        opened.cast(member, "smelting")
    sealed = [envelope.sealed for envelope in opened.envelopes()]
    assert len({one[:32] for one in sealed}) == len({one[32:96] for one in sealed}) == len(opened.members)
    assert {len(one) for one in sealed} == {sealing.ENVELOPE_BYTES}


def test_the_private_key_is_kept_nowhere_while_a_sealed_vote_runs(opened: Vote) -> None:
    box = opened.house.ask(lambda session: session.get_one(BallotBox, opened.stage.id))
    assert box.private_key is None
    public = box.public_key
    for found in rows(opened.house).values():
        for cell in (cell for row in found for cell in row if isinstance(cell, bytes)):
            for start in range(0, max(0, len(cell) - 31), 1):
                key = X25519PrivateKey.from_private_bytes(cell[start : start + 32])
                assert sealing.public_bytes(key) != public


def test_an_envelope_opens_only_as_its_own_voters(opened: Vote) -> None:
    opened.cast(opened.members[0], "refining")
    opened.cast(opened.members[1], "smelting")
    first, second = opened.envelopes()
    box = envelopes.table_of(opened.stage.id)

    def swap(session: Session) -> None:
        for target, source in ((first, second), (second, first)):
            session.execute(
                update(box).where(box.c.person_id == target.person_id).values(sealed=source.sealed),
            )

    with opened.house.database.writing() as session:
        swap(session)
    opened.house.close(opened.season, "vote")
    [opened.hand_in(teller) for teller in opened.tellers[:2]]
    organiser, auditor = opened.house.actor("organiser", Role.ORGANISER), opened.house.actor("auditor", Role.AUDITOR)
    statement = opened.house.act(disputes.state, opened.stage.id, "We want to see them.", actor=organiser)
    opened.house.act(disputes.confirm, opened.stage.id, statement.differences_sha256, actor=auditor)
    assert [ballot.mask for ballot in opened.ballots()] == [None, None]
    assert opened.house.log("ballot.counted")[0][2]["unreadable"] == 2


def test_one_share_of_two_opens_nothing(opened: Vote) -> None:
    opened.cast(opened.members[0], "smelting")
    opened.house.close(opened.season, "vote")
    assert opened.hand_in(opened.tellers[0]) is False
    assert opened.ballots() == []
    with pytest.raises(Conflict) as refused:
        opened.house.settle(opened.season, "vote")
    assert (refused.value.code, refused.value.facts) == ("awaiting_tellers", {"handed_in": 1, "needed": 2})
    [waiting] = [one for one in opened.house.ask(queries.tellers, opened.stage.id) if one.handed_in]
    assert len(waiting.handed_in) == len(waiting.share)  # sealed, too


@pytest.mark.parametrize("pair", [(0, 1), (0, 2), (2, 1)])
def test_any_two_tellers_open_the_box_and_all_ballots_are_written_at_once(opened: Vote, pair: tuple[int, int]) -> None:
    for member, chosen in zip(opened.members, CHOICES, strict=False):
        opened.cast(member, *chosen)
    opened.house.close(opened.season, "vote")
    assert [opened.hand_in(opened.tellers[one]) for one in pair] == [False, True]
    assert sorted(ballot.mask or 0 for ballot in opened.ballots()) == [0b01, 0b10, 0b11]
    assert {ballot.person_id for ballot in opened.ballots()} == {None}


def test_after_the_count_nothing_is_left_that_could_be_opened_again(opened: Vote) -> None:
    opened.cast(opened.members[0], "smelting")
    opened.house.close(opened.season, "vote")
    [opened.hand_in(teller) for teller in opened.tellers[:2]]
    assert not opened.house.ask(envelopes.stand, opened.stage.id)
    tellers = opened.house.ask(queries.tellers, opened.stage.id)
    assert [(one.share, one.handed_in) for one in tellers] == [(None, None)] * 3


def test_the_log_holds_the_digest_of_all_ballots_as_counted(opened: Vote) -> None:
    for member, chosen in zip(opened.members, CHOICES, strict=False):
        opened.cast(member, *chosen)
    opened.house.close(opened.season, "vote")
    [opened.hand_in(teller) for teller in opened.tellers[:2]]
    told = [[ballot.id, ballot.mask, ballot.votes] for ballot in opened.ballots()]
    [(_, office, public, personal)] = opened.house.log("ballot.counted")
    assert (office, public["envelopes"], public["unreadable"], personal) == ("system", 3, 0, None)
    assert public["ballots_sha256"] == hashlib.sha256(canonical(told)).hexdigest()


def test_no_share_is_taken_before_closing_twice_or_with_a_wrong_passphrase(opened: Vote) -> None:
    with pytest.raises(Conflict, match="no_share_wanted"):
        opened.hand_in(opened.tellers[0])
    opened.house.close(opened.season, "vote")
    with pytest.raises(Invalid, match="wrong_passphrase"):
        opened.hand_in(opened.tellers[0], PASSPHRASE + "!")
    opened.hand_in(opened.tellers[0])
    with pytest.raises(Conflict, match="share_already_in"):
        opened.hand_in(opened.tellers[0])
    assert opened.ballots() == []


def test_the_box_stays_shut_until_enough_tellers_have_keys(vote: Vote) -> None:
    with pytest.raises(Conflict) as refused:
        vote.house.open(vote.season, "vote")
    assert (refused.value.code, refused.value.facts) == ("tellers_not_ready", {"ready": 0, "needed": 3})


def test_who_is_a_teller(vote: Vote) -> None:
    def keep(*roles: Role, login: str, passphrase: str = PASSPHRASE) -> Callable[[], object]:
        actor = vote.house.actor(login, *roles)
        return lambda: vote.keep_key(actor, passphrase)

    with pytest.raises(Forbidden, match="not_permitted"):
        keep(Role.ORGANISER, login="organiser")()
    with pytest.raises(Forbidden, match="candidate_cannot_be_teller"):
        keep(Role.TELLER, Role.BRANCH_SECRETARY, login="candidate")()
    with pytest.raises(Invalid, match="passphrase_too_short"):
        keep(Role.TELLER, login="careless", passphrase="eleven char")()
    vote.keep_keys()
    with pytest.raises(Conflict, match="tellers_complete"):
        keep(Role.TELLER, login="fourth")()
    vote.house.open(vote.season, "vote")
    with pytest.raises(Conflict, match="too_late_for_tellers"):
        vote.keep_keys()


def test_an_open_vote_is_counted_at_closing_with_names(house: House) -> None:
    vote = vote_of(house, VOTE + 'secrecy = "named"\n')
    house.open(vote.season, "vote")
    vote.cast(vote.members[0], "refining")
    assert vote.ballots() == []
    house.close(vote.season, "vote")
    [ballot] = vote.ballots()
    box = house.ask(lambda session: session.scalars(select(BallotBox)).one())
    assert (ballot.person_id, ballot.mask) == (vote.members[0].person_id, 1 << box.paper.index("refining"))
    assert (box.is_counted, box.private_key) == (True, None)


@pytest.mark.parametrize("on_both", ["postgresql"], indirect=True)
@pytest.mark.postgres
def test_a_server_that_would_write_choices_into_its_own_log_is_told_of(on_both: Database) -> None:
    """The count writes ballots; a statement that fails or takes long is logged, with its values if so set."""
    engine = on_both.engine
    assert telling_settings(engine) == []

    def put(setting: str) -> None:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(f"ALTER DATABASE {engine.url.database} SET {setting}"))
        engine.dispose()

    put("log_parameter_max_length_on_error = -1")
    assert telling_settings(engine) == ["log_parameter_max_length_on_error"]
    put("log_min_duration_statement = 500")
    assert telling_settings(engine) == ["log_parameter_max_length", "log_parameter_max_length_on_error"]
