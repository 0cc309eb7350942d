"""An account: added, invited, joined, changed, closed."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from evalflow.access import Actor, Role
from evalflow.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from evalflow.people import accounts, grants, passwords, signing_in
from evalflow.people.models import Invitation, Person
from tests.builders import browser

PASSWORD, BETTER = "coppery morning 7", "furnace by the river"


def actor_of(house, person_id) -> Actor:
    return house.ask(lambda session: grants.actor_of(session, session.get(Person, person_id)))


def version(house, person_id) -> int:
    return house.ask(lambda session: session.get(Person, person_id).session_version)


def test_a_new_person_has_one_spelling_of_the_login_and_is_logged_without_a_name(house):
    person_id = house.person(" Ｓecretary.01")
    assert house.ask(lambda session: session.get(Person, person_id).login) == "secretary.01"
    assert house.log() == [("person.added", "administrator", {}, {"account": person_id, "login": "secretary.01"})]


def test_a_login_is_taken_in_every_spelling(house):
    house.person("secretary")
    with pytest.raises(Conflict, match=r"login_taken\(login=secretary\)"):
        house.person("SECRETARY")


def test_what_is_wrong_with_a_new_person_is_said_by_field(house):
    with pytest.raises(Invalid) as refusal:
        house.act(accounts.add_person, "two words", "\u200b", branch_id=None, actor=house.administrator)
    assert refusal.value.fields == {"login": "login_malformed", "name": "name_missing"}
    assert house.log() == []


def test_only_an_administrator_adds_invites_and_closes(house):
    person_id = house.person("organiser", Role.ORGANISER)
    actor = actor_of(house, person_id)
    for command, args, more in (
        (accounts.add_person, ("x", "X"), {"branch_id": None}),
        (accounts.invite, (person_id,), {}),
        (accounts.deactivate, (person_id,), {}),
        (accounts.reactivate, (person_id,), {}),
    ):
        with pytest.raises(Forbidden, match="not_permitted"):
            house.act(command, *args, actor=actor, **more)


def test_the_token_is_told_once_and_kept_only_as_its_hash(house):
    person_id = house.person("member")
    token = house.act(accounts.invite, person_id, actor=house.administrator)
    kept = house.ask(lambda session: session.scalars(select(Invitation.token_hash)).all())
    assert len(token) == 43
    assert kept == [accounts.hashlib.sha256(token.encode()).hexdigest()]
    assert house.log("person.invited") == [
        (
            "person.invited",
            "administrator",
            {"expires_at": "2026-04-08T08:00:00+00:00"},
            {"account": person_id, "login": "member"},
        )
    ]


def test_an_invitation_is_accepted_once_and_the_log_knows_only_the_office(house):
    person_id = house.person("member", Role.MEMBER)
    token = house.act(accounts.invite, person_id, actor=house.administrator)
    before = version(house, person_id)
    house.join(token, PASSWORD)
    stored = house.ask(lambda session: session.get(Person, person_id).password_hash)
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert passwords.matches(stored, PASSWORD)
    assert version(house, person_id) == before + 1
    assert house.log("person.joined") == [("person.joined", "member", {}, {"person": person_id})]
    with pytest.raises(NotFound, match=r"^invitation_invalid$"):
        house.join(token, PASSWORD)


def test_unknown_used_replaced_and_expired_invitations_are_refused_alike(house):
    person_id = house.person("member")
    replaced = house.act(accounts.invite, person_id, actor=house.administrator)
    used = house.act(accounts.invite, person_id, actor=house.administrator)
    house.join(used, PASSWORD)
    expired = house.act(accounts.invite, person_id, actor=house.administrator)
    refusals = []
    for token, now in (
        ("unknown", house.now),
        (replaced, house.now),
        (used, house.now),
        (expired, house.now + timedelta(days=7)),
    ):
        with pytest.raises(NotFound) as refusal:
            house.join(token, PASSWORD, now=now)
        refusals.append(str(refusal.value))
    assert refusals == ["invitation_invalid"] * 4


def test_an_invitation_serves_until_the_moment_it_expires(house):
    person_id = house.person("member")
    token = house.act(accounts.invite, person_id, actor=house.administrator, valid=timedelta(hours=1))
    house.join(token, PASSWORD, now=house.now + timedelta(minutes=59, seconds=59))
    assert len(house.log("person.joined")) == 1


def test_of_two_who_accept_one_invitation_at_once_one_is_let_in(house):
    person_id = house.person("member")
    token = house.act(accounts.invite, person_id, actor=house.administrator)
    start, outcomes = threading.Barrier(2), []

    def accept(password: str) -> None:
        start.wait()
        try:
            house.join(token, password)
            outcomes.append(password)
        except Refused as refusal:
            outcomes.append(refusal.code)

    threads = [threading.Thread(target=accept, args=(password,)) for password in ("first password", "second password")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (winner,) = set(outcomes) - {"invitation_invalid"}
    assert sorted(outcomes) == sorted([winner, "invitation_invalid"])
    assert passwords.matches(house.ask(lambda session: session.get(Person, person_id).password_hash), winner)
    assert len(house.log("person.joined")) == 1


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("ninechars", "password_too_short"),
        ("铜花飞扬筑梦中冶七", "password_too_short"),
        ("x" * 201, "password_too_long"),
        ("Member.Smelting", "password_is_login"),
    ],
)
def test_a_bad_password_is_refused_and_the_invitation_stays_open(house, password, code):
    person_id = house.person("member.smelting")
    token = house.act(accounts.invite, person_id, actor=house.administrator)
    with pytest.raises(Invalid) as refusal:
        house.join(token, password)
    assert (refusal.value.code, refusal.value.fields) == (code, {"password": code})
    house.join(token, "铜花飞扬筑梦中冶七一")
    assert len(house.log("person.joined")) == 1


def test_changing_a_password_needs_the_present_one_and_ends_the_other_sessions(house):
    person_id = house.joined("member", PASSWORD, Role.MEMBER)
    actor, before = actor_of(house, person_id), version(house, person_id)
    here = {"actor": actor, "browser": browser("first"), "now": house.now}
    with pytest.raises(Forbidden, match=r"^wrong_password$"):
        signing_in.change_password(house.database, "not it, not it", BETTER, **here)
    assert version(house, person_id) == before
    new = signing_in.change_password(house.database, PASSWORD, BETTER, **here)
    assert (new, version(house, person_id)) == (before + 1, before + 1)
    assert house.ask(grants.load_actor, person_id, before) is None
    assert house.ask(grants.load_actor, person_id, new) == actor
    assert house.log("password.changed") == [("password.changed", "member", {}, {"person": person_id})]


def test_of_two_changes_of_one_password_the_later_is_refused(house):
    person_id = house.joined("member", PASSWORD, Role.MEMBER)
    actor, seen = actor_of(house, person_id), house.ask(lambda session: session.get(Person, person_id).password_hash)
    first, second = (passwords.chosen(f"{BETTER} {number}", login="member") for number in (1, 2))
    house.act(accounts.change_password, first, instead_of=seen, actor=actor)
    with pytest.raises(Conflict, match=r"^changed_meanwhile$"):
        house.act(accounts.change_password, second, instead_of=seen, actor=actor)


def test_the_same_characters_typed_on_another_keyboard_are_the_same_password():
    decomposed, composed = "Cafe\u0301 au lait", "Caf\u00e9 au lait"
    assert passwords.matches(passwords.chosen(decomposed, login="member"), composed)


@pytest.mark.parametrize(
    "password",
    [
        *("password123", "1234567890", "qwertyuiop", "1qaz2wsx3edc", "asdfghjkl;", "P@ssw0rd123", "aaaaaaaaaaaa"),
        *("admin@123456", "woaini1314", "Woaini5201314", "zhongguo2026", "dangjian123", "五五五五五五五五五五"),
        *("wang.fang1", "Wang.Fang.1", "20260101ab", "qwer1234qwer"),
    ],
)
def test_the_worst_passwords_are_refused(password):
    with pytest.raises(Invalid, match="^password_easily_guessed"):
        passwords.chosen(password, login="wang.fang", name="Wang.Fang")


@pytest.mark.parametrize(
    "password", ["coppery morning 7", "correct horse battery", "铜花飞扬筑梦中冶七一", "x7#Lq0v!Tz"]
)
def test_a_password_that_nobody_guesses_is_taken(password):
    assert passwords.chosen(password, login="wang.fang", name="Wang.Fang").startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_no_password_matches_an_account_that_has_none():
    assert not passwords.HASHER.check_needs_rehash(passwords.NOBODY)
    assert not passwords.matches("", "nobody")


def test_one_may_sign_out_everywhere_but_not_sign_others_out(house):
    one, other = house.person("one", Role.MEMBER), house.person("other", Role.MEMBER)
    actor, before = actor_of(house, one), version(house, one)
    house.act(accounts.revoke_sessions, one, actor=actor)
    assert version(house, one) == before + 1
    with pytest.raises(Forbidden):
        house.act(accounts.revoke_sessions, other, actor=actor)
    house.act(accounts.revoke_sessions, other, actor=house.administrator)
    assert house.log("session.revoked") == [
        ("session.revoked", "member", {}, {"person": one, "account": one, "login": "one"}),
        ("session.revoked", "administrator", {}, {"account": other, "login": "other"}),
    ]


def test_a_closed_account_has_no_sessions_and_no_invitations_until_it_is_opened_again(house):
    person_id = house.person("member", Role.MEMBER)
    token = house.act(accounts.invite, person_id, actor=house.administrator)
    before = version(house, person_id)
    house.act(accounts.deactivate, person_id, actor=house.administrator)
    assert house.ask(grants.load_actor, person_id, before) is None
    assert house.ask(grants.load_actor, person_id, before + 1) is None
    with pytest.raises(NotFound, match="invitation_invalid"):
        house.join(token, PASSWORD)
    for command in (accounts.invite, accounts.deactivate):
        with pytest.raises(Conflict, match="person_deactivated"):
            house.act(command, person_id, actor=house.administrator)
    house.act(accounts.reactivate, person_id, actor=house.administrator)
    assert house.ask(grants.load_actor, person_id, before + 1).office == "member"
    assert [event[0] for event in house.log()][-2:] == ["person.deactivated", "person.reactivated"]


def test_the_last_administrator_can_not_be_closed(house):
    first, second = house.person("first", Role.ADMINISTRATOR), house.person("second", Role.ADMINISTRATOR)
    house.act(accounts.deactivate, first, actor=house.administrator)
    with pytest.raises(Conflict, match=r"^last_administrator$"):
        house.act(accounts.deactivate, second, actor=house.administrator)


def test_the_language_of_ones_pages_is_one_of_the_two(house):
    person_id = house.person("member", Role.MEMBER)
    actor = actor_of(house, person_id)
    with house.database.writing() as session:
        accounts.choose_locale(session, "en", actor=actor)
    assert actor_of(house, person_id).locale == "en"
    with pytest.raises(Invalid, match="locale_unknown"), house.database.writing() as session:
        accounts.choose_locale(session, "fr", actor=actor)


def test_nobody_is_found_under_an_unknown_id(house):
    with pytest.raises(NotFound, match=r"^no_such_person$"):
        house.act(accounts.invite, 99, actor=house.administrator)


def test_an_invitation_page_knows_whom_it_invites(house):
    person_id = house.person("member")
    token = house.act(accounts.invite, person_id, actor=house.administrator)
    assert house.ask(lambda session: accounts.invited(session, token, now=house.now).id) == person_id
    with house.database.writing() as session:
        session.execute(update(Person).values(is_active=False))
    with pytest.raises(NotFound, match="invitation_invalid"):
        house.ask(accounts.invited, token, now=house.now)
