"""Signing in, and the limit on guessing."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from evalflow.access import Role
from evalflow.errors import Forbidden, Refused, TooMany
from evalflow.people import accounts, signing_in
from evalflow.people.models import LoginAttempt, Person
from evalflow.people.signing_in import SignedIn

PASSWORD = "coppery morning 7"
HERE, ELSEWHERE = "192.0.2.1", "198.51.100.1"


@pytest.fixture(autouse=True)
def cheap(monkeypatch):
    """Argon2 at a hundredth of its price: these tests count guesses, they do not measure hashes."""
    hasher = signing_in.passwords.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(signing_in.passwords, "HASHER", hasher)
    monkeypatch.setattr(signing_in.passwords, "NOBODY", hasher.hash("nobody"))


def sign_in(house, login, password, *, network=HERE, later=timedelta()) -> SignedIn:
    return signing_in.sign_in(house.database, login, password, network=network, secret=b"secret", now=house.now + later)


def refused(house, *args, **named) -> str:
    with pytest.raises(Refused) as refusal:
        sign_in(house, *args, **named)
    return f"{refusal.value.status} {refusal.value}"


def test_the_right_password_tells_who_it_is_in_any_spelling_of_the_login(house):
    person_id = house.joined("member", PASSWORD, Role.MEMBER)
    version = house.ask(lambda session: session.get(Person, person_id).session_version)
    assert sign_in(house, " MEMBER ", PASSWORD) == SignedIn(person_id, version, "zh_Hans")


def test_wrong_unknown_uninvited_and_closed_are_refused_alike(house):
    house.joined("member", PASSWORD)
    house.person("uninvited")
    closed = house.joined("closed", PASSWORD)
    house.act(accounts.deactivate, closed, actor=house.administrator)
    refusals = [
        refused(house, "member", "wrong"),
        refused(house, "unknown", PASSWORD),
        refused(house, "uninvited", ""),
        refused(house, "closed", PASSWORD),
    ]
    assert refusals == ["403 wrong_login"] * 4


def test_after_five_failures_the_right_password_is_refused_from_there_and_taken_from_elsewhere(house):
    house.joined("member", PASSWORD)
    assert [refused(house, "member", "wrong") for _ in range(5)] == ["403 wrong_login"] * 5
    assert refused(house, "member", PASSWORD) == "429 too_many_attempts(minutes=15)"
    assert sign_in(house, "member", PASSWORD, network=ELSEWHERE)


def test_the_limit_is_over_fifteen_minutes_after_the_first_of_the_failures(house):
    house.joined("member", PASSWORD)
    for minute in range(5):
        refused(house, "member", "wrong", later=timedelta(minutes=minute))
    told = refused(house, "member", PASSWORD, later=timedelta(minutes=14, seconds=59))
    assert told == "429 too_many_attempts(minutes=1)"
    assert sign_in(house, "member", PASSWORD, later=timedelta(minutes=15))


def test_success_forgets_the_failures_of_this_account_from_this_network(house):
    house.joined("member", PASSWORD)
    for _ in range(4):
        refused(house, "member", "wrong")
    sign_in(house, "member", PASSWORD)
    assert [refused(house, "member", "wrong") for _ in range(5)] == ["403 wrong_login"] * 5


def test_fifty_failures_close_a_network_for_every_account_and_no_other_network(house):
    house.joined("member", PASSWORD)
    for number in range(50):
        refused(house, f"guess-{number}", "wrong")
    assert refused(house, "member", PASSWORD) == "429 too_many_attempts(minutes=15)"
    assert sign_in(house, "member", PASSWORD, network=ELSEWHERE)


def test_many_who_sign_in_rightly_from_one_network_never_close_it(house):
    house.joined("member", PASSWORD)
    for _ in range(55):
        sign_in(house, "member", PASSWORD)


def test_of_twelve_guesses_at_once_five_are_looked_at(house):
    house.joined("member", PASSWORD)
    start, told = threading.Barrier(12), []

    def guess() -> None:
        start.wait()
        try:
            sign_in(house, "member", "wrong")
        except (Forbidden, TooMany) as refusal:
            told.append(refusal.code)

    threads = [threading.Thread(target=guess) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == ["too_many_attempts"] * 7 + ["wrong_login"] * 5


def test_counted_guesses_name_neither_account_nor_network_and_are_forgotten(house):
    refused(house, "typed-a-password-here", "wrong")
    buckets = house.ask(lambda session: session.scalars(select(LoginAttempt.bucket)).all())
    assert [len(bucket) for bucket in buckets] == [64, 64]
    refused(house, "another", "wrong", later=timedelta(minutes=15))
    assert not set(buckets) & {*house.ask(_pairs)} - {*buckets[1:]}


def _pairs(session):
    return session.scalars(select(LoginAttempt.bucket)).all()
