"""Signing in, and the limits on guessing: whoever guesses meets them, whoever has signed in before does not."""

import threading
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select, update

from evalflow.access import Actor, Role
from evalflow.errors import Refused
from evalflow.people import accounts, devices, grants, passwords, signing_in
from evalflow.people.models import KnownDevice, LoginAttempt, Person
from evalflow.people.signing_in import SignedIn
from tests.builders import NOW, browser

PASSWORD = "coppery morning 7"
HERE, ELSEWHERE = "192.0.2.1", "198.51.100.1"
OWN, NEW = "first", "another"  # the device joined on, and one never seen


class Counted(PasswordHasher):
    """Argon2 at a hundredth of its price, that says how often it was asked: these tests do not measure hashes."""

    asked = 0

    def verify(self, hash: str | bytes, password: str | bytes) -> bool:
        self.asked += 1
        return super().verify(hash, password)


@pytest.fixture(autouse=True)
def hasher(monkeypatch) -> Counted:
    cheap = Counted(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "HASHER", cheap)
    monkeypatch.setattr(passwords, "NOBODY", cheap.hash("nobody"))
    return cheap


def sign_in(house, login, password, *, network=HERE, device=NEW, later=timedelta()) -> SignedIn:
    asking = browser(device, network)
    return signing_in.sign_in(house.database, login, password, browser=asking, now=house.now + later)


def refused(house, *args, **named) -> str:
    with pytest.raises(Refused) as refusal:
        sign_in(house, *args, **named)
    return f"{refusal.value.status} {refusal.value}"


def waits(minutes: int) -> str:
    return f"429 too_many_attempts(minutes={minutes})"


def actor_of(house, person_id) -> Actor:
    return house.ask(lambda session: grants.actor_of(session, session.get(Person, person_id)))


def test_the_right_password_tells_who_it_is_in_any_spelling_of_the_login(house):
    person_id = house.joined("member", PASSWORD, Role.MEMBER)
    version = house.ask(lambda session: session.get(Person, person_id).session_version)
    assert sign_in(house, " MEMBER ", PASSWORD) == SignedIn(person_id, version, "zh_Hans")


def test_wrong_unknown_uninvited_and_closed_are_refused_alike_after_the_same_work(house, hasher):
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
    assert hasher.asked == 4


def test_after_five_failures_each_further_guess_waits_twice_as_long_wherever_it_comes_from(house):
    house.joined("member", PASSWORD)
    assert [refused(house, "member", "wrong") for _ in range(5)] == ["403 wrong_login"] * 5
    assert refused(house, "member", PASSWORD, network=ELSEWHERE) == waits(1)
    passed = timedelta()
    for minutes in (1, 2, 4, 8, 16, 32, 60, 60):
        assert refused(house, "member", PASSWORD, later=passed + timedelta(minutes=minutes, seconds=-1)) == waits(1)
        passed += timedelta(minutes=minutes)
        assert refused(house, "member", "wrong", later=passed) == "403 wrong_login"


def test_the_delay_is_over_a_day_after_the_last_failure(house):
    house.joined("member", PASSWORD)
    for _ in range(5):
        refused(house, "member", "wrong")
    day = timedelta(days=1)
    assert [refused(house, "member", "wrong", later=day) for _ in range(5)] == ["403 wrong_login"] * 5


def test_a_thousand_guesses_at_one_account_from_two_hundred_networks_in_a_day_are_looked_at_fifty_times_at_most(
    house, hasher
):
    house.joined("member", PASSWORD)
    for number in range(1000):
        refused(
            house,
            "member",
            f"guess {number}",
            network=f"198.51.100.{number % 200}",
            device=f"device {number}",
            later=timedelta(days=1) * number / 1000,
        )
    assert hasher.asked == 33
    assert sign_in(house, "member", PASSWORD, device=OWN, later=timedelta(days=1))


def test_after_a_hundred_wrong_passwords_from_one_network_twenty_known_devices_sign_in_from_it(house):
    logins = [f"member{number}" for number in range(20)]
    for login in logins:
        house.joined(login, PASSWORD)
    told = [refused(house, logins[number % 20], "wrong") for number in range(100)]
    assert told == ["403 wrong_login"] * 50 + [waits(15)] * 50
    assert [sign_in(house, login, PASSWORD, device=OWN).person_id for login in logins] == sorted(_ids(house, logins))


def test_fifty_failures_close_a_network_for_devices_it_does_not_know_and_no_other_network(house):
    house.joined("member", PASSWORD)
    for number in range(50):
        refused(house, f"guess-{number}", "wrong")
    assert refused(house, "member", PASSWORD) == waits(15)
    assert sign_in(house, "member", PASSWORD, network=ELSEWHERE)
    assert sign_in(house, "member", PASSWORD, device=NEW)


def test_a_known_device_has_a_growing_delay_of_its_own_that_the_right_password_ends(house):
    house.joined("member", PASSWORD)
    for _ in range(5):
        refused(house, "member", "wrong", device=OWN)
    assert refused(house, "member", PASSWORD, device=OWN) == waits(1)
    assert sign_in(house, "member", PASSWORD, device=OWN, later=timedelta(minutes=1))
    assert refused(house, "member", "wrong", device=OWN, later=timedelta(minutes=1)) == "403 wrong_login"


def test_a_device_is_known_for_its_own_person_only(house):
    house.joined("member", PASSWORD)
    house.joined("other", PASSWORD)
    sign_in(house, "other", PASSWORD, device="others'")
    for _ in range(5):
        refused(house, "member", "wrong")
    assert refused(house, "member", PASSWORD, device="others'") == waits(1)


def test_many_who_sign_in_rightly_on_new_devices_of_one_network_never_close_it(house):
    house.joined("member", PASSWORD)
    for number in range(55):
        sign_in(house, "member", PASSWORD, device=f"phone {number}")


def test_of_twelve_guesses_at_once_five_are_looked_at(house, hasher):
    house.joined("member", PASSWORD)
    told = at_once(12, lambda: sign_in(house, "member", "wrong"))
    assert sorted(told) == ["too_many_attempts"] * 7 + ["wrong_login"] * 5
    assert hasher.asked == 5


def test_of_many_passwords_at_once_twelve_are_taken_and_the_others_asked_to_come_again(monkeypatch):
    slow = PasswordHasher(time_cost=40, memory_cost=19 * 1024, parallelism=1)
    monkeypatch.setattr(passwords, "HASHER", slow)
    kept = passwords.chosen(PASSWORD, login="member")
    told = at_once(30, lambda: passwords.matches(kept, "wrong"))
    assert told.count("False") >= 12
    assert set(told) == {"False", "busy_signing_in"}
    assert passwords.matches(kept, PASSWORD)


def test_whoever_finds_the_queue_full_has_not_guessed(house, monkeypatch):
    house.joined("member", PASSWORD)
    places = threading.BoundedSemaphore(1)
    assert places.acquire()
    monkeypatch.setattr(passwords, "_PLACES", places)  # all of them are taken
    assert [refused(house, "member", "wrong") for _ in range(6)] == ["503 busy_signing_in"] * 6
    assert house.ask(_attempts) == []


def test_guesses_at_the_present_password_are_limited_where_it_is_changed(house, hasher):
    person_id = house.joined("member", PASSWORD, Role.MEMBER)
    told = []
    for _ in range(7):
        with pytest.raises(Refused) as refusal:
            change(house, person_id, "wrong", "furnace by the river")
        told.append(str(refusal.value))
    assert told == ["wrong_password"] * 5 + ["too_many_attempts(minutes=1)"] * 2
    assert hasher.asked == 5
    change(house, person_id, PASSWORD, "furnace by the river", later=timedelta(minutes=1))
    assert sign_in(house, "member", "furnace by the river")


@pytest.mark.parametrize(
    "act",
    [
        lambda house, person_id: change(house, person_id, PASSWORD, "furnace by the river", device="third"),
        lambda house, person_id: house.act(accounts.revoke_sessions, person_id, actor=house.administrator),
        lambda house, person_id: house.act(accounts.deactivate, person_id, actor=house.administrator),
        lambda house, person_id: house.join(
            house.act(accounts.invite, person_id, actor=house.administrator), "furnace by the river", device="third"
        ),
    ],
    ids=["password changed", "signed out everywhere", "deactivated", "invited anew"],
)
def test_a_device_is_forgotten_when_its_person_chooses_a_password_or_ends_all_sessions(house, act):
    house.person("admin", Role.ADMINISTRATOR)
    person_id = house.joined("member", PASSWORD, Role.MEMBER)
    act(house, person_id)
    known = {device: house.ask(_is_known, person_id, device) for device in (OWN, "third")}
    assert known[OWN] is False
    assert known["third"] is house.ask(lambda session: session.scalars(select(KnownDevice)).first() is not None)


def test_what_is_kept_of_a_device_names_no_token_and_ends_half_a_year_after_it_was_used_last(house):
    person_id = house.joined("member", PASSWORD)
    sign_in(house, "member", PASSWORD, device=OWN, later=timedelta(days=100))
    kept = house.ask(lambda session: session.scalars(select(KnownDevice)).all())
    assert [(len(one.hash), one.person_id, one.expires_at) for one in kept] == [
        (64, person_id, house.now + timedelta(days=280))
    ]
    assert {column.name for column in KnownDevice.__table__.columns} == {"hash", "person_id", "expires_at"}
    assert house.ask(_is_known, person_id, OWN, later=timedelta(days=280)) is False


def test_of_a_persons_devices_the_twenty_used_last_are_known(house):
    person_id = house.joined("member", PASSWORD)
    for number in range(21):
        sign_in(house, "member", PASSWORD, device=f"phone {number}", later=timedelta(minutes=number + 1))
    known = [house.ask(_is_known, person_id, f"phone {number}") for number in range(21)]
    assert known == [False] + [True] * 20


def test_counted_guesses_name_neither_account_nor_network_and_are_deleted_after_a_day(house):
    refused(house, "typed-a-password-here", "wrong")
    buckets = house.ask(_attempts)
    assert [len(bucket) for bucket in buckets] == [64, 64]
    refused(house, "another", "wrong", network=ELSEWHERE, later=timedelta(days=1))
    assert not set(buckets) & set(house.ask(_attempts))


def test_a_right_password_is_no_guess(house):
    house.joined("member", PASSWORD)
    sign_in(house, "member", PASSWORD)
    assert house.ask(_attempts) == []


def test_the_right_password_of_a_closed_account_stays_counted(house):
    person_id = house.joined("member", PASSWORD)
    with house.database.writing() as session:
        session.execute(update(Person).where(Person.id == person_id).values(is_active=False))
    assert [refused(house, "member", PASSWORD) for _ in range(6)] == ["403 wrong_login"] * 5 + [waits(1)]


def at_once(number: int, ask) -> list[str]:
    """What so many threads are told that ask at the same moment."""
    start, told = threading.Barrier(number), []

    def one() -> None:
        start.wait()
        try:
            told.append(str(ask()))
        except Refused as refusal:
            told.append(refusal.code)

    threads = [threading.Thread(target=one) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told


def change(house, person_id, present, chosen, *, device=OWN, later=timedelta()) -> int:
    asking = {"actor": actor_of(house, person_id), "browser": browser(device), "now": house.now + later}
    return signing_in.change_password(house.database, present, chosen, **asking)


def _is_known(session, person_id, device, *, later=timedelta()) -> bool:
    return devices.is_known(session, person_id, device, secret=b"secret", now=NOW + later)


def _attempts(session):
    return session.scalars(select(LoginAttempt.bucket)).all()


def _ids(house, logins):
    return house.ask(lambda session: session.scalars(select(Person.id).where(Person.login.in_(logins))).all())
